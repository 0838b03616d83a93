/* Formulas as values. Each one is a whole operand (a call, a reference or a sum in brackets), so that they combine without a
 * thought for precedence. */
#include "adapter/xlsx_expr.h"

#include <inttypes.h>
#include <string.h>

#include "base/buf.h"

#define MAX_BYTES 8192 /* a spreadsheet's limit for one formula */

struct xlsx_expr {
	const char *text;
};

static const struct xlsx_expr *
make(struct arena *arena, const char *text)
{
	struct xlsx_expr *expr = ARENA_NEW(arena, struct xlsx_expr);

	BUG_UNLESS(strlen(text) < MAX_BYTES);
	expr->text = text;
	return expr;
}

static const char *
column_name(char name[4], uint16_t column)
{
	char *p = name + 3;
	unsigned rest = column + 1u;

	*p = '\0';
	for (; rest > 0; rest = (rest - 1) / 26)
		*--p = (char)('A' + (rest - 1) % 26);
	return p;
}

/* Absolute and with its sheet: 'Access vs money'!$J$6:$J$2005. */
static const char *
range_text(struct arena *arena, const struct xlsx *xlsx, const struct xlsx_range *range)
{
	char first[4], last[4], *quoted;
	const char *name = xlsx_sheet_name(xlsx, range->sheet);
	size_t len = 0;

	BUG_UNLESS(range->row <= range->last_row && range->column <= range->last_column);
	BUG_UNLESS(range->last_row < XLSX_MAX_ROWS && range->last_column < XLSX_MAX_COLUMNS);
	quoted = arena_alloc(arena, strlen(name) * 2 + 1);
	for (; *name != '\0'; name++) {
		quoted[len++] = *name;
		if (*name == '\'')
			quoted[len++] = '\'';
	}
	if (range->row == range->last_row && range->column == range->last_column)
		return arena_printf(arena, "'%s'!$%s$%" PRIu32, quoted, column_name(first, range->column), range->row + 1);
	return arena_printf(arena, "'%s'!$%s$%" PRIu32 ":$%s$%" PRIu32, quoted, column_name(first, range->column), range->row + 1,
	    column_name(last, range->last_column), range->last_row + 1);
}

/* Nothing here could be read as an operator, a pattern or a quote. */
void
xlsx_expr_word(const char *word)
{
	const char *s;

	BUG_UNLESS(*word != '\0' && strlen(word) <= 255);
	for (s = word; *s != '\0'; s++)
		BUG_UNLESS((*s >= 'A' && *s <= 'Z') || (*s >= 'a' && *s <= 'z') || (*s >= '0' && *s <= '9') || *s == '_' ||
			   *s == '-' || *s == ' ');
}

const struct xlsx_expr *
xlsx_expr_cell(struct arena *arena, const struct xlsx *xlsx, int sheet, uint32_t row, uint16_t column)
{
	return make(arena, range_text(arena, xlsx, &(struct xlsx_range){ sheet, row, row, column, column }));
}

const struct xlsx_expr *
xlsx_expr_number(struct arena *arena, int64_t value)
{
	return make(arena, arena_printf(arena, "(%" PRId64 ")", value));
}

const struct xlsx_expr *
xlsx_expr_sum(struct arena *arena, const struct xlsx *xlsx, const struct xlsx_range *range)
{
	return make(arena, arena_printf(arena, "SUM(%s)", range_text(arena, xlsx, range)));
}

const struct xlsx_expr *
xlsx_expr_sum_abs(struct arena *arena, const struct xlsx *xlsx, const struct xlsx_range *range)
{
	return make(arena, arena_printf(arena, "SUMPRODUCT(ABS(%s))", range_text(arena, xlsx, range)));
}

const struct xlsx_expr *
xlsx_expr_count(struct arena *arena, const struct xlsx *xlsx, const struct xlsx_range *range)
{
	return make(arena, arena_printf(arena, "COUNTA(%s)", range_text(arena, xlsx, range)));
}

/* ${begin}, then the criteria and the closing bracket. */
static const struct xlsx_expr *
with_where(struct arena *arena, const struct xlsx *xlsx, const char *begin, const struct xlsx_where *where, size_t count)
{
	const char *text = begin;
	size_t i;

	BUG_UNLESS(count > 0);
	for (i = 0; i < count; i++) {
		xlsx_expr_word(where[i].equals);
		text = arena_printf(
		    arena, "%s%s%s,\"%s\"", text, i > 0 ? "," : "", range_text(arena, xlsx, &where[i].range), where[i].equals);
	}
	return make(arena, arena_printf(arena, "%s)", text));
}

const struct xlsx_expr *
xlsx_expr_sum_where(
    struct arena *arena, const struct xlsx *xlsx, const struct xlsx_range *range, const struct xlsx_where *where, size_t count)
{
	return with_where(arena, xlsx, arena_printf(arena, "SUMIFS(%s,", range_text(arena, xlsx, range)), where, count);
}

const struct xlsx_expr *
xlsx_expr_count_where(struct arena *arena, const struct xlsx *xlsx, const struct xlsx_where *where, size_t count)
{
	return with_where(arena, xlsx, "COUNTIFS(", where, count);
}

const struct xlsx_expr *
xlsx_expr_shown_sum(struct arena *arena, const struct xlsx *xlsx, const struct xlsx_range *range)
{
	return make(arena, arena_printf(arena, "SUBTOTAL(109,%s)", range_text(arena, xlsx, range)));
}

const struct xlsx_expr *
xlsx_expr_shown_count(struct arena *arena, const struct xlsx *xlsx, const struct xlsx_range *range)
{
	return make(arena, arena_printf(arena, "SUBTOTAL(103,%s)", range_text(arena, xlsx, range)));
}

const struct xlsx_expr *
xlsx_expr_plus(struct arena *arena, const struct xlsx_expr *a, const struct xlsx_expr *b)
{
	return make(arena, arena_printf(arena, "(%s+%s)", a->text, b->text));
}

const struct xlsx_expr *
xlsx_expr_minus(struct arena *arena, const struct xlsx_expr *a, const struct xlsx_expr *b)
{
	return make(arena, arena_printf(arena, "(%s-%s)", a->text, b->text));
}

const struct xlsx_expr *
xlsx_expr_round(struct arena *arena, const struct xlsx_expr *a, int decimals)
{
	return make(arena, arena_printf(arena, "ROUND(%s,%d)", a->text, decimals));
}

const struct xlsx_expr *
xlsx_expr_verdict(struct arena *arena, const struct xlsx_expr *a, const char *if_zero, const char *if_not)
{
	xlsx_expr_word(if_zero);
	xlsx_expr_word(if_not);
	return make(arena, arena_printf(arena, "IF(%s=0,\"%s\",\"%s\")", a->text, if_zero, if_not));
}

const char *
xlsx_expr_text(const struct xlsx_expr *expr)
{
	return expr->text;
}
