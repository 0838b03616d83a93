/* From snapshot to workbook, in two readings: the first counts and adds up, so that sheets, totals and formulas are known before their
 * rows; the second writes the rows as they stream by. Memory does not grow with them. */
#include <string.h>

#include "base/text.h"
#include "book.h"

/* Sections that are short by nature; more rows than this are not. */
#define MAX_KEPT 5000

static const struct table_spec *const specs[SECTION_COUNT] = {
	[SECTION_EXCEPTION] = &exception_spec,
	[SECTION_ACCESS] = &access_spec,
	[SECTION_FIELD] = &field_spec,
	[SECTION_ACTION] = &action_spec,
	[SECTION_DEAL] = &deal_spec,
	[SECTION_PAYOUT] = &payout_spec,
	[SECTION_RATE] = &rate_spec,
	[SECTION_EXPECTED] = &expected_spec,
	[SECTION_RENEWAL] = &renewal_spec,
	[SECTION_PROGRESS] = &progress_spec,
	[SECTION_DROPOFF] = &dropoff_spec,
	[SECTION_SOURCE] = &source_spec,
};

static int
keep(struct book *book, enum section section, const struct cell *cells, struct err *err)
{
	struct kept *kept = &book->kept[section];
	size_t count = section_defs[section].column_count, i;
	struct kept_row *row = ARENA_NEW(&book->arena, struct kept_row);

	if (kept->count == MAX_KEPT)
		return err_set(err, ERR_DATA, "section \"%s\" has more than %d rows", section_defs[section].name, MAX_KEPT);
	row->cells = ARENA_ARRAY(&book->arena, count, struct cell);
	for (i = 0; i < count; i++) {
		row->cells[i] = cells[i];
		row->cells[i].text = arena_strdup(&book->arena, cells[i].text);
		/* A null in a short section reads as nothing. */
		if (cells[i].null && section_defs[section].columns[i].type == CELL_TEXT)
			row->cells[i].text = "";
	}
	if (kept->end == NULL)
		kept->end = &kept->first;
	*kept->end = row;
	kept->end = &row->next;
	kept->count++;
	return 0;
}

static int
count_row(struct book *book, enum section section, const struct cell *cells, struct err *err)
{
	struct table *table = &book->tables[section];
	const struct table_spec *spec = table->spec;
	int64_t values[TALLY_SUMS];
	int64_t part = table->rows / book->rows_per_sheet;
	size_t i;

	if (part >= BOOK_MAX_PARTS)
		return err_set(err, ERR_DATA, "sheet \"%s\" has more than %u parts", spec->name, BOOK_MAX_PARTS);
	for (i = 0; i < TALLY_SUMS; i++)
		values[i] = spec->sums[i] < 0 ? 0 : cells[spec->sums[i]].number;
	table->rows++;
	return tally_add(&book->arena, &table->tally, spec->group < 0 ? NULL : cells[spec->group].text,
	    spec->currency < 0 ? NULL : cells[spec->currency].text, (uint32_t)part, values, err);
}

static int
read_first(struct book *book, const char *path, struct err *err)
{
	struct snapshot *snapshot = NULL;
	const struct cell *cells;
	enum section section;
	int rc = -1;

	if (snapshot_open(path, &snapshot, err) != 0)
		return -1;
	for (;;) {
		if (snapshot_next(snapshot, &section, &cells, err) != 0)
			goto out;
		if (cells == NULL)
			break;
		if (specs[section] != NULL && count_row(book, section, cells, err) != 0)
			goto out;
		if ((specs[section] == NULL || section == SECTION_SOURCE) && keep(book, section, cells, err) != 0)
			goto out;
	}
	rc = 0;
out:
	snapshot_close(snapshot);
	return rc;
}

/* Names and values of the section "cover". */
static int
read_cover(struct book *book, struct err *err)
{
	const char *trial = NULL, *now_utc = NULL, *preview = NULL, *locale = NULL;
	const struct {
		const char *name;
		const char **value;
	} wanted[] = { { "tenant", &book->tenant }, { "run", &book->run }, { "night", &book->night }, { "now", &book->now },
		{ "zone", &book->zone }, { "documents", &book->documents }, { "sold_from", &book->sold_from },
		{ "sold_to", &book->sold_to }, { "trial", &trial }, { "now_utc", &now_utc } };
	const struct kept_row *row;
	int64_t documents;
	size_t i;

	for (i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		for (row = book->kept[SECTION_COVER].first; row != NULL; row = row->next)
			if (text_equal(row->cells[COVER_NAME].text, wanted[i].name))
				*wanted[i].value = row->cells[COVER_VALUE].text;
		if (*wanted[i].value == NULL)
			return err_set(err, ERR_DATA, "section \"cover\" has no \"%s\"", wanted[i].name);
	}
	/* Older snapshots do not have these. */
	for (row = book->kept[SECTION_COVER].first; row != NULL; row = row->next) {
		if (text_equal(row->cells[COVER_NAME].text, "preview"))
			preview = row->cells[COVER_VALUE].text;
		if (text_equal(row->cells[COVER_NAME].text, "locale"))
			locale = row->cells[COVER_VALUE].text;
	}
	book->words = words_of(locale);
	if (text_int64(now_utc, &book->now_utc, err) != 0 || text_int64(book->documents, &documents, err) != 0)
		return err_wrap(err, "section \"cover\"");
	if (book->now_utc <= 0)
		return err_set(err, ERR_DATA, "section \"cover\": \"now_utc\" is not positive");
	book->documents = book_number(book, documents);
	/* People read minutes. */
	if (strlen(book->now) == 19)
		book->now = arena_strndup(&book->arena, book->now, 16);
	book->trial = text_equal(trial, "1");
	book->preview = text_equal(preview, "1");
	book->footer = arena_printf(&book->arena,
	    book->preview ? book_say(book, "PREVIEW, %s, run %s, as of %s") : book_say(book, "%s, run %s, as of %s"), book->tenant,
	    book->run, book->now);
	return 0;
}

static int
add_sheets(struct book *book, struct err *err)
{
	if (cover_sheet(book, err) != 0)
		return -1;
	if (control_sheet(book, err) != 0)
		return -1;
	if (table_sheets(book, SECTION_EXCEPTION, err) != 0)
		return -1;
	if (table_sheets(book, SECTION_ACCESS, err) != 0)
		return -1;
	if (table_sheets(book, SECTION_FIELD, err) != 0)
		return -1;
	if (table_sheets(book, SECTION_ACTION, err) != 0)
		return -1;
	if (table_sheets(book, SECTION_DEAL, err) != 0)
		return -1;
	if (table_sheets(book, SECTION_PAYOUT, err) != 0)
		return -1;
	if (table_sheets(book, SECTION_RATE, err) != 0)
		return -1;
	if (table_sheets(book, SECTION_EXPECTED, err) != 0)
		return -1;
	if (table_sheets(book, SECTION_RENEWAL, err) != 0)
		return -1;
	if (table_sheets(book, SECTION_PROGRESS, err) != 0)
		return -1;
	if (table_sheets(book, SECTION_DROPOFF, err) != 0)
		return -1;
	return table_sheets(book, SECTION_SOURCE, err);
}

static int
write_heads(struct book *book, struct err *err)
{
	enum section section;
	uint32_t part;

	if (cover_write(book, err) != 0)
		return -1;
	if (control_write(book, err) != 0)
		return -1;
	for (section = 0; section < SECTION_COUNT; section++)
		for (part = 0; specs[section] != NULL && part < book->tables[section].parts; part++)
			if (table_head(book, section, part, err) != 0)
				return -1;
	return 0;
}

static int
write_rows(struct book *book, const char *path, struct err *err)
{
	struct snapshot *snapshot = NULL;
	const struct cell *cells;
	enum section section;
	int rc = -1;

	if (snapshot_open(path, &snapshot, err) != 0)
		return -1;
	for (;;) {
		if (snapshot_next(snapshot, &section, &cells, err) != 0)
			goto out;
		if (cells == NULL)
			break;
		if (specs[section] == NULL)
			continue;
		/* Another file under the same name by now? Its sheets were made for the first one. */
		if (book->tables[section].written == book->tables[section].rows) {
			err_set(err, ERR_DATA, "snapshot \"%s\" changed while it was read", path);
			goto out;
		}
		if (table_row(book, section, cells, err) != 0)
			goto out;
	}
	rc = 0;
out:
	snapshot_close(snapshot);
	return rc;
}

static int
draw(struct book *book, const char *snapshot, const char *xlsx, struct err *err)
{
	struct xlsx_info info = { .author = "ctok-batch", .comment = "" };

	if (read_first(book, snapshot, err) != 0)
		return -1;
	if (read_cover(book, err) != 0)
		return err_wrap(err, "snapshot \"%s\"", snapshot);
	if (control_reckon(book, err) != 0)
		return -1;
	info.title = arena_printf(&book->arena, book_say(book, "%s: access and money"), book->tenant);
	info.subject = book->footer;
	info.created_utc = book->now_utc;
	if (xlsx_open(xlsx, &info, &book->xlsx, err) != 0)
		return -1;
	if (add_sheets(book, err) != 0)
		return -1;
	if (write_heads(book, err) != 0)
		return -1;
	if (write_rows(book, snapshot, err) != 0)
		return -1;
	return xlsx_save(book->xlsx, err);
}

int
report_render(const char *snapshot, const char *xlsx, uint32_t rows_per_sheet, struct report_summary *ret_summary, struct err *err)
{
	struct arena arena = ARENA_INIT;
	struct book *book = ARENA_NEW(&arena, struct book);
	enum section section;
	uint32_t parts = 2;
	int rc = -1;

	BUG_UNLESS(rows_per_sheet > 0 && rows_per_sheet <= REPORT_ROWS_PER_SHEET);
	book->rows_per_sheet = rows_per_sheet;
	for (section = 0; section < SECTION_COUNT; section++)
		book->tables[section].spec = specs[section];
	if (draw(book, snapshot, xlsx, err) != 0)
		goto out;
	for (section = 0; section < SECTION_COUNT; section++)
		parts += book->tables[section].parts;
	*ret_summary = (struct report_summary){
		.ties = book->untied == 0,
		.units = book->tables[SECTION_ACCESS].rows,
		.open_units = tally_get(&book->tables[SECTION_ACCESS].tally, "open", NULL, TALLY_ANY_PART, TALLY_ROWS),
		.exceptions = book->tables[SECTION_EXCEPTION].rows,
		.actions = book->tables[SECTION_ACTION].rows,
		.sheets = parts,
	};
	rc = 0;
out:
	xlsx_close(book->xlsx);
	arena_done(&book->arena);
	arena_done(&arena);
	return rc;
}
