/* Credit notes. One gives back lines of its invoice. The money that goes back with it is refunds, which are read by themselves: here only what
 * was given back outside of Stripe moves money. A note before payment lowers what is due and moves none.
 *
 * Source: Stripe API reference, "The Credit Note object". */
#include "stripe.h"

#include "base/text.h"
#include "sales/contact.h"
#include "sales/refer.h"

#define NAME_BYTES 200

static int
read_line(const struct stripe_item *item, const struct json *from, struct sales_document *document, struct sales_line *line,
    struct err *err)
{
	int64_t quantity = 1, tax = 0, discount = 0, *amount = ARENA_NEW(item->arena, int64_t), minor = 0;
	const struct json *taxes;
	size_t i;

	if (json_text(from, "id", &line->key, err) != 0 || stripe_amount(from, "amount", document->currency, amount, err) != 0 ||
	    stripe_amount(from, "discount_amount", document->currency, &discount, err) != 0)
		return -1;
	if (stripe_quantity(from, &quantity, err) != 0)
		return -1;
	if (json_list_or_null(from, json_get(from, "taxes") != NULL ? "taxes" : "tax_amounts", &taxes, err) != 0)
		return -1;
	for (i = 0; taxes != NULL && i < taxes->count; i++) {
		if (text_equal(stripe_word(&taxes->items[i], "tax_behavior"), "inclusive") ||
		    stripe_true(&taxes->items[i], "inclusive"))
			continue;
		if (stripe_amount(&taxes->items[i], "amount", document->currency, &minor, err) != 0)
			return -1;
		if (__builtin_add_overflow(tax, minor, &tax))
			return err_set(err, ERR_DATA, "its taxes are too much");
	}
	*amount = -*amount;
	line->amount_minor = amount;
	if (__builtin_sub_overflow(*amount + discount, tax, &line->net_minor))
		return err_set(err, ERR_DATA, "its amounts are too much");
	line->quantity = arena_printf(item->arena, "%lld", (long long)-quantity);
	line->unit_price_minor = quantity != 0 ? -*amount / quantity : -*amount;
	line->corrects = stripe_word(from, "invoice_line_item");
	if (line->corrects[0] == '\0')
		line->corrects = NULL;
	line->product_key = line->variant_key = line->sku = "";
	line->name = stripe_plain_name(item->arena, stripe_word(from, "description"));
	return 0;
}

static int
read_note(struct stripe_site *site, const struct stripe_item *item, struct sales_document *document, struct err *err)
{
	const struct json *json = item->json, **rows;
	int64_t created_us, net = 0;
	size_t i;

	document->kind = "credit_note";
	document->corrects = stripe_id(json, "invoice");
	if (stripe_currency(item->arena, json, &document->currency, err) != 0 ||
	    stripe_moment(json, "created", &created_us, err) != 0 ||
	    stripe_moment_or(json, "effective_at", created_us, &document->effective_us, err) != 0 ||
	    stripe_amount(json, "total", document->currency, &document->total_minor, err) != 0 ||
	    stripe_amount(json, "subtotal", document->currency, &document->subtotal_minor, err) != 0 ||
	    stripe_amount(json, "out_of_band_amount", document->currency, &document->paid_minor, err) != 0)
		return -1;
	document->total_minor = -document->total_minor;
	document->subtotal_minor = -document->subtotal_minor;
	document->paid_minor = -document->paid_minor;
	document->status = site->live || site->config->test_orders ? SALES_PAID : SALES_TEST;
	if (stripe_rows(site, item->arena, json, "lines", arena_printf(item->arena, "/v1/credit_notes/%s/lines", item->id), &rows,
		&document->line_count, err) != 0)
		return -1;
	document->lines = ARENA_ARRAY(item->arena, document->line_count, struct sales_line);
	for (i = 0; i < document->line_count; i++) {
		if (read_line(item, rows[i], document, &document->lines[i], err) != 0)
			return err_wrap(err, "line %zu", i + 1);
		if (__builtin_add_overflow(net, document->lines[i].net_minor, &net))
			return err_set(err, ERR_DATA, "its lines are too much");
	}
	if (__builtin_sub_overflow(document->total_minor, net, &document->unallocated_minor))
		return err_set(err, ERR_DATA, "its totals are too much");
	sales_refer(item->arena, document, "invoice", document->corrects);
	stripe_refer_metadata(item, document, json_get(json, "metadata"));
	return 0;
}

int
stripe_credit_note(struct stripe_site *site, const struct stripe_item *item, struct sales_document *ret_document, struct err *err)
{
	struct sales_document document;

	stripe_document(item, &document);
	/* A void one gives nothing back. */
	if (!text_equal(stripe_word(item->json, "status"), "void")) {
		if (stripe_word(item->json, "number")[0] != '\0')
			document.number = sales_text(item->arena, stripe_word(item->json, "number"), NAME_BYTES);
		if (read_note(site, item, &document, err) != 0)
			return err_wrap(err, "credit note \"%s\"", item->id);
	}
	*ret_document = document;
	return 0;
}
