/* Cover: what this is, whether it ties, the few figures that matter in plain words, what the words mean, and a place to sign. */
#include <string.h>

#include "base/text.h"
#include "book.h"

enum { COL_MARGIN, COL_FIRST, COL_SECOND, COL_THIRD, COL_LAST = 6, COL_COUNT };

#define FIRST_WIDTH 24
#define REST_WIDTH 17
#define REST_COLUMNS (COL_LAST - COL_FIRST)
#define AMOUNTS (COL_LAST - COL_SECOND) /* currencies beside each other */
/* Letters of 10 points in the joined columns: more than the columns' own measure, which counts digits of 11. */
#define WHOLE_WIDTH ((FIRST_WIDTH + REST_COLUMNS * REST_WIDTH) * 1.3)
#define BESIDE_WIDTH (REST_COLUMNS * REST_WIDTH * 1.3)

static const struct xlsx_column columns[COL_COUNT] = {
	{ "", 2, XLSX_TEXT, false },
	{ "", FIRST_WIDTH, XLSX_TEXT, false },
	{ "", REST_WIDTH, XLSX_TEXT, false },
	{ "", REST_WIDTH, XLSX_TEXT, false },
	{ "", REST_WIDTH, XLSX_TEXT, false },
	{ "", REST_WIDTH, XLSX_TEXT, false },
	{ "", REST_WIDTH, XLSX_TEXT, false },
};

static const struct {
	const char *word, *meaning;
} legend[] = {
	{ "Unit", "One piece of a line's quantity: three places in a course are three units." },
	{ "Matched", "Paid, and the access in Moodle is what was paid for." },
	{ "Open", "A person must act, or the next run will. Each open unit stands in exactly one finding." },
	{ "Excluded", "Owes no access, by a listed rule: refunded, cancelled, not paid, not a course, a test." },
	{ "Finding", "One open item, with the same number every night until it clears." },
	{ "Money at risk", "Paid without access: the net paid. Access without money: the price. Unexplained: the difference." },
	{ "Control", "Two ways to the same figure. When every difference is 0 the run ties." },
};

struct pen {
	struct book *book;
	uint32_t row; /* next free one */
};

static int
section(struct pen *pen, const char *title, struct err *err)
{
	uint16_t i;

	pen->row++;
	if (xlsx_height(pen->book->xlsx, pen->book->cover, pen->row, 22, err) != 0)
		return -1;
	for (i = COL_FIRST; i <= COL_LAST; i++)
		if (book_text(pen->book, pen->book->cover, pen->row, i, XLSX_SECTION,
			i == COL_FIRST ? book_say(pen->book, title) : "", err) != 0)
			return -1;
	pen->row++;
	return xlsx_height(pen->book->xlsx, pen->book->cover, pen->row++, 5, err);
}

static int
sentence(struct pen *pen, const char *text, struct err *err)
{
	return book_wide(pen->book, pen->book->cover, pen->row++, COL_FIRST, COL_LAST, XLSX_BARE, text, WHOLE_WIDTH, err);
}

/* A word at the left, its explanation beside it. */
static int
entry(struct pen *pen, const char *word, const char *text, struct err *err)
{
	if (book_wide(pen->book, pen->book->cover, pen->row, COL_SECOND, COL_LAST, XLSX_BARE, text, BESIDE_WIDTH, err) != 0)
		return -1;
	if (book_text(pen->book, pen->book->cover, pen->row, COL_FIRST, XLSX_STRONG, word, err) != 0)
		return -1;
	pen->row++;
	return 0;
}

/* ---- in plain words ---- */

static const char *
plural(int64_t count, const char *one, const char *many)
{
	return count == 1 ? one : many;
}

/* "1,188.00 EUR and 20,000 JPY" of a kind of risk. */
static const char *
risk_amounts(struct book *book, const char *risk)
{
	const struct table *table = &book->tables[SECTION_EXCEPTION];
	const char *text = NULL, *money;
	int64_t minor;
	size_t i;

	for (i = 0; i < table->currency_count; i++) {
		minor = tally_get(&table->tally, risk, table->currencies[i], TALLY_ANY_PART, 1);
		if (minor == 0)
			continue;
		money = book_money(book, minor, table->currencies[i]);
		text = text == NULL ? money : arena_printf(&book->arena, book_say(book, "%s and %s"), text, money);
	}
	return text == NULL ? book_say(book, "nothing") : text;
}

static int64_t
count_units(const struct book *book, const char *class)
{
	return tally_get(&book->tables[SECTION_ACCESS].tally, class, NULL, TALLY_ANY_PART, TALLY_ROWS);
}

static int
say_units(struct pen *pen, struct err *err)
{
	struct arena *arena = &pen->book->arena;
	int64_t all = pen->book->tables[SECTION_ACCESS].rows, open = count_units(pen->book, "open");
	const char *text;

	if (all == 0)
		return sentence(pen, book_say(pen->book, "Nothing has been sold yet."), err);
	text = arena_printf(arena, book_say(pen->book, "%s %s sold, in %s documents from %s to %s."), book_number(pen->book, all),
	    book_say(pen->book, plural(all, "unit was", "units were")), pen->book->documents, pen->book->sold_from,
	    pen->book->sold_to);
	if (sentence(pen, text, err) != 0)
		return -1;
	text = arena_printf(arena,
	    book_say(pen->book, "Matched: %s, paid and with the access paid for. Excluded by a rule: %s. Open: %s%s."),
	    book_number(pen->book, count_units(pen->book, "matched")), book_number(pen->book, count_units(pen->book, "excluded")),
	    book_number(pen->book, open), open == 0 ? "" : book_say(pen->book, ", each with its finding on sheet Exceptions"));
	return sentence(pen, text, err);
}

static int
say_risk(struct pen *pen, struct err *err)
{
	int64_t findings = pen->book->tables[SECTION_EXCEPTION].rows;
	struct arena *arena = &pen->book->arena;

	if (findings == 0)
		return sentence(pen, book_say(pen->book, "No finding is open."), err);
	return sentence(pen,
	    arena_printf(arena, book_say(pen->book, "%s open. Paid without access: %s. Access without money: %s. Unexplained: %s."),
		arena_printf(arena, "%s %s", book_number(pen->book, findings),
		    book_say(pen->book, plural(findings, "finding is", "findings are"))),
		risk_amounts(pen->book, RISK_PAID), risk_amounts(pen->book, RISK_ACCESS),
		risk_amounts(pen->book, RISK_UNEXPLAINED)),
	    err);
}

static int
say_actions(struct pen *pen, struct err *err)
{
	static const struct {
		const char *code, *one, *many;
	} states[] = {
		{ "done", "is done", "are done" },
		{ "trial", "is shown for trial and not carried out", "are shown for trial and not carried out" },
		{ "open", "waits", "wait" },
		{ "held", "is held by a brake until released", "are held by a brake until released" },
		{ "sending", "was under way when its run was cut off", "were under way when their run was cut off" },
		{ "refused", "was refused by Moodle", "were refused by Moodle" },
		{ "skipped", "was skipped, because its row had moved", "were skipped, because their rows had moved" },
		{ "superseded", "is no longer wanted", "are no longer wanted" },
	};
	const struct table *table = &pen->book->tables[SECTION_ACTION];
	struct arena *arena = &pen->book->arena;
	const char *text;
	size_t i, said = 0;
	int64_t count;

	if (table->rows == 0)
		return sentence(pen, book_say(pen->book, "Moodle needed no change tonight."), err);
	text = arena_printf(arena, book_say(pen->book, "%s in Moodle:"),
	    arena_printf(arena, "%s %s", book_number(pen->book, table->rows),
		book_say(pen->book, plural(table->rows, "change", "changes"))));
	for (i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
		count = tally_get(&table->tally, states[i].code, NULL, TALLY_ANY_PART, TALLY_ROWS);
		if (count > 0)
			text = arena_printf(arena, "%s%s %s %s", text, said++ > 0 ? "," : "", book_number(pen->book, count),
			    book_say(pen->book, plural(count, states[i].one, states[i].many)));
	}
	return sentence(pen, arena_printf(arena, "%s.", text), err);
}

static int
say_sources(struct pen *pen, struct err *err)
{
	struct arena *arena = &pen->book->arena;
	const struct kept_row *row;
	const char *bad = NULL;

	for (row = pen->book->kept[SECTION_SOURCE].first; row != NULL; row = row->next)
		if (!text_equal(row->cells[SOURCE_OUTCOME].text, "complete"))
			bad = bad == NULL ? row->cells[SOURCE_NAME].text
					  : arena_printf(arena, "%s, %s", bad, row->cells[SOURCE_NAME].text);
	if (bad == NULL)
		return sentence(pen, book_say(pen->book, "All sources and sites were read completely."), err);
	return sentence(pen, arena_printf(arena, book_say(pen->book, "Not read completely: %s. See sheet Sources."), bad), err);
}

/* ---- tables ---- */

/* A small table: groups downwards, how many and how much in each currency across. All cells are live. */
struct grid {
	enum section from;
	int group_column, currency_column, money_column;
	const char *title, *count_title;
	const char *const *groups;
	const char *const *labels;
	size_t group_count;
};

static int
grid_cell(struct pen *pen, uint16_t column, const struct xlsx_expr *expr, int64_t value, const char *currency,
    enum xlsx_style style, struct err *err)
{
	struct xlsx_cell cell = book_amount(value, currency, style);

	return xlsx_formula(pen->book->xlsx, pen->book->cover, pen->row, column, expr, &cell, err);
}

/* The row of a group, or the total when ${group} is NULL. */
static int
grid_row(struct pen *pen, const struct grid *grid, const char *group, const char *label, const char *const *currencies,
    size_t count, struct err *err)
{
	const struct tally *tally = &pen->book->tables[grid->from].tally;
	enum xlsx_style style = group == NULL ? XLSX_TOTAL : XLSX_BODY;
	size_t i;

	if (book_text(pen->book, pen->book->cover, pen->row, COL_FIRST, style, label, err) != 0)
		return -1;
	{
		const struct book_where where[] = { { grid->group_column, group }, { -1, NULL } };

		if (grid_cell(pen, COL_SECOND, book_count(pen->book, grid->from, where),
			tally_get(tally, group, NULL, TALLY_ANY_PART, TALLY_ROWS), NULL, style, err) != 0)
			return -1;
	}
	for (i = 0; i < count; i++) {
		const struct book_where where[] = { { grid->currency_column, currencies[i] }, { grid->group_column, group },
			{ -1, NULL } };

		if (grid_cell(pen, (uint16_t)(COL_THIRD + i), book_sum(pen->book, grid->from, grid->money_column, where),
			tally_get(tally, group, currencies[i], TALLY_ANY_PART, 1), currencies[i], style, err) != 0)
			return -1;
	}
	pen->row++;
	return 0;
}

static int
grid(struct pen *pen, const struct grid *grid, struct err *err)
{
	const struct table *table = &pen->book->tables[grid->from];
	size_t at = 0, count, i;

	/* More currencies than columns: the table again, below. */
	do {
		count = table->currency_count - at < AMOUNTS ? table->currency_count - at : AMOUNTS;
		for (i = 0; i < count + 2; i++) {
			const struct xlsx_cell cell = { .style = XLSX_HEADER,
				.right = i > 0,
				.text = i == 0   ? book_say(pen->book, grid->title)
					: i == 1 ? book_say(pen->book, grid->count_title)
						 : table->currencies[at + i - 2] };

			if (xlsx_put(pen->book->xlsx, pen->book->cover, pen->row, (uint16_t)(COL_FIRST + i), &cell, err) != 0)
				return -1;
		}
		pen->row++;
		for (i = 0; i < grid->group_count; i++)
			if (grid_row(pen, grid, grid->groups[i], book_say(pen->book, grid->labels[i]), table->currencies + at,
				count, err) != 0)
				return -1;
		if (grid_row(pen, grid, NULL, book_say(pen->book, "Total"), table->currencies + at, count, err) != 0)
			return -1;
		at += count;
	} while (at < table->currency_count);
	return 0;
}

/* ---- the sheet ---- */

static int
write_verdict(struct pen *pen, struct err *err)
{
	struct book *book = pen->book;
	struct xlsx_range checks = control_checks(book), cell = { book->cover, pen->row, pen->row, COL_FIRST, COL_FIRST };
	const struct xlsx_cell verdict = {
		.type = XLSX_TEXT, .style = XLSX_VERDICT, .text = book_say(book, book->untied == 0 ? "TIES" : "DOES NOT TIE")
	};
	struct xlsx_cell text = { .type = XLSX_TEXT, .style = XLSX_CLAIM, .wrap = true };
	const struct xlsx_expr *expr = xlsx_expr_verdict(&book->arena, xlsx_expr_sum_abs(&book->arena, book->xlsx, &checks),
	    book_say(book, "TIES"), book_say(book, "DOES NOT TIE"));
	size_t i;

	text.text = arena_printf(&book->arena,
	    book_say(book, "All %zu controls hold: every unit sold and every cent charged is accounted for."), book->control_count);
	if (book->untied > 0)
		text.text = arena_printf(&book->arena, book_say(book, "%s of %zu controls %s not hold:"),
		    book_number(book, book->untied), book->control_count, book_say(book, plural(book->untied, "does", "do")));
	for (i = 0; i < book->control_count && book->untied > 0; i++)
		if (book->controls[i].live != 0 ||
		    book->controls[i].cells[CONTROL_EXPECTED].number != book->controls[i].cells[CONTROL_ACTUAL].number)
			text.text = arena_printf(&book->arena, "%s %s%s%s;", text.text,
			    book_say(book, book->controls[i].cells[CONTROL_TITLE].text),
			    book->controls[i].currency != NULL ? " " : "",
			    book->controls[i].currency != NULL ? book->controls[i].currency : "");
	if (book->untied > 0)
		text.text = arena_printf(&book->arena, book_say(book, "%s see sheet Control."), text.text);
	if (xlsx_height(book->xlsx, book->cover, pen->row, 42, err) != 0)
		return -1;
	if (xlsx_formula(book->xlsx, book->cover, pen->row, COL_FIRST, expr, &verdict, err) != 0)
		return -1;
	if (xlsx_span(book->xlsx, book->cover, pen->row, COL_SECOND, COL_LAST, &text, err) != 0)
		return -1;
	pen->row++;
	return xlsx_flag(book->xlsx, &cell, book_say(book, "TIES"), err);
}

static int
write_sheets(struct pen *pen, struct err *err)
{
	static const struct {
		enum section section;
		const char *about;
	} tables[] = {
		{ SECTION_EXCEPTION, "What is open: who, what, how much, how long, and what to do next." },
		{ SECTION_ACCESS, "Every unit sold, with its money, its class and the access it gives." },
		{ SECTION_FIELD, "Companies, tax numbers and whatever else the settings keep of sales." },
		{ SECTION_ACTION, "What the night planned and did in Moodle: before and after." },
		{ SECTION_DEAL, "Every sale that several systems know: sold, invoiced, paid." },
		{ SECTION_PAYOUT, "Every payout to the bank, from what was charged down to what arrived." },
		{ SECTION_RATE, "The exchange rates that amounts were converted at." },
		{ SECTION_EXPECTED, "What is asked for and not sold yet: quotes, orders, and what waits for its payment." },
		{ SECTION_RENEWAL, "Whose paid time is over within three months, and what it cost last." },
		{ SECTION_PROGRESS, "How far learners are, course by course." },
		{ SECTION_DROPOFF, "How many get how far in each course, and where they stop." },
		{ SECTION_SOURCE, "What was read, when, and whether it was complete." },
	};
	struct book *book = pen->book;
	const struct table *table;
	size_t i;

	if (entry(pen, "", book_say(book, "The controls, with the engine's figures beside live formulas; from charges to units."),
		err) != 0)
		return -1;
	if (xlsx_link(book->xlsx, book->cover, pen->row - 1, COL_FIRST, book->control, book_say(book, "Control"), err) != 0)
		return -1;
	for (i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
		table = &book->tables[tables[i].section];
		if (table->parts == 0)
			continue;
		if (entry(pen, "",
			arena_printf(&book->arena, "%s %s %s.", book_say(book, tables[i].about), book_number(book, table->rows),
			    book_say(book, table->spec->rows_are)),
			err) != 0)
			return -1;
		if (xlsx_link(book->xlsx, book->cover, pen->row - 1, COL_FIRST, table->sheets[0], book_say(book, table->spec->name),
			err) != 0)
			return -1;
	}
	return 0;
}

static int
write_signatures(struct pen *pen, struct err *err)
{
	static const char *const titles[] = { "", "Name", "", "Date", "Signature", "" };
	static const char *const who[] = { "Prepared by", "Checked by" };
	size_t line;
	uint16_t i;

	for (i = 0; i < sizeof(titles) / sizeof(titles[0]); i++)
		if (book_text(pen->book, pen->book->cover, pen->row, (uint16_t)(COL_FIRST + i), XLSX_QUIET,
			book_say(pen->book, titles[i]), err) != 0)
			return -1;
	pen->row++;
	for (line = 0; line < 2; line++, pen->row++) {
		if (xlsx_height(pen->book->xlsx, pen->book->cover, pen->row, 30, err) != 0)
			return -1;
		for (i = COL_FIRST; i <= COL_LAST; i++)
			if (book_text(pen->book, pen->book->cover, pen->row, i, XLSX_SIGN,
				i == COL_FIRST ? book_say(pen->book, who[line]) : "", err) != 0)
				return -1;
	}
	return 0;
}

int
cover_sheet(struct book *book, struct err *err)
{
	const struct xlsx_sheet_def def = { .name = book_say(book, "Cover"),
		.columns = columns,
		.column_count = COL_COUNT,
		.page = true,
		.tab_rgb = 0x2f4858,
		.footer = book->footer,
		.page_word = book_say(book, "page"),
		.of_word = book_say(book, "of") };

	return xlsx_sheet(book->xlsx, &def, &book->cover, err);
}

static int
write_head(struct pen *pen, struct err *err)
{
	struct book *book = pen->book;
	const char *text;

	pen->row = 1;
	if (xlsx_height(book->xlsx, book->cover, pen->row, 30, err) != 0)
		return -1;
	if (book_text(book, book->cover, pen->row++, COL_FIRST, XLSX_TITLE,
		arena_printf(&book->arena,
		    book->preview ? book_say(book, "%s: access and money (PREVIEW)") : book_say(book, "%s: access and money"),
		    book->tenant),
		err) != 0)
		return -1;
	text = arena_printf(&book->arena, book_say(book, "As of %s (%s), run %s of night %s. Sales from %s to %s."), book->now,
	    book->zone, book->run, book->night, book->sold_from[0] == '\0' ? book_say(book, "none") : book->sold_from,
	    book->sold_to[0] == '\0' ? book_say(book, "none") : book->sold_to);
	if (xlsx_height(book->xlsx, book->cover, pen->row, 20, err) != 0)
		return -1;
	if (book_text(book, book->cover, pen->row++, COL_FIRST, XLSX_SUBTITLE, text, err) != 0)
		return -1;
	pen->row++;
	return write_verdict(pen, err);
}

int
cover_write(struct book *book, struct err *err)
{
	static const char *const classes[] = { "matched", "open", "excluded" };
	static const char *const labels[] = { "Matched", "Open", "Excluded" };
	static const char *const risks[] = { RISK_PAID, RISK_ACCESS, RISK_UNEXPLAINED, RISK_NONE };
	static const struct grid units = { SECTION_ACCESS, ACCESS_CLASS, ACCESS_CURRENCY, ACCESS_NET, "Net paid, by class", "Units",
		classes, labels, 3 };
	static const struct grid risk = { SECTION_EXCEPTION, EXCEPTION_RISK, EXCEPTION_CURRENCY, EXCEPTION_MONEY, "Money at risk",
		"Findings", risks, risks, 4 };
	struct pen pen = { book, 0 };
	size_t i;

	if (write_head(&pen, err) != 0)
		return -1;
	if (section(&pen, "In plain words", err) != 0)
		return -1;
	if (book->preview &&
	    sentence(&pen,
		book_say(book, "PREVIEW: as it would be at that moment, with what is known now. Nothing of it is on record."),
		err) != 0)
		return -1;
	if (book->trial &&
	    sentence(&pen,
		book_say(book, "TRIAL: not everything is live yet. What is not is planned and shown, and not carried out."),
		err) != 0)
		return -1;
	if (say_units(&pen, err) != 0 || say_risk(&pen, err) != 0 || say_actions(&pen, err) != 0 || say_sources(&pen, err) != 0)
		return -1;
	if (section(&pen, "Units and money", err) != 0)
		return -1;
	if (grid(&pen, &units, err) != 0)
		return -1;
	pen.row++;
	if (grid(&pen, &risk, err) != 0)
		return -1;
	if (section(&pen, "Sign-off", err) != 0)
		return -1;
	if (write_signatures(&pen, err) != 0)
		return -1;
	if (section(&pen, "Sheets", err) != 0)
		return -1;
	if (write_sheets(&pen, err) != 0)
		return -1;
	if (section(&pen, "Words", err) != 0)
		return -1;
	for (i = 0; i < sizeof(legend) / sizeof(legend[0]); i++)
		if (entry(&pen, book_say(book, legend[i].word), book_say(book, legend[i].meaning), err) != 0)
			return -1;
	return 0;
}
