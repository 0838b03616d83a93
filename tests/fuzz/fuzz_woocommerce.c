/* An order of WooCommerce and its refunds: whatever they hold, each is read or refused, its money adds up, and times of change are all that its
 * content lacks. */
#include <string.h>

#include "../../lib/sales/woocommerce.h"
#include "base/text.h"
#include "fuzz.h"
#include "sales/markup.h"

static const char *names[] = { "Alumno", "_seats.name" }, *emails[] = { "Learner email", "_seats.email" };
static const struct config_source config = {
	.name = "woo", .learner_name_labels = { names, 2 }, .learner_email_labels = { emails, 2 }, .reference_labels = { names, 1 }
};

/* The nets of the lines and the difference that is reported are all of the total but what is no line's. */
static void
check_money(const struct sales_document *document)
{
	int64_t sum = document->unallocated_minor, total;
	size_t i;

	for (i = 0; i < document->line_count; i++)
		if (__builtin_add_overflow(sum, document->lines[i].net_minor, &sum))
			return; /* sums of absurd amounts pass through more than 64 bits */
	if (!__builtin_sub_overflow(document->total_minor, document->shipping_minor, &total))
		MUST_HOLD(sum == total);
}

static void
check_refunds(struct arena *arena, const struct woo_order *order, const struct json *refunds)
{
	struct json_raw *raw = ARENA_ARRAY(arena, refunds->count, struct json_raw);
	struct sales_document *notes;
	struct err err = ERR_INIT;
	size_t i, j;

	if (woo_refunds(arena, order, refunds->items, raw, refunds->count, &notes, &err) != 0) {
		MUST_HOLD((err.code == ERR_DATA || err.code == ERR_INCOMPLETE) && err.message[0] != '\0');
		return;
	}
	for (i = 0; i < refunds->count; i++) {
		check_money(&notes[i]);
		MUST_HOLD(notes[i].total_minor <= 0 && text_equal(notes[i].corrects, order->document.external_id));
		MUST_HOLD(i == 0 || notes[i - 1].effective_us <= notes[i].effective_us);
		for (j = 0; j < notes[i].line_count; j++)
			MUST_HOLD(notes[i].lines[j].key != NULL && notes[i].lines[j].quantity != NULL);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct json_raw raw = { (const char *)data, size };
	struct arena arena = ARENA_INIT;
	struct err err = ERR_INIT;
	struct json *top = NULL;
	const struct json *refunds;
	struct woo_order order;
	size_t i;

	if (json_parse(&arena, "it", (const char *)data, size, &top, &err) != 0)
		goto out;
	MUST_HOLD(woo_content(&arena, raw).len <= size);
	if (top->kind == JSON_STRING) {
		const char *plain = sales_markup(&arena, top->text);

		MUST_HOLD(strlen(plain) <= strlen(top->text) && text_utf8_valid(plain, strlen(plain)));
		goto out;
	}
	if (woo_order(&arena, &config, top, &order, &err) != 0) {
		MUST_HOLD(err.code == ERR_DATA && err.message[0] != '\0');
		goto out;
	}
	if (order.ignored)
		goto out;
	check_money(&order.document);
	MUST_HOLD(order.document.total_minor >= 0);
	for (i = 0; i < order.document.line_count; i++)
		MUST_HOLD(order.document.lines[i].key != NULL && order.document.lines[i].sku != NULL);
	if (json_list_or_null(top, "_refunds", &refunds, &err) == 0 && refunds != NULL)
		check_refunds(&arena, &order, refunds);
out:
	arena_done(&arena);
	return 0;
}
