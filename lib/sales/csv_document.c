/* Rows of one order as a document of the ledger. */
#include <string.h>

#include "base/money.h"
#include "base/text.h"
#include "csv_source.h"
#include "sales/contact.h"
#include "sales/refer.h"
#include "sales/share.h"

#define DAY_S 86400

const char *
csv_get(struct csv_reading *reading, enum csv_target target)
{
	const struct csv_columns *columns = reading->columns;

	reading->column = columns->of[target].name;
	return csv_cell(reading->arena, columns, target, reading->row->cells);
}

bool
csv_stands(const struct csv_reading *reading, enum csv_target target)
{
	return reading->columns->of[target].name != NULL;
}

int
csv_amount(struct csv_reading *reading, const char *text, int64_t *ret_minor, struct err *err)
{
	const struct config_source *config = reading->source->config;
	const char *plain;
	struct money money;

	if (csv_number(reading->arena, text, config->decimal[0], &plain, err) != 0 ||
	    money_parse(plain, reading->document.currency, config->rounding, &money, err) != 0)
		return -1;
	if (money.minor > CSV_MOST_MINOR || money.minor < -CSV_MOST_MINOR)
		return err_set(err, ERR_DATA, "\"%.60s\" is too large an amount", text);
	*ret_minor = money.minor;
	return 0;
}

int
csv_money(struct csv_reading *reading, enum csv_target target, int64_t *ret_minor, struct err *err)
{
	const char *text = csv_get(reading, target);

	*ret_minor = 0;
	return text[0] == '\0' ? 0 : csv_amount(reading, text, ret_minor, err);
}

/* What a sign would turn round. */
static int
read_positive(struct csv_reading *reading, enum csv_target target, int64_t *ret_minor, struct err *err)
{
	if (csv_money(reading, target, ret_minor, err) != 0)
		return -1;
	return *ret_minor >= 0 ? 0 : err_set(err, ERR_DATA, "it is negative");
}

static int
read_moment(struct csv_reading *reading, enum csv_target target, int64_t *ret_us, struct err *err)
{
	return csv_moment(csv_get(reading, target), csv_dates(reading->source->config), reading->source->config->zone, ret_us, err);
}

static int
read_currency(struct csv_reading *reading, struct err *err)
{
	char *code;
	size_t i;
	int exponent;

	code = arena_strdup(reading->arena, csv_get(reading, CSV_CURRENCY));
	for (i = 0; code[i] != '\0'; i++)
		if (code[i] >= 'a' && code[i] <= 'z')
			code[i] = (char)(code[i] - 'a' + 'A');
	reading->document.currency = code[0] != '\0' ? code : reading->source->currency;
	return money_exponent(reading->document.currency, &exponent, err);
}

static int
read_status(struct csv_reading *reading, struct err *err)
{
	const struct config_source *config = reading->source->config;
	struct sales_document *document = &reading->document;
	struct arena *arena = reading->arena;
	const char *text;

	if (read_positive(reading, CSV_REFUNDED, &document->refunded_minor, err) != 0)
		return -1;
	text = csv_get(reading, CSV_STATUS);
	document->status = SALES_PAID;
	if (csv_is(arena, text, csv_statuses(config, CSV_UNPAID)))
		document->status = SALES_UNPAID;
	else if (csv_is(arena, text, csv_statuses(config, CSV_CANCEL)))
		document->status = SALES_CANCELLED;
	else if (csv_is(arena, text, csv_statuses(config, CSV_TESTED)))
		document->status = SALES_TEST;
	else if (csv_is(arena, text, csv_statuses(config, CSV_REFUND)))
		document->refunded_minor = document->refunded_minor > 0 ? document->refunded_minor : document->total_minor;
	else if (csv_is(arena, text, csv_statuses(config, CSV_PARTIAL)) && document->refunded_minor == 0)
		return err_set(err, ERR_DATA, "\"%.60s\", but no column says how much was given back", text);
	else if (!csv_is(arena, text, csv_statuses(config, CSV_PARTIAL)) && !csv_is(arena, text, csv_statuses(config, CSV_PAID)))
		return err_set(err, ERR_DATA, "\"%.60s\" is in no list of \"statuses\"", text);
	/* What was never charged stays unpaid when it is cancelled. */
	if (csv_get(reading, CSV_CANCELLED)[0] != '\0' && document->status == SALES_PAID)
		document->status = SALES_CANCELLED;
	text = csv_get(reading, CSV_TEST);
	if (text[0] != '\0' && csv_is(arena, text, csv_statuses(config, CSV_TESTED)))
		document->status = SALES_TEST;
	if (document->status == SALES_TEST && config->test_orders)
		document->status = SALES_PAID;
	return 0;
}

static int
read_totals(struct csv_reading *reading, struct err *err)
{
	struct sales_document *document = &reading->document;
	int64_t amount;
	size_t i;

	if (read_positive(reading, CSV_DISCOUNT, &document->discount_minor, err) != 0 ||
	    read_positive(reading, CSV_TAX, &document->tax_minor, err) != 0 ||
	    read_positive(reading, CSV_SHIPPING, &document->shipping_minor, err) != 0 || csv_lines(reading, err) != 0)
		return -1;
	reading->column = reading->columns->of[CSV_TOTAL].name;
	if (csv_stands(reading, CSV_TOTAL) && csv_lines_share(reading, err) != 0)
		return -1;
	for (i = 0; i < document->line_count; i++) {
		if (document->lines[i].amount_minor != NULL)
			amount = *document->lines[i].amount_minor;
		else if (sales_amount(document->lines[i].quantity, document->lines[i].unit_price_minor, &amount, err) != 0)
			return -1;
		if (amount > CSV_MOST_MINOR || amount < -CSV_MOST_MINOR)
			return err_set(err, ERR_DATA, "the amounts are too large");
		document->subtotal_minor += amount;
	}
	if (!csv_stands(reading, CSV_TOTAL))
		document->total_minor = document->subtotal_minor - document->discount_minor + document->shipping_minor +
					(document->tax_included ? 0 : document->tax_minor);
	return 0;
}

/* A refund with a row of its own: what is given back of the order that it names. */
static int
make_credit(struct csv_reading *reading, struct err *err)
{
	struct sales_document *document = &reading->document;
	struct sales_line *line = ARENA_NEW(reading->arena, struct sales_line);
	const char *corrects = sales_text(reading->arena, csv_get(reading, CSV_CORRECTS), CSV_KEY_BYTES);

	if (corrects[0] == '\0') {
		reading->column = reading->columns->of[CSV_TOTAL].name;
		return err_set(err, ERR_DATA, "it is negative, and no column says of which order it is given back");
	}
	if (csv_line(reading, line, err) != 0)
		return -1;
	line->quantity = "-1";
	csv_line_amount(reading, line, document->total_minor);
	line->unit_price_minor = -document->total_minor;
	document->kind = "credit_note";
	document->corrects = corrects;
	document->refunded_minor = SALES_UNKNOWN;
	document->subtotal_minor = document->total_minor;
	document->lines = line;
	document->line_count = 1;
	return 0;
}

/* By what it may be found to be one sale with documents of other systems. Free fields of a payment stand in columns of their own. */
static void
read_references(struct csv_reading *reading)
{
	static const char mark[] = " (metadata)";
	struct sales_document *document = &reading->document;
	struct arena *arena = reading->arena;
	const char *name;
	size_t i;

	sales_refer_each(arena, document, "transaction", csv_get(reading, CSV_TRANSACTION));
	sales_refer(arena, document, "invoice", csv_get(reading, CSV_INVOICE));
	sales_refer(arena, document, "reference", csv_get(reading, CSV_REFERENCE));
	for (i = 0; i < reading->columns->count; i++) {
		name = reading->columns->names[i];
		if (!text_ends(name, mark))
			continue;
		name = arena_printf(arena, "metadata.%.*s", (int)(strlen(name) - strlen(mark)), name);
		sales_refer(arena, document, name, reading->row->cells[i]);
	}
}

/* A spreadsheet turns long numbers into powers of ten and loses what told them apart: 1.23457E+14. */
static bool
is_power(const char *text)
{
	size_t len = strspn(text, "0123456789"), more;

	if (len == 0)
		return false;
	if (text[len] == '.' || text[len] == ',')
		len += 1 + strspn(text + len + 1, "0123456789");
	if ((text[len] | 0x20) != 'e' || text[len + 1] != '+')
		return false;
	more = strspn(text + len + 2, "0123456789");
	return more > 0 && text[len + 2 + more] == '\0';
}

static int
check_ids(struct csv_reading *reading, struct err *err)
{
	static const enum csv_target ids[] = { CSV_ORDER, CSV_NUMBER, CSV_LINE, CSV_CORRECTS, CSV_PRODUCT, CSV_VARIANT, CSV_SKU,
		CSV_TRANSACTION, CSV_INVOICE, CSV_REFERENCE };
	const struct csv_gathered *row = reading->row;
	const char *text;
	size_t i, j;

	for (i = 0; i < sizeof(ids) / sizeof(ids[0]); i++)
		for (j = 0; j < reading->row_count; j++) {
			reading->row = &reading->rows[j];
			text = csv_get(reading, ids[i]);
			if (is_power(text))
				return err_set(err, ERR_DATA,
				    "\"%.60s\" was a number before a spreadsheet rounded it: export it again, and do not open it "
				    "there",
				    text);
		}
	reading->row = row;
	return 0;
}

static int
read_order(struct csv_reading *reading, struct err *err)
{
	struct sales_document *document = &reading->document;
	const char *role = reading->source->config->role;

	document->external_id = reading->id;
	document->kind = text_equal(role, "invoice") ? "invoice" : text_equal(role, "payment") ? "payment" : "order";
	document->paid_minor = SALES_UNKNOWN;
	document->modified_us = SALES_UNKNOWN;
	document->tax_included = !reading->source->config->tax_on_top;
	document->number = sales_text(reading->arena, csv_get(reading, CSV_NUMBER), CSV_KEY_BYTES);
	if (document->number[0] == '\0')
		document->number = document->external_id;
	if (check_ids(reading, err) != 0)
		return -1;
	if (read_currency(reading, err) != 0 || read_moment(reading, CSV_CREATED, &document->effective_us, err) != 0)
		return -1;
	/* Day and month the other way round, or a year that nobody meant. (Clocks and zones may differ.) */
	if (reading->source->now_utc > 0 && document->effective_us / 1000000 > reading->source->now_utc + 2 * DAY_S)
		return err_set(err, ERR_DATA, "\"%.60s\" is still to come", csv_get(reading, CSV_CREATED));
	if (csv_get(reading, CSV_MODIFIED)[0] != '\0' && read_moment(reading, CSV_MODIFIED, &document->modified_us, err) != 0)
		return -1;
	if (csv_stands(reading, CSV_TOTAL) && csv_get(reading, CSV_TOTAL)[0] == '\0')
		return err_set(err, ERR_DATA, "it is empty: what costs nothing says 0");
	if (csv_money(reading, CSV_TOTAL, &document->total_minor, err) != 0)
		return -1;
	if (document->total_minor < 0 ? make_credit(reading, err) != 0 : read_totals(reading, err) != 0)
		return -1;
	if (document->total_minor >= 0 && read_status(reading, err) != 0)
		return -1;
	document->buyer = sales_contact(reading->arena, csv_get(reading, CSV_BUYER_EMAIL), csv_get(reading, CSV_BUYER_NAME));
	read_references(reading);
	csv_fields_document(reading);
	reading->column = NULL;
	return sales_share(reading->arena, document, err) != 0 ? -1 : csv_payload(reading, err);
}

/* What later rows say of the order must be what the first one says. */
static int
check_rows(struct csv_reading *reading, struct err *err)
{
	const char *first, *other;
	unsigned target;
	size_t i;

	for (target = 0; target < CSV_TARGETS; target++) {
		if ((target >= CSV_LINE_TARGETS && target <= CSV_NAME) || target == CSV_LINE || target == CSV_LEARNER_EMAIL ||
		    target == CSV_LEARNER_NAME)
			continue;
		for (i = 1; i < reading->row_count; i++) {
			reading->row = &reading->rows[0];
			first = csv_get(reading, target);
			reading->row = &reading->rows[i];
			other = csv_get(reading, target);
			if (other[0] == '\0' || text_equal(first, other))
				continue;
			return err_set(err, ERR_DATA, "\"%.60s\", but row %lld of the same order says \"%.60s\"", other,
			    (long long)reading->rows[0].line, first);
		}
	}
	reading->row = &reading->rows[0];
	return 0;
}

/* The same row twice: where prices stand in the rows the order's total shows whether it is meant so; without them it would make two seats of one. */
static int
check_twice(struct csv_reading *reading, struct err *err)
{
	size_t i, j;

	if (csv_stands(reading, CSV_LINE_TOTAL) || csv_stands(reading, CSV_UNIT_PRICE) || csv_stands(reading, CSV_LINE))
		return 0;
	for (i = 1; i < reading->row_count; i++) {
		for (j = 0; j < reading->columns->count && text_equal(reading->rows[i].cells[j], reading->rows[i - 1].cells[j]);
		     j++)
			;
		if (j < reading->columns->count)
			continue;
		reading->row = &reading->rows[i];
		reading->column = NULL;
		return err_set(err, ERR_DATA, "it is row %lld once more", (long long)reading->rows[i - 1].line);
	}
	return 0;
}

int
csv_document(struct csv_reading *reading, struct err *err)
{
	reading->row = &reading->rows[0];
	csv_fields_begin(reading);
	return check_rows(reading, err) != 0 || check_twice(reading, err) != 0 ? -1 : read_order(reading, err);
}
