/* Exports as people and their programs spoil them: random files of each preset, each spoiled in one way. What comes of it is exactly the sales of
 * the file as it was, or a rejection that names the place and the reason; never another amount, person or date. What cannot be told from a file
 * that is right is not among these: docs/architecture.md lists it ("csv").
 *
 *     HOSTILE_CSV=N HOSTILE_CSV_SEED=S   how many files (4000), from which seed on (1); tests/soak.sh takes 100,000 */
#include <stdio.h>
#include <stdlib.h>

#include "expect.h"

#include "../../lib/sales/csv_source.h"
#include "../../lib/sales/drop_sum.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/text.h"

#define MOST_ROWS 24
#define MOST_CELLS 24
#define MOST_SALES 40
#define RAW '\x01' /* before a cell that is written as it stands */

static struct arena arena;

/* A sequence of numbers that a seed determines (splitmix64). */
static uint64_t state_of_dice;

static uint64_t
roll(uint64_t sides)
{
	uint64_t z = (state_of_dice += UINT64_C(0x9e3779b97f4a7c15));

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return (z ^ (z >> 31)) % sides;
}

/* ---- files ---- */

struct table {
	const char *cells[MOST_ROWS][MOST_CELLS]; /* the header first */
	size_t rows, columns;
	char separator;
};

/* What a preset's columns hold. */
enum content { ID, LONG_ID, DAY, STATUS, MAIL, PERSON, MONEY, CURRENCY, QUANTITY, SKU, COURSE, NOTE };

struct column {
	const char *name;
	enum content content;
	bool of_line;
	const char *always; /* the same in all rows; NULL: drawn */
};

struct export
{
	const char *preset, *role, *decimal, *form, *paid;
	bool blanks; /* later rows of an order leave its cells empty */
	struct column columns[MOST_CELLS];
};

static const struct export exports[] = {
	{ "squarespace", "sale", ".", "%m/%d/%Y %H:%M", "PAID", true,
	    { { "Order ID", ID, false, NULL }, { "Email", MAIL, false, NULL }, { "Financial Status", STATUS, false, NULL },
		{ "Currency", CURRENCY, false, NULL }, { "Shipping", MONEY, false, "0.00" }, { "Taxes", MONEY, false, "0.00" },
		{ "Amount Refunded", MONEY, false, "0.00" }, { "Total", MONEY, false, NULL },
		{ "Discount Amount", MONEY, false, "0.00" }, { "Created at", DAY, false, NULL },
		{ "Lineitem quantity", QUANTITY, true, NULL }, { "Lineitem name", COURSE, true, NULL },
		{ "Lineitem price", MONEY, true, NULL }, { "Lineitem sku", SKU, true, NULL },
		{ "Billing Name", PERSON, false, NULL }, { "Private Notes", NOTE, false, NULL } } },
	{ "stripe", "payment", ".", "%Y-%m-%d %H:%M", "Paid", false,
	    { { "id", LONG_ID, false, NULL }, { "Description", COURSE, true, NULL }, { "Created (UTC)", DAY, false, NULL },
		{ "Amount", MONEY, false, NULL }, { "Amount Refunded", MONEY, false, "0.00" },
		{ "Currency", CURRENCY, false, NULL }, { "Mode", NOTE, false, "Live" }, { "Status", STATUS, false, NULL },
		{ "Customer Email", MAIL, false, NULL } } },
	{ "woocommerce", "sale", ".", "%Y-%m-%d %H:%M:%S", "completed", false,
	    { { "order_id", LONG_ID, false, NULL }, { "order_date", DAY, false, NULL }, { "status", STATUS, false, NULL },
		{ "order_total", MONEY, false, NULL }, { "order_currency", CURRENCY, false, NULL },
		{ "billing_email", MAIL, false, NULL }, { "item_name", COURSE, true, NULL }, { "item_sku", SKU, true, NULL },
		{ "item_quantity", QUANTITY, true, NULL }, { "item_total", MONEY, true, NULL } } },
	{ "facturascripts", "invoice", ",", "%d-%m-%Y", "1", false,
	    { { "codigo", ID, false, NULL }, { "fecha", DAY, false, NULL }, { "nombrecliente", PERSON, false, NULL },
		{ "total", MONEY, false, NULL }, { "pagada", STATUS, false, NULL }, { "email", MAIL, false, NULL },
		{ "descripcion", COURSE, true, NULL } } },
};

static size_t
column_count(const struct export *export)
{
	size_t n = 0;

	while (n < MOST_CELLS && export->columns[n].name != NULL)
		n++;
	return n;
}

static const char *
money(const struct export *export, int64_t minor)
{
	return arena_printf(&arena, "%lld%s%02lld", (long long)(minor / 100), export->decimal, (long long)(minor % 100));
}

/* A day whose number is no month, so that another order of the two is no date. */
static const char *
day(const struct export *export)
{
	unsigned d = 13 + (unsigned)roll(15), m = 1 + (unsigned)roll(12), h = (unsigned)roll(24), i = (unsigned)roll(60);

	if (text_equal(export->form, "%m/%d/%Y %H:%M"))
		return arena_printf(&arena, "%02u/%02u/2025 %02u:%02u", m, d, h, i);
	if (text_equal(export->form, "%d-%m-%Y"))
		return arena_printf(&arena, "%02u-%02u-2025", d, m);
	return arena_printf(
	    &arena, text_ends(export->form, "S") ? "2025-%02u-%02u %02u:%02u:00" : "2025-%02u-%02u %02u:%02u", m, d, h, i);
}

static const char *const people[] = { "Ana Díaz", "Bo Li", "Müller, Jörg", "O\"Neil", "Đặng Thị Hà", "李 小龍" };
static const char *const courses[] = { "Basic Life Support, online", "ACLS", "Curso \"Uno\"", "Fortgeschrittene; Übung" };

static const char *
drawn(const struct export *export, enum content content, int64_t minor, uint64_t order)
{
	switch (content) {
	case ID: return arena_printf(&arena, "%05llu", (unsigned long long)(1000 + order));
	case LONG_ID: return arena_printf(&arena, "12345678901%04llu", (unsigned long long)order);
	case DAY: return day(export);
	case STATUS: return export->paid;
	case MAIL: return arena_printf(&arena, "user%llu@example.org", (unsigned long long)roll(1000));
	case PERSON: return people[roll(COUNT_OF(people))];
	case MONEY: return money(export, minor);
	case CURRENCY: return "EUR";
	case QUANTITY: return "1";
	case SKU: return arena_printf(&arena, "SKU-%llu", (unsigned long long)roll(9));
	case COURSE: return courses[roll(COUNT_OF(courses))];
	case NOTE: break;
	}
	return roll(3) == 0 ? "said \"yes\",\nthen left" : "";
}

/* Orders of one or more lines, each of which has its price and they make the total. */
static void
draw(const struct export *export, uint64_t first, struct table *table)
{
	uint64_t orders = 2 + roll(5), order, lines, line;
	int64_t prices[3], total;
	size_t i;

	memset(table, 0, sizeof(*table));
	table->columns = column_count(export);
	table->separator = export->decimal[0] == ',' ? ';' : ',';
	for (i = 0; i < table->columns; i++)
		table->cells[0][i] = export->columns[i].name;
	table->rows = 1;
	for (order = 0; order < orders; order++) {
		size_t top = table->rows;

		lines = text_equal(export->preset, "squarespace") || text_equal(export->preset, "woocommerce") ? 1 + roll(3) : 1;
		for (total = 0, line = 0; line < lines; line++)
			total += prices[line] = 100 + (int64_t)roll(200000);
		for (line = 0; line < lines; line++, table->rows++)
			for (i = 0; i < table->columns; i++) {
				const struct column *column = &export->columns[i];

				if (line > 0 && !column->of_line)
					table->cells[table->rows][i] = export->blanks && i > 0 ? "" : table->cells[top][i];
				else if (column->always != NULL)
					table->cells[table->rows][i] = column->always;
				else
					table->cells[table->rows][i] =
					    drawn(export, column->content, column->of_line ? prices[line] : total, first + order);
			}
	}
}

static void
write_table(const struct table *table, struct buf *out)
{
	const char *s;
	size_t i, j;

	for (i = 0; i < table->rows; i++) {
		for (j = 0; j < table->columns; j++) {
			if (j > 0)
				buf_char(out, table->separator);
			if (table->cells[i][j][0] == RAW) {
				buf_text(out, table->cells[i][j] + 1);
				continue;
			}
			if (strpbrk(table->cells[i][j], ",;\"\n") == NULL) {
				buf_text(out, table->cells[i][j]);
				continue;
			}
			buf_char(out, '"');
			for (s = table->cells[i][j]; *s != '\0'; s++)
				buf_printf(out, *s == '"' ? "\"\"" : "%c", *s);
			buf_char(out, '"');
		}
		buf_text(out, "\n");
	}
}

/* ---- what comes of a file ---- */

struct sales {
	const char *items[MOST_SALES];
	size_t count;
	bool noticed; /* a document's totals do not add up, which is a finding of its own */
};

static int
note(void *context, const struct sales_document *d, struct err *err)
{
	struct sales *sales = context;
	const char *text = arena_printf(&arena, "%s %s %s %d %s %lld %lld %s <%s%s>", d->kind, d->external_id,
	    clock_iso(&arena, d->effective_us / 1000000), (int)d->status, d->currency, (long long)d->total_minor,
	    (long long)d->refunded_minor, d->buyer != NULL ? d->buyer->name : "", d->buyer != NULL ? d->buyer->email : "",
	    d->buyer != NULL ? d->buyer->raw_email : "");
	size_t i;

	(void)err;
	for (i = 0; i < d->line_count; i++)
		text = arena_printf(&arena, "%s; %s x %s/%s = %lld", text, d->lines[i].quantity, d->lines[i].sku, d->lines[i].name,
		    (long long)d->lines[i].net_minor);
	sales->noticed |= d->unallocated_minor != 0 || (d->buyer != NULL && d->buyer->raw_email[0] != '\0');
	assert_true(sales->count < MOST_SALES);
	sales->items[sales->count++] = text;
	return 0;
}

static int
compare(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Read a file as a source does: a look, and once more for its sales. "" or why it is refused. */
static const char *
read_file(const struct export *export, const char *trailer, const struct buf *bytes, struct sales *sales)
{
	struct config_source config = { .preset = export->preset,
		.role = export->role,
		.zone = "UTC",
		.decimal = export->decimal,
		.separator = "auto",
		.trailer = trailer,
		.tax_on_top = true };
	const struct sales_source source = { .config = &config, .currency = "EUR", .now_utc = INT64_C(1780000000) };
	const struct sales_sink sink = { .context = sales, .document = note };
	struct drop_faults faults = { .arena = ARENA_INIT };
	FILE *file = fmemopen(bytes->data, bytes->len, "r");
	struct err err = ERR_INIT;
	const char *why = "";

	*sales = (struct sales){ .count = 0 };
	assert_non_null(file);
	if (csv_orders(file, "f", &source, &faults, NULL, &err) != 0 ||
	    (faults.count == 0 && drop_sum_check(&arena, &faults, &err) != 0))
		why = arena_strdup(&arena, err.message);
	else if (faults.count > 0)
		why = arena_strdup(&arena, faults.lines[0]);
	rewind(file);
	if (why[0] == '\0')
		expect_ok("read again", csv_orders(file, "f", &source, &faults, &sink, &err), &err);
	(void)fclose(file);
	arena_done(&faults.arena);
	qsort(sales->items, sales->count, sizeof(sales->items[0]), compare);
	return why;
}

/* ---- ways to spoil a file ---- */

enum way {
	MOVED_COLUMN,
	SHIFTED_CELLS,
	LOST_QUOTE,
	STRAY_QUOTE,
	OTHER_SHOP,
	SECOND_HEADER,
	EXPONENTS,
	OTHER_ENCODING,
	CUT,
	LOST_LAST_ROW,
	PASTED,
	OTHER_DECIMAL,
	OTHER_DATE,
	LATER_DATE,
	EMPTY_CELL,
	ROW_TWICE,
	WAYS
};

static const char *const way_names[WAYS] = { "a column moved", "cells shifted", "a quote lost", "a stray quote",
	"another shop's file", "a second header", "ids as 1.2E+15", "another encoding in the middle", "cut off",
	"the last row lost", "two files pasted together", "the other decimal mark in one row",
	"day and month the other way round in one row", "a date to come", "an empty cell", "a row twice" };

static size_t
find(const struct export *export, enum content content)
{
	size_t i;

	for (i = 0; i < column_count(export); i++)
		if (export->columns[i].content == content && export->columns[i].always == NULL)
			return i;
	return MOST_CELLS;
}

static size_t
some_row(const struct table *table)
{
	return 1 + (size_t)roll(table->rows - 1);
}

/* Day and month of a date the other way round. */
static const char *
turned(const struct export *export, const char *date)
{
	char *text = arena_strdup(&arena, date);
	size_t a = export->form[1] == 'Y' ? 5 : 0, i;

	for (i = 0; i < 2; i++) {
		text[a + i] = date[a + 3 + i];
		text[a + 3 + i] = date[a + i];
	}
	return text;
}

/* Spoil the table; what cannot be spoiled there is spoiled in its bytes. */
static void
spoil_table(const struct export *export, enum way way, struct table *table)
{
	size_t row = some_row(table), at, to, i;
	const char *cell;

	switch (way) {
	case MOVED_COLUMN:
		at = roll(table->columns), to = roll(table->columns);
		for (i = 0; i < table->rows; i++) {
			cell = table->cells[i][at];
			table->cells[i][at] = table->cells[i][to];
			table->cells[i][to] = cell;
		}
		return;
	case SHIFTED_CELLS:
		/* What holds the mark between cells, written without quotes. */
		at = roll(table->columns);
		table->cells[row][at] = arena_printf(&arena, "%c%s%c", RAW, table->cells[row][at], table->separator);
		return;
	case SECOND_HEADER: memcpy(table->cells[row], table->cells[0], sizeof(table->cells[0])); return;
	case EXPONENTS:
		at = find(export, LONG_ID);
		for (i = 1; at < MOST_CELLS && i < table->rows; i++)
			table->cells[i][at] = "1.23457E+14";
		return;
	case LOST_LAST_ROW: table->rows--; return;
	case OTHER_DECIMAL:
		at = find(export, MONEY);
		cell = table->cells[row][at];
		if (cell[0] != '\0') {
			char *text = arena_strdup(&arena, cell);

			text[strlen(text) - 3] = export->decimal[0] == '.' ? ',' : '.';
			table->cells[row][at] = text;
		}
		return;
	case OTHER_DATE:
	case LATER_DATE:
		at = find(export, DAY);
		if (table->cells[row][at][0] == '\0')
			return;
		cell = table->cells[row][at];
		if (way == OTHER_DATE) {
			table->cells[row][at] = turned(export, cell);
		} else {
			char *text = arena_strdup(&arena, cell);

			text[export->form[1] == 'Y' ? 2 : 8] = '9'; /* 2095 */
			table->cells[row][at] = text;
		}
		return;
	case EMPTY_CELL:
		/* A name that is missing was perhaps never there. */
		at = find(export, (const enum content[]){ ID, LONG_ID, DAY, STATUS, MONEY }[roll(5)]);
		if (at < MOST_CELLS)
			table->cells[row][at] = "";
		return;
	case ROW_TWICE:
		memmove(table->cells[row + 1], table->cells[row], sizeof(table->cells[0]) * (table->rows - row));
		table->rows++;
		return;
	default: return;
	}
}

/* Cut bytes out of the middle, or put some in. */
static void
splice(struct buf *bytes, size_t at, size_t out, const char *in)
{
	struct buf copy;

	buf_init(&copy, 1 << 20);
	buf_add(&copy, bytes->data, at);
	buf_text(&copy, in);
	buf_add(&copy, bytes->data + at + out, bytes->len - at - out);
	buf_reset(bytes);
	buf_add(bytes, copy.data, copy.len);
	buf_done(&copy);
}

static void
spoil_bytes(const struct export *export, enum way way, struct buf *bytes)
{
	struct table other;
	size_t at = roll(bytes->len), i;

	switch (way) {
	case LOST_QUOTE:
		for (i = 0; i < bytes->len && bytes->data[(at + i) % bytes->len] != '"'; i++)
			;
		if (i < bytes->len)
			splice(bytes, (at + i) % bytes->len, 1, "");
		return;
	case STRAY_QUOTE: splice(bytes, at, 0, "\""); return;
	case OTHER_ENCODING:
		while (at > 0 && ((unsigned char)bytes->data[at] & 0xc0) == 0x80)
			at--;
		splice(bytes, at, 0, "\xfc");
		return;
	case CUT: splice(bytes, at, bytes->len - at, ""); return;
	case PASTED:
		draw(export, 500, &other);
		write_table(&other, bytes);
		return;
	default: return;
	}
}

static bool
names_a_place(const char *why)
{
	static const char *const places[] = { "row ", "line ", "column", "cut off", "is empty", "it declares", "it comes to",
		"no column" };
	size_t i;

	for (i = 0; i < COUNT_OF(places); i++)
		if (strstr(why, places[i]) != NULL)
			return true;
	return false;
}

/* Are all of the sales of the file as it was there, and, where another was pasted to it, those alone of both. */
static bool
is_same(const struct sales *was, const struct sales *is)
{
	size_t i;

	for (i = 0; i < was->count && i < is->count && text_equal(was->items[i], is->items[i]); i++)
		;
	return i == was->count && is->count == was->count;
}

static void
try_one(uint64_t seed, enum way way, int *taken, int *refused)
{
	const struct export *export = &exports[seed % COUNT_OF(exports)], *read_as = export;
	bool closed = way == CUT || way == LOST_LAST_ROW || roll(2) == 0;
	const char *trailer = closed ? "END" : NULL, *why;
	struct sales was, is;
	struct table table;
	struct buf bytes, whole;

	buf_init(&bytes, 1 << 20);
	buf_init(&whole, 1 << 20);
	draw(export, 1, &table);
	write_table(&table, &whole);
	if (closed)
		buf_printf(&whole, "END%c%zu\n", table.separator, table.rows - 1);
	why = read_file(export, trailer, &whole, &was);
	if (why[0] != '\0' || was.count == 0 || was.noticed)
		fail_msg("seed %llu: the file as it was is refused: %s\n%.*s", (unsigned long long)seed, why, (int)whole.len,
		    whole.data);
	if (way == OTHER_SHOP) {
		read_as = &exports[(seed + 1 + roll(COUNT_OF(exports) - 1)) % COUNT_OF(exports)];
		trailer = NULL;
		write_table(&table, &bytes);
	} else {
		size_t rows = table.rows;

		spoil_table(export, way, &table);
		write_table(&table, &bytes);
		if (closed)
			buf_printf(&bytes, "END%c%zu\n", table.separator, rows - 1);
		spoil_bytes(export, way, &bytes);
	}
	if (bytes.len > 0 && (bytes.len != whole.len || memcmp(bytes.data, whole.data, whole.len) != 0)) {
		why = read_file(read_as, trailer, &bytes, &is);
		if (why[0] != '\0' && !names_a_place(why))
			fail_msg("seed %llu, %s: it does not say where: %s", (unsigned long long)seed, way_names[way], why);
		if (why[0] == '\0' && !is.noticed && !is_same(&was, &is))
			fail_msg("seed %llu, %s (%s): taken for something else\n%.*s\nspoiled:\n%.*s\n", (unsigned long long)seed,
			    way_names[way], export->preset, (int)whole.len, whole.data, (int)bytes.len, bytes.data);
		*(why[0] == '\0' ? taken : refused) += 1;
	}
	buf_done(&bytes);
	buf_done(&whole);
	arena_reset(&arena);
}

static int64_t
setting(const char *name, int64_t fallback)
{
	const char *text = getenv(name);
	struct err err = ERR_INIT;
	int64_t value = fallback;

	if (text != NULL)
		expect_ok(name, text_int64(text, &value, &err), &err);
	return value;
}

static void
spoiled_files_are_refused_or_read_right(void **state)
{
	int64_t left = setting("HOSTILE_CSV", 4000), seed = setting("HOSTILE_CSV_SEED", 1);
	int taken[WAYS] = { 0 }, refused[WAYS] = { 0 };
	unsigned way;

	(void)state;
	for (; left > 0; left--, seed++) {
		state_of_dice = (uint64_t)seed;
		way = (unsigned)roll(WAYS);
		try_one((uint64_t)seed, way, &taken[way], &refused[way]);
	}
	for (way = 0; way < WAYS; way++)
		print_message("%s: %d refused, %d read as they were\n", way_names[way], refused[way], taken[way]);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = { cmocka_unit_test(spoiled_files_are_refused_or_read_right) };
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	arena_done(&arena);
	return failed;
}
