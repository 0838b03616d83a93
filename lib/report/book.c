/* What the sheets have in common: ranges and formulas over tables that may have several sheets, texts that wrap, numbers in words. */
#include "book.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/money.h"
#include "base/text.h"

static uint16_t
sheet_column(const struct table_spec *spec, int column)
{
	uint16_t i;

	for (i = 0; i < spec->column_count; i++)
		if (spec->columns[i].from == column)
			return i;
	BUG("column is on the sheet");
}

struct xlsx_range
book_range(const struct book *book, enum section section, int column, uint32_t part)
{
	const struct table *table = &book->tables[section];
	uint16_t at = sheet_column(table->spec, column);
	int64_t rows = table->rows - (int64_t)part * book->rows_per_sheet;

	if (rows > book->rows_per_sheet)
		rows = book->rows_per_sheet;
	if (rows < 1)
		rows = 1; /* an empty table: its first row is empty */
	return (struct xlsx_range){ table->sheets[part], table->header_row + 1, table->header_row + (uint32_t)rows, at, at };
}

static const struct xlsx_expr *
over_parts(struct book *book, enum section section, int column, const struct book_where *where)
{
	const struct table *table = &book->tables[section];
	const struct xlsx_expr *whole = NULL, *expr;
	struct xlsx_where conditions[4];
	struct xlsx_range range;
	uint32_t part;
	size_t count;

	for (part = 0; part < table->parts; part++) {
		for (count = 0; where[count].equals != NULL; count++) {
			BUG_UNLESS(count < 4);
			conditions[count] = (struct xlsx_where){ book_range(book, section, where[count].column, part),
				book_cell(&book->arena, book, section, where[count].column, where[count].equals) };
		}
		if (column >= 0) {
			range = book_range(book, section, column, part);
			expr = count == 0 ? xlsx_expr_sum(&book->arena, book->xlsx, &range)
					  : xlsx_expr_sum_where(&book->arena, book->xlsx, &range, conditions, count);
		} else if (count > 0) {
			expr = xlsx_expr_count_where(&book->arena, book->xlsx, conditions, count);
		} else {
			range = book_range(book, section, table->spec->columns[0].from, part);
			expr = xlsx_expr_count(&book->arena, book->xlsx, &range);
		}
		whole = whole == NULL ? expr : xlsx_expr_plus(&book->arena, whole, expr);
	}
	BUG_UNLESS(whole != NULL);
	return whole;
}

const struct xlsx_expr *
book_count(struct book *book, enum section section, const struct book_where *where)
{
	return over_parts(book, section, -1, where);
}

const struct xlsx_expr *
book_sum(struct book *book, enum section section, int column, const struct book_where *where)
{
	return over_parts(book, section, column, where);
}

int
book_text(struct book *book, int sheet, uint32_t row, uint16_t column, enum xlsx_style style, const char *text, struct err *err)
{
	const struct xlsx_cell cell = { .type = XLSX_TEXT, .style = style, .text = text };

	return xlsx_put(book->xlsx, sheet, row, column, &cell, err);
}

unsigned
book_lines(const char *text, double width)
{
	double used = 0, word = 0;
	unsigned lines = 1;
	uint32_t c;

	/* Words flow as in a spreadsheet: one that does not fit begins a line. */
	while (*text != '\0') {
		text = text_next(text, &c);
		if (c == '\n') {
			lines++;
			used = word = 0;
		} else if (c == ' ') {
			used += word + 1;
			word = 0;
		} else {
			word += c >= 0x1100 ? 2 : 1;
			if (used + word > width && used > 0) {
				lines++;
				used = 0;
			}
		}
	}
	return lines;
}

int
book_wide(struct book *book, int sheet, uint32_t row, uint16_t column, uint16_t last_column, enum xlsx_style style,
    const char *text, double width, struct err *err)
{
	const struct xlsx_cell cell = { .type = XLSX_TEXT, .style = style, .text = text, .wrap = true };
	double line = style == XLSX_QUIET ? 12.5 : 13.5;

	/* A spreadsheet does not fit the height of joined cells by itself. */
	if (xlsx_height(book->xlsx, sheet, row, line * book_lines(text, width) + 3, err) != 0)
		return -1;
	return xlsx_span(book->xlsx, sheet, row, column, last_column, &cell, err);
}

/* Group the digits before the point by thousands. */
static const char *
group(struct book *book, const char *digits)
{
	size_t sign = digits[0] == '-' ? 1 : 0, whole = strcspn(digits + sign, "."), len = strlen(digits), i, to = 0;
	char *text = arena_alloc(&book->arena, len * 2 + 1);

	for (i = 0; i < len; i++) {
		if (i > sign && i < sign + whole && (sign + whole - i) % 3 == 0)
			text[to++] = words_thousands(book->words);
		text[to++] = digits[i] == '.' ? words_decimal(book->words) : digits[i];
	}
	return text;
}

const char *
book_number(struct book *book, int64_t value)
{
	return group(book, arena_printf(&book->arena, "%" PRId64, value));
}

const char *
book_money(struct book *book, int64_t minor, const char *currency)
{
	struct money money = { .minor = minor };

	memcpy(money.currency, currency, strnlen(currency, sizeof(money.currency) - 1));
	return arena_printf(&book->arena, "%s %s", group(book, money_decimal(&book->arena, &money)), currency);
}

const char *
book_say(const struct book *book, const char *english)
{
	return words_say(book->words, english);
}

static bool
listed(const int *columns, int column)
{
	for (; columns != NULL && *columns != SAYS_END; columns++)
		if (*columns == column)
			return true;
	return false;
}

const char *
book_cell(struct arena *arena, const struct book *book, enum section section, int column, const char *text)
{
	const struct table_spec *spec = book->tables[section].spec;

	if (listed(spec->says, column))
		return words_say(book->words, text);
	return listed(spec->says_parts, column) ? words_say_parts(arena, book->words, text) : text;
}

struct xlsx_cell
book_amount(int64_t value, const char *currency, enum xlsx_style style)
{
	return (struct xlsx_cell){
		.type = currency != NULL ? XLSX_MONEY : XLSX_INTEGER, .style = style, .number = value, .currency = currency
	};
}
