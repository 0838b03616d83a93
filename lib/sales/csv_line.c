/* Lines of an order: a row for each, or all packed into a cell. What no column gives a price shares what the order cost. */
#include <string.h>

#include "base/text.h"
#include "csv_source.h"
#include "sales/contact.h"
#include "sales/share.h"

/* What the source calls the product, as the key of a line that has none: it must not depend on where the row stands. */
static const char *
line_key(struct csv_reading *reading, const struct sales_line *line)
{
	const char *key = csv_get(reading, CSV_LINE);

	if (key[0] == '\0')
		key = arena_printf(reading->arena, "%s/%s/%s/%s", line->product_key, line->variant_key, line->sku, line->name);
	return sales_text(reading->arena, key, CSV_KEY_BYTES);
}

static int
read_quantity(struct csv_reading *reading, const char *text, struct sales_line *line, struct err *err)
{
	line->quantity = "1";
	return text[0] == '\0' ? 0 : csv_number(reading->arena, text, reading->source->config->decimal[0], &line->quantity, err);
}

/* An amount of the whole line, and what one costs then. */
void
csv_line_amount(struct csv_reading *reading, struct sales_line *line, int64_t minor)
{
	int64_t *amount = ARENA_NEW(reading->arena, int64_t), count;
	struct err unsaid = ERR_INIT;

	*amount = minor;
	line->amount_minor = amount;
	line->unit_price_minor = minor;
	if (text_int64(line->quantity, &count, &unsaid) == 0 && count > 1)
		line->unit_price_minor = minor / count;
}

int
csv_line(struct csv_reading *reading, struct sales_line *line, struct err *err)
{
	struct arena *arena = reading->arena;
	int64_t minor;

	line->product_key = sales_text(arena, csv_get(reading, CSV_PRODUCT), CSV_KEY_BYTES);
	line->variant_key = sales_text(arena, csv_get(reading, CSV_VARIANT), CSV_KEY_BYTES);
	line->sku = sales_text(arena, csv_get(reading, CSV_SKU), CSV_KEY_BYTES);
	line->name = sales_text(arena, csv_get(reading, CSV_NAME), 2 * (size_t)CSV_KEY_BYTES);
	line->key = line_key(reading, line);
	if (read_quantity(reading, csv_get(reading, CSV_QUANTITY), line, err) != 0)
		return -1;
	if (csv_get(reading, CSV_LINE_TOTAL)[0] != '\0') {
		if (csv_money(reading, CSV_LINE_TOTAL, &minor, err) != 0)
			return -1;
		csv_line_amount(reading, line, minor);
	} else if (csv_money(reading, CSV_UNIT_PRICE, &line->unit_price_minor, err) != 0) {
		return -1;
	}
	line->learner = sales_contact(arena, csv_get(reading, CSV_LEARNER_EMAIL), csv_get(reading, CSV_LEARNER_NAME));
	csv_fields_line(reading, line);
	return 0;
}

/* "name:A|sku:B|quantity:2|total:9.00;name:…". A value may hold colons. */
static int
read_item(struct csv_reading *reading, const char *item, struct sales_line *line, struct err *err)
{
	struct arena *arena = reading->arena;
	const char *s = item, *colon, *key, *value, *total = "";
	int64_t minor;
	size_t len;

	*line = (struct sales_line){ .product_key = "", .variant_key = "", .sku = "", .name = "", .quantity = "1" };
	for (; *s != '\0'; s += len + (s[len] == '|')) {
		len = strcspn(s, "|");
		colon = memchr(s, ':', len);
		if (colon == NULL)
			return err_set(err, ERR_DATA, "\"%.60s\" is no list of items like \"name:A|quantity:1;name:B\"", item);
		key = text_trim(arena, arena_strndup(arena, s, (size_t)(colon - s)));
		value = text_trim(arena, arena_strndup(arena, colon + 1, (size_t)(s + len - colon - 1)));
		if (text_equal(key, "name"))
			line->name = sales_text(arena, value, 2 * (size_t)CSV_KEY_BYTES);
		else if (text_equal(key, "sku"))
			line->sku = sales_text(arena, value, CSV_KEY_BYTES);
		else if (text_equal(key, "product_id"))
			line->product_key = sales_text(arena, value, CSV_KEY_BYTES);
		else if (text_equal(key, "variation_id") && !text_equal(value, "0"))
			line->variant_key = sales_text(arena, value, CSV_KEY_BYTES);
		else if (text_equal(key, "id"))
			line->key = sales_text(arena, value, CSV_KEY_BYTES);
		else if (text_equal(key, "quantity") && read_quantity(reading, value, line, err) != 0)
			return -1;
		else if (text_equal(key, "total"))
			total = value;
	}
	if (total[0] != '\0') {
		if (csv_amount(reading, total, &minor, err) != 0)
			return -1;
		csv_line_amount(reading, line, minor);
	}
	if (line->key == NULL)
		line->key = sales_text(arena,
		    arena_printf(arena, "%s/%s/%s/%s", line->product_key, line->variant_key, line->sku, line->name), CSV_KEY_BYTES);
	return 0;
}

static int
read_items(struct csv_reading *reading, struct err *err)
{
	struct sales_document *document = &reading->document;
	const char *s = csv_get(reading, CSV_ITEMS), *item;
	size_t len, most = 1;

	for (len = 0; s[len] != '\0'; len++)
		most += s[len] == ';';
	if (most > CSV_MOST_ROWS)
		return err_set(err, ERR_DATA, "it lists more than %d items", CSV_MOST_ROWS);
	document->lines = ARENA_ARRAY(reading->arena, most, struct sales_line);
	for (; *s != '\0'; s += len + (s[len] == ';')) {
		len = strcspn(s, ";");
		item = text_trim(reading->arena, arena_strndup(reading->arena, s, len));
		if (item[0] == '\0')
			continue;
		if (read_item(reading, item, &document->lines[document->line_count], err) != 0)
			return -1;
		document->lines[document->line_count].learner =
		    sales_contact(reading->arena, csv_get(reading, CSV_LEARNER_EMAIL), csv_get(reading, CSV_LEARNER_NAME));
		csv_fields_line(reading, &document->lines[document->line_count++]);
		reading->column = reading->columns->of[CSV_ITEMS].name;
	}
	return 0;
}

static bool
has_product(struct csv_reading *reading)
{
	return csv_get(reading, CSV_SKU)[0] != '\0' || csv_get(reading, CSV_PRODUCT)[0] != '\0' ||
	       csv_get(reading, CSV_NAME)[0] != '\0';
}

int
csv_lines(struct csv_reading *reading, struct err *err)
{
	struct sales_document *document = &reading->document;
	size_t i;

	if (csv_stands(reading, CSV_ITEMS) && csv_get(reading, CSV_ITEMS)[0] != '\0')
		return read_items(reading, err);
	document->lines = ARENA_ARRAY(reading->arena, reading->row_count, struct sales_line);
	for (i = 0; i < reading->row_count; i++) {
		reading->row = &reading->rows[i];
		/* An order's row without a product: of a payment, say. */
		if (!has_product(reading) && reading->row_count > 1)
			continue;
		if (csv_line(reading, &document->lines[document->line_count++], err) != 0)
			return -1;
	}
	reading->row = &reading->rows[0];
	return 0;
}

/* Lines whose price no column tells share what the order cost, by their quantities. */
int
csv_lines_share(struct csv_reading *reading, struct err *err)
{
	struct sales_document *document = &reading->document;
	int64_t *weights = ARENA_ARRAY(reading->arena, document->line_count, int64_t), *shares;
	int64_t pool;
	size_t i;

	if (csv_stands(reading, CSV_LINE_TOTAL) || csv_stands(reading, CSV_UNIT_PRICE))
		return 0;
	for (i = 0; i < document->line_count; i++) {
		if (document->lines[i].amount_minor != NULL)
			return 0;
		if (sales_amount(document->lines[i].quantity, 1000000, &weights[i], err) != 0)
			return -1;
	}
	pool = document->total_minor - document->shipping_minor + document->discount_minor -
	       (document->tax_included ? 0 : document->tax_minor);
	shares = ARENA_ARRAY(reading->arena, document->line_count, int64_t);
	sales_prorate(pool, weights, document->line_count, shares);
	for (i = 0; i < document->line_count; i++)
		csv_line_amount(reading, &document->lines[i], shares[i]);
	return 0;
}
