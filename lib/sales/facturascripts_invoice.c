/* One invoice or credit note out of its rows. Payment is decided by the receipts, because the invoice's own flags are derived and may be stale;
 * the moments of money are those of the payments. What was charged for a line is not in the rows: it is reckoned from the line's price and
 * its taxes, and the invoice's total split by that. */
#include "facturascripts.h"

#include <stdlib.h>
#include <string.h>

#include "base/money.h"
#include "base/text.h"
#include "sales/contact.h"
#include "sales/field.h"
#include "sales/refer.h"
#include "sales/share.h"

#define KEY_BYTES 200
#define MOST_LINES 5000
#define MOST_QUANTITY INT64_C(100000)
#define PLACES 6 /* of what shares are reckoned with */
#define ONE INT64_C(1000000)

__extension__ typedef __int128 wide;

/* An invoice being read. */
struct reading {
	struct arena *arena;
	const struct config_source *config;
	const struct json *row;
	struct sales_document *document;
	int64_t sign;         /* -1 for a credit note, whose amounts are all turned round */
	int64_t less1, less2; /* what is left of the invoice's discounts, in millionths */
	int64_t discount;     /* of lines that are no goods but a discount, in millionths of the currency, positive */
	int64_t *weights;     /* of the lines: their share charged, in millionths of the currency */
};

int
fs_head_of(
    const struct config_source *config, const struct fs_row *row, const char *what, struct fs_head *ret_head, struct err *err)
{
	struct fs_head head = { .id = row->id };
	const char *date, *hour;
	bool editable = false;

	if (fs_text(row->json, "codigo", &head.code, err) != 0 ||
	    fs_number_or_zero(row->json, "idempresa", &head.company, err) != 0 ||
	    fs_number_or_zero(row->json, "idcontactofact", &head.contact, err) != 0 ||
	    fs_number_or_zero(row->json, "idcontactoenv", &head.delivery, err) != 0 ||
	    fs_text(row->json, "codcliente", &head.client, err) != 0 ||
	    fs_text(row->json, "nombrecliente", &head.client_name, err) != 0 ||
	    fs_text(row->json, "observaciones", &head.notes, err) != 0 || fs_flag(row->json, "editable", &editable, err) != 0 ||
	    fs_text(row->json, "fecha", &date, err) != 0 || fs_text(row->json, "hora", &hour, err) != 0)
		return err_wrap(err, "%s %lld", what, (long long)row->id);
	if (fs_moment(config->zone, date, hour, &head.effective_us, err) != 0)
		return err_wrap(err, "%s %lld: \"fecha\"", what, (long long)row->id);
	if (head.code[0] == '\0' || strlen(head.code) > KEY_BYTES || text_has_control(head.code))
		return err_set(err, ERR_DATA, "%s %lld: \"codigo\" is empty, longer than %d bytes or holds control characters",
		    what, (long long)row->id, KEY_BYTES);
	head.draft = editable;
	*ret_head = head;
	return 0;
}

int
fs_head(const struct config_source *config, const struct fs_row *row, struct fs_head *ret_head, struct err *err)
{
	return fs_head_of(config, row, "invoice", ret_head, err);
}

bool
fs_is_ours(const struct config_source *config, const struct fs_head *head)
{
	struct err ignored = ERR_INIT; /* the configuration was checked */
	int64_t wanted = 0;
	size_t i;

	for (i = 0; i < config->companies.count; i++) {
		if (text_int64(config->companies.items[i], &wanted, &ignored) == 0 && wanted == head->company)
			return true;
	}
	return config->companies.count == 0;
}

bool
fs_is_taken(const struct config_source *config, const struct fs_head *head)
{
	return fs_is_ours(config, head) && (!head->draft || config->drafts);
}

struct fs_parts
fs_parts_of(const struct fs_parts *parts, int64_t owner)
{
	size_t low = 0, high = parts->count, end;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (parts->items[middle].owner < owner)
			low = middle + 1;
		else
			high = middle;
	}
	for (end = low; end < parts->count && parts->items[end].owner == owner; end++)
		;
	return (struct fs_parts){ parts->items + low, end - low };
}

static int
read_amount(const struct reading *reading, const struct json *row, const char *name, int64_t *ret_minor, struct err *err)
{
	const char *plain;
	struct money money;

	if (fs_decimal(reading->arena, row, name, &plain, err) != 0)
		return -1;
	/* The source declares it: its amounts are doubles that it has computed. */
	if (money_parse(plain, reading->document->currency, MONEY_HALF_UP, &money, err) != 0)
		return err_wrap(err, "\"%s\"", name);
	*ret_minor = money.minor;
	return 0;
}

/* A number in millionths; a percentage as its fraction: 21 is 210,000 of a million. */
static int
read_millionths(
    const struct reading *reading, const struct json *row, const char *name, bool percent, int64_t *ret_value, struct err *err)
{
	const char *plain;

	if (fs_decimal(reading->arena, row, name, &plain, err) != 0)
		return -1;
	if (fs_scaled(plain, percent ? PLACES - 2 : PLACES, ret_value, err) != 0)
		return err_wrap(err, "\"%s\"", name);
	if (percent && (*ret_value > 100 * ONE || *ret_value < -100 * ONE))
		return err_set(err, ERR_DATA, "\"%s\" is %s percent", name, plain);
	return 0;
}

static int64_t
times(int64_t value, int64_t millionths)
{
	wide product = (wide)value * millionths;

	return (int64_t)((product + (product < 0 ? -ONE / 2 : ONE / 2)) / ONE);
}

/* What the customer pays for a line: its price after its own discounts, less those of the invoice, plus its taxes, less what is withheld. A
 * cost that is passed on bears no tax. */
static int
read_weight(const struct reading *reading, const struct json *line, int64_t *ret_weight, struct err *err)
{
	int64_t price, vat, surcharge, withheld;
	bool passed_on = false;

	if (read_millionths(reading, line, "pvptotal", false, &price, err) != 0 ||
	    read_millionths(reading, line, "iva", true, &vat, err) != 0 ||
	    read_millionths(reading, line, "recargo", true, &surcharge, err) != 0 ||
	    read_millionths(reading, line, "irpf", true, &withheld, err) != 0)
		return -1;
	if (!json_is_null(json_get(line, "suplido")) && fs_flag(line, "suplido", &passed_on, err) != 0)
		return -1;
	/* So that nothing below can overflow. */
	if (price > INT64_MAX / 1000 || price < -INT64_MAX / 1000)
		return err_set(err, ERR_DATA, "\"pvptotal\" is too large an amount");
	price = times(times(price * reading->sign, reading->less1), reading->less2);
	*ret_weight = passed_on ? price : times(price, ONE + vat + surcharge - withheld);
	return 0;
}

/* Text that may be missing; of a description its first line. */
static const char *
clean(struct arena *arena, const char *text, size_t max_bytes)
{
	return sales_text(arena, arena_strndup(arena, text, strcspn(text, "\r\n")), max_bytes);
}

/* A quantity, which is a double too: 0.30000000000000004 is 0.3. */
static int
read_quantity(struct reading *reading, const struct json *from, const char **ret_quantity, struct err *err)
{
	int64_t millionths, size;

	if (read_millionths(reading, from, "cantidad", false, &millionths, err) != 0)
		return -1;
	size = millionths < 0 ? -millionths : millionths;
	if (size > MOST_QUANTITY * ONE)
		return err_set(err, ERR_DATA, "\"cantidad\" is beyond %lld", (long long)MOST_QUANTITY);
	*ret_quantity = arena_printf(reading->arena, "%s%lld", millionths < 0 ? "-" : "", (long long)(size / ONE));
	if (size % ONE != 0)
		*ret_quantity = arena_printf(reading->arena, "%s.%06lld", *ret_quantity, (long long)(size % ONE));
	return 0;
}

static int
read_line(struct reading *reading, const struct json *from, struct sales_line *line, int64_t *ret_weight, struct err *err)
{
	const char *sku, *name;
	int64_t product, corrects;

	if (fs_number_or_zero(from, "idproducto", &product, err) != 0 ||
	    fs_number_or_zero(from, "idlinearect", &corrects, err) != 0 || fs_text(from, "referencia", &sku, err) != 0 ||
	    fs_text(from, "descripcion", &name, err) != 0 || read_quantity(reading, from, &line->quantity, err) != 0 ||
	    read_amount(reading, from, "pvpunitario", &line->unit_price_minor, err) != 0)
		return -1;
	line->corrects = corrects > 0 ? arena_printf(reading->arena, "%lld", (long long)corrects) : NULL;
	line->product_key = product > 0 ? arena_printf(reading->arena, "%lld", (long long)product) : "";
	line->variant_key = "";
	line->sku = clean(reading->arena, sku, KEY_BYTES);
	line->name = clean(reading->arena, name, 2 * (size_t)KEY_BYTES);
	fs_fields(reading->arena, reading->config, from, &line->fields);
	return read_weight(reading, from, ret_weight, err);
}

/* A line that takes off and sells nothing is a discount on the others. */
static bool
is_discount(const struct sales_line *line, int64_t weight)
{
	return weight < 0 && line->product_key[0] == '\0' && line->sku[0] == '\0' && line->corrects == NULL;
}

static int
read_lines(struct reading *reading, struct fs_parts lines, struct err *err)
{
	struct sales_document *document = reading->document;
	struct sales_line *line;
	size_t i;

	if (lines.count > MOST_LINES)
		return err_set(err, ERR_DATA, "it has %zu lines, more than %d", lines.count, MOST_LINES);
	document->lines = ARENA_ARRAY(reading->arena, lines.count, struct sales_line);
	reading->weights = ARENA_ARRAY(reading->arena, lines.count, int64_t);
	for (i = 0; i < lines.count; i++) {
		line = &document->lines[document->line_count];
		*line = (struct sales_line){ .key = arena_printf(reading->arena, "%lld", (long long)lines.items[i].id) };
		if (read_line(reading, lines.items[i].json, line, &reading->weights[document->line_count], err) != 0)
			return err_wrap(err, "line %s", line->key);
		if (is_discount(line, reading->weights[document->line_count])) {
			if (__builtin_sub_overflow(reading->discount, reading->weights[document->line_count], &reading->discount))
				return err_set(err, ERR_DATA, "line %s is too large an amount", line->key);
		} else
			document->line_count++;
	}
	return 0;
}

/* Millionths of the currency as minor units. */
static int
minor_of(const char *currency, wide millionths, int64_t *ret_minor, struct err *err)
{
	int64_t scale = ONE;
	int exponent, i;

	if (money_exponent(currency, &exponent, err) != 0)
		return -1;
	for (i = 0; i < exponent; i++)
		scale /= 10;
	*ret_minor = (int64_t)((millionths + (millionths < 0 ? -scale / 2 : scale / 2)) / scale);
	return 0;
}

/* Split the total among the lines by what each one costs. Rounding apart that is what each costs; where the lines add up to something else
 * than the total, they get what they cost and the rest is reported. A line that sells something for less than nothing keeps its price. */
static int
share(struct reading *reading, struct err *err)
{
	struct sales_document *document = reading->document;
	int64_t *shares = ARENA_ARRAY(reading->arena, document->line_count, int64_t), sum_minor, split, minor, difference;
	wide sum = -(wide)reading->discount;
	size_t i;

	for (i = 0; i < document->line_count; i++)
		sum += reading->weights[i];
	if (minor_of(document->currency, sum, &sum_minor, err) != 0)
		return -1;
	split = document->total_minor * reading->sign;
	difference = split - sum_minor;
	/* Each line, tax and total is rounded by itself. */
	if (difference > (int64_t)document->line_count + 3 || -difference > (int64_t)document->line_count + 3)
		split = sum_minor;
	for (i = 0; i < document->line_count; i++) {
		if (reading->weights[i] >= 0)
			continue;
		if (minor_of(document->currency, reading->weights[i], &minor, err) != 0)
			return -1;
		document->lines[i].net_minor = minor * reading->sign;
		split -= minor;
	}
	sales_prorate(split, reading->weights, document->line_count, shares);
	document->unallocated_minor = document->total_minor;
	for (i = 0; i < document->line_count; i++) {
		if (reading->weights[i] >= 0)
			document->lines[i].net_minor = shares[i] * reading->sign;
		document->unallocated_minor -= document->lines[i].net_minor;
	}
	return 0;
}

static int
read_totals(struct reading *reading, struct err *err)
{
	struct sales_document *document = reading->document;
	int64_t net, gross, vat, surcharge, withheld, passed_on, original;
	const struct json *row = reading->row;
	const char *currency;

	if (fs_text(row, "coddivisa", &currency, err) != 0)
		return -1;
	document->currency = currency;
	if (read_amount(reading, row, "total", &document->total_minor, err) != 0 ||
	    read_amount(reading, row, "neto", &net, err) != 0 || read_amount(reading, row, "netosindto", &gross, err) != 0 ||
	    read_amount(reading, row, "totaliva", &vat, err) != 0 ||
	    read_amount(reading, row, "totalrecargo", &surcharge, err) != 0 ||
	    read_amount(reading, row, "totalirpf", &withheld, err) != 0 ||
	    read_amount(reading, row, "totalsuplidos", &passed_on, err) != 0 ||
	    read_millionths(reading, row, "dtopor1", true, &reading->less1, err) != 0 ||
	    read_millionths(reading, row, "dtopor2", true, &reading->less2, err) != 0 ||
	    fs_number_or_zero(row, "idfacturarect", &original, err) != 0)
		return -1;
	if (document->total_minor > INT64_MAX / 1000 || document->total_minor < -INT64_MAX / 1000)
		return err_set(err, ERR_DATA, "\"total\" is too large an amount");
	reading->less1 = ONE - reading->less1;
	reading->less2 = ONE - reading->less2;
	reading->sign = document->total_minor < 0 ? -1 : 1;
	document->subtotal_minor = gross + passed_on;
	document->discount_minor = gross - net;
	document->tax_minor = vat + surcharge - withheld;
	/* What names an original or gives money back never entitles to anything. */
	document->kind = original > 0 || document->total_minor < 0 ? "credit_note" : "invoice";
	document->corrects = original > 0 ? arena_printf(reading->arena, "%lld", (long long)original) : NULL;
	return 0;
}

/* The first day on which something was to be paid that is not. The site's own flag is stale at times, and calls late what is due today. */
static int
read_due(struct reading *reading, const struct json *receipt, struct err *err)
{
	struct sales_document *document = reading->document;
	const char *due;
	int64_t due_us;

	if (fs_text(receipt, "vencimiento", &due, err) != 0)
		return -1;
	if (due[0] == '\0')
		return 0;
	if (fs_day_end(reading->config->zone, due, &due_us, err) != 0)
		return err_wrap(err, "\"vencimiento\"");
	if (document->rest_due_us == 0 || due_us < document->rest_due_us)
		document->rest_due_us = due_us;
	return 0;
}

/* What was paid so far, and every payment with its moment. An invoice without receipts is as paid as it says itself. */
static int
read_payments(struct reading *reading, struct fs_parts receipts, const struct fs_parts *payments, struct err *err)
{
	struct sales_document *document = reading->document;
	struct sales_payment *list;
	const char *date, *hour, *transaction;
	int64_t amount;
	size_t i, j, count = 0;
	bool paid = false;

	for (i = 0; i < receipts.count; i++)
		count += fs_parts_of(payments, receipts.items[i].id).count;
	list = ARENA_ARRAY(reading->arena, count, struct sales_payment);
	document->paid_minor = 0;
	for (i = 0; i < receipts.count; i++) {
		const struct fs_parts own = fs_parts_of(payments, receipts.items[i].id);

		if (fs_flag(receipts.items[i].json, "pagado", &paid, err) != 0 ||
		    read_amount(reading, receipts.items[i].json, "importe", &amount, err) != 0)
			return err_wrap(err, "receipt %lld", (long long)receipts.items[i].id);
		if (paid && __builtin_add_overflow(document->paid_minor, amount, &document->paid_minor))
			return err_set(err, ERR_DATA, "its receipts are too large an amount");
		if (!paid && amount > 0 && read_due(reading, receipts.items[i].json, err) != 0)
			return err_wrap(err, "receipt %lld", (long long)receipts.items[i].id);
		for (j = 0; j < own.count; j++) {
			struct sales_payment *payment = &list[document->payment_count++];

			payment->key = arena_printf(reading->arena, "%lld", (long long)own.items[j].id);
			if (read_amount(reading, own.items[j].json, "importe", &payment->amount_minor, err) != 0 ||
			    fs_text(own.items[j].json, "fecha", &date, err) != 0 ||
			    fs_text(own.items[j].json, "hora", &hour, err) != 0 ||
			    fs_moment(reading->config->zone, date, hour, &payment->effective_us, err) != 0 ||
			    fs_text(own.items[j].json, "customid", &transaction, err) != 0)
				return err_wrap(err, "payment %s", payment->key);
			sales_refer(reading->arena, document, "transaction", transaction);
		}
	}
	document->payments = list;
	if (receipts.count > 0)
		return 0;
	if (fs_flag(reading->row, "pagada", &paid, err) != 0)
		return -1;
	document->paid_minor = paid ? document->total_minor : 0;
	return 0;
}

/* The second number is free: shops put their order's there. What else is on it, the settings may name. */
static int
read_references(struct reading *reading, struct err *err)
{
	const char *number, *client, *tax_id;

	if (fs_text(reading->row, "numero2", &number, err) != 0)
		return -1;
	sales_refer(reading->arena, reading->document, "numero2", number);
	/* By which it is found when the client is disabled. */
	if (fs_text(reading->row, "codcliente", &client, err) != 0)
		return -1;
	sales_refer(reading->arena, reading->document, "client", client);
	if (fs_text(reading->row, "cifnif", &tax_id, err) != 0)
		return -1;
	sales_field(reading->arena, reading->config, &reading->document->fields, "tax_id", tax_id);
	fs_fields(reading->arena, reading->config, reading->row, &reading->document->fields);
	return 0;
}

/* The decision table of the contract: what is free is paid; else so much of the total must be, as the configuration says. */
static void
decide_status(struct reading *reading)
{
	struct sales_document *document = reading->document;
	wide due = (wide)document->total_minor * reading->config->paid_percent, paid = (wide)document->paid_minor * 100;

	document->status = paid * reading->sign >= due * reading->sign ? SALES_PAID : SALES_UNPAID;
}

int
fs_invoice(struct arena *arena, const struct config_source *config, const struct fs_row *row, const struct fs_head *head,
    struct fs_parts lines, struct fs_parts receipts, struct fs_parts payments, const struct fs_known *known,
    struct sales_document *ret_document, struct err *err)
{
	struct sales_document document = {
		.external_id = arena_printf(arena, "%lld", (long long)row->id),
		.number = head->code,
		.draft = head->draft,
		.effective_us = head->effective_us,
		.modified_us = SALES_UNKNOWN,
		.refunded_minor = SALES_UNKNOWN,
	};
	struct reading reading = { .arena = arena, .config = config, .row = row->json, .document = &document };
	struct fs_people people;
	size_t i;

	if (fs_people(arena, config, head, known, &people, err) != 0)
		return err_wrap(err, "invoice \"%s\" (id %s)", document.number, document.external_id);
	document.buyer = people.buyer;
	document.fields = people.fields;
	if (read_totals(&reading, err) != 0 || read_lines(&reading, lines, err) != 0 ||
	    read_payments(&reading, receipts, &payments, err) != 0 || share(&reading, err) != 0 ||
	    read_references(&reading, err) != 0 ||
	    fs_payload(arena, row, head, lines, receipts, &payments, known, &document, err) != 0)
		return err_wrap(err, "invoice \"%s\" (id %s)", document.number, document.external_id);
	for (i = 0; i < document.line_count; i++)
		document.lines[i].learner = people.learner;
	decide_status(&reading);
	*ret_document = document;
	return 0;
}

int
fs_priced(struct arena *arena, const struct config_source *config, const struct json *row, struct fs_parts lines,
    struct sales_document *document, struct err *err)
{
	struct reading reading = { .arena = arena, .config = config, .row = row, .document = document };

	if (read_totals(&reading, err) != 0 || read_lines(&reading, lines, err) != 0)
		return -1;
	return share(&reading, err);
}
