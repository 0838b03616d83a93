/* Workbooks over libxlsxwriter in constant-memory mode. The library believes its caller and ignores a full disk (it returns
 * success for a sheet with rows missing), so everything is checked here: text and numbers on the way in, the streams of the
 * sheets while they grow, the room before closing, and the finished file by reading it back before it gets its name. */
#include "adapter/xlsx.h"

#include <errno.h>
#include <inttypes.h>
#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <xlsxwriter.h>

#include "adapter/xlsx_expr.h"
#include "adapter/xlsx_text.h"
#include "base/buf.h"
#include "base/money.h"
#include "base/stage.h"
#include "base/text.h"
#include "xlsx_look.h"

#define MAX_SHEETS 128
#define MAX_SHEET_BYTES 0xf0000000u /* a member of a ZIP without ZIP64 ends at 4 GiB */
#define ROOM_EVERY_ROWS 4096u
#define ROOM_SPARE_BYTES ((uint64_t)1 << 20)

struct sheet {
	lxw_worksheet *worksheet;
	char *name;
	struct xlsx_sheet_def def;
	struct xlsx_column *columns;
	bool begun;
	uint32_t row;       /* being written */
	uint64_t row_cells; /* one bit per column that holds something */
	uint64_t rows;      /* of the finished file */
	uint64_t cells;
};

struct xlsx {
	struct arena arena;
	struct stage *stage;
	lxw_workbook *workbook;
	struct sheet sheets[MAX_SHEETS];
	size_t sheet_count;
	struct buf text; /* the cell's text as it goes into the file */
	char currency[4];
	int exponent; /* of `currency` */
	uint32_t rows_since_check;
	struct xlsx_looks looks;
};

/* "Sheet", D12 for messages. */
static int
refuse(struct xlsx *xlsx, int sheet, uint32_t row, uint16_t column, struct err *err)
{
	char cell[LXW_MAX_CELL_NAME_LENGTH];

	lxw_rowcol_to_cell(cell, row, column);
	return err_wrap(err, "sheet \"%s\", cell %s", xlsx->sheets[sheet].name, cell);
}

static int
check_library(lxw_error rc, struct err *err)
{
	if (rc == LXW_NO_ERROR)
		return 0;
	return err_set(err, rc == LXW_ERROR_MEMORY_MALLOC_FAILED ? ERR_SYSTEM : ERR_BUG, "libxlsxwriter: %s", lxw_strerror(rc));
}

/* Did the sheets' streams take everything so far, and is there room to finish? Closing copies each sheet once more, one at a time,
 * and packs all of them to a fraction: a quarter is on the safe side. */
static int
check_streams(struct xlsx *xlsx, struct err *err)
{
	uint64_t largest = 0, all = 0, bytes;
	struct sheet *sheet;
	size_t i;
	off_t at;

	for (i = 0; i < xlsx->sheet_count; i++) {
		sheet = &xlsx->sheets[i];
		errno = 0;
		if (fflush(sheet->worksheet->optimize_tmpfile) != 0 || ferror(sheet->worksheet->optimize_tmpfile))
			return err_set(err, ERR_IO, "could not write sheet \"%s\" of \"%s\": %s", sheet->name,
			    stage_target(xlsx->stage), errno != 0 ? strerror(errno) : "an earlier write failed");
		at = ftello(sheet->worksheet->optimize_tmpfile);
		bytes = at > 0 ? (uint64_t)at : 0;
		if (bytes > MAX_SHEET_BYTES)
			return err_set(err, ERR_DATA, "sheet \"%s\" is larger than %u bytes", sheet->name, MAX_SHEET_BYTES);
		all += bytes;
		if (bytes > largest)
			largest = bytes;
	}
	return stage_room(xlsx->stage, largest + all / 4 + ROOM_SPARE_BYTES, err);
}

/* Rows go downwards; the row at hand is known to its cells. */
static int
enter_row(struct xlsx *xlsx, int index, uint32_t row, struct err *err)
{
	struct sheet *sheet = &xlsx->sheets[index];

	BUG_UNLESS(index >= 0 && (size_t)index < xlsx->sheet_count);
	if (row >= XLSX_MAX_ROWS)
		return err_set(err, ERR_DATA, "sheet \"%s\" is full: it has %u rows", sheet->name, XLSX_MAX_ROWS);
	if (sheet->begun && row == sheet->row)
		return 0;
	BUG_UNLESS(!sheet->begun || row > sheet->row);
	sheet->begun = true;
	sheet->row = row;
	sheet->row_cells = 0;
	sheet->rows++;
	if (++xlsx->rows_since_check < ROOM_EVERY_ROWS)
		return 0;
	xlsx->rows_since_check = 0;
	return check_streams(xlsx, err);
}

static void
count_cell(struct sheet *sheet, uint16_t column)
{
	uint64_t bit = (uint64_t)1 << column;

	BUG_UNLESS(column < XLSX_MAX_COLUMNS);
	if (!(sheet->row_cells & bit))
		sheet->cells++;
	sheet->row_cells |= bit;
}

static int
check_digits(int64_t number, struct err *err)
{
	if (number > 999999999999999 || number < -999999999999999)
		return err_set(err, ERR_DATA, "number %" PRId64 " has more than %d digits, which a cell cannot show exactly",
		    number, XLSX_MAX_DIGITS);
	return 0;
}

static int
find_exponent(struct xlsx *xlsx, const char *currency, struct err *err)
{
	if (currency == NULL)
		return err_set(err, ERR_DATA, "amount has no currency");
	if (strcmp(currency, xlsx->currency) == 0)
		return 0;
	if (money_exponent(currency, &xlsx->exponent, err) != 0)
		return -1;
	BUG_UNLESS(xlsx->exponent >= 0 && xlsx->exponent <= XLSX_LOOK_MAX_EXPONENT);
	memcpy(xlsx->currency, currency, sizeof(xlsx->currency));
	return 0;
}

/* The nearest double: within 15 digits a spreadsheet shows it exactly. */
static double
money_double(int64_t minor, int exponent)
{
	static const double scale[XLSX_LOOK_MAX_EXPONENT + 1] = { 1, 10, 100, 1000, 10000 };

	return (double)minor / scale[exponent];
}

/* The number that stands for a cell, for all but text. */
static int
cell_double(struct xlsx *xlsx, const struct xlsx_cell *cell, double *ret_number, struct err *err)
{
	static const struct clock_date epoch = { .year = 1899, .month = 12, .day = 30 };
	struct clock_date date = cell->date;

	switch (cell->type) {
	case XLSX_INTEGER: *ret_number = (double)cell->number; return check_digits(cell->number, err);
	case XLSX_MONEY: *ret_number = money_double(cell->number, xlsx->exponent); return check_digits(cell->number, err);
	case XLSX_DATE: date.hour = date.minute = date.second = 0; __attribute__((fallthrough));
	case XLSX_DATETIME: *ret_number = (double)(clock_to_utc(&date) - clock_to_utc(&epoch)) / 86400.0; return 0;
	case XLSX_PERCENT:
		if (!isfinite(cell->ratio))
			return err_set(err, ERR_DATA, "ratio is not a finite number");
		*ret_number = cell->ratio;
		return 0;
	case XLSX_TEXT:
	case XLSX_TYPES: break;
	}
	BUG("cell type");
}

static int
put_cell(struct xlsx *xlsx, int index, uint32_t row, uint16_t column, const struct xlsx_cell *cell, struct err *err)
{
	lxw_worksheet *worksheet = xlsx->sheets[index].worksheet;
	bool is_date = cell->type == XLSX_DATE || cell->type == XLSX_DATETIME;
	lxw_format *format;
	const char *text;
	char iso[32];
	double number;

	if (cell->type == XLSX_MONEY && !cell->empty && find_exponent(xlsx, cell->currency, err) != 0)
		return -1;
	/* The header's formats differ by type in their side only. */
	format = xlsx_look(&xlsx->looks, xlsx->workbook, cell->style,
	    cell->right && cell->style == XLSX_HEADER ? XLSX_INTEGER : cell->type, cell->type == XLSX_MONEY ? xlsx->exponent : 0,
	    cell->wrap);
	if (cell->empty || (cell->type == XLSX_TEXT && cell->text == NULL))
		return check_library(worksheet_write_blank(worksheet, row, column, format), err);
	if (cell->type == XLSX_TEXT) {
		if (xlsx_text(&xlsx->text, cell->text, &text, err) != 0)
			return -1;
		return check_library(worksheet_write_string(worksheet, row, column, text, format), err);
	}
	if (is_date && !clock_valid(&cell->date))
		return err_set(err, ERR_DATA, "date does not exist: %d-%d-%d", cell->date.year, cell->date.month, cell->date.day);
	if (is_date && (cell->date.year < 1900 || (cell->date.year == 1900 && cell->date.month < 3))) {
		/* Serial numbers before 1900-03-01 are off by one between spreadsheets, and there are none before 1900. */
		snprintf(iso, sizeof(iso), "%04d-%02d-%02d", cell->date.year, cell->date.month, cell->date.day);
		return check_library(worksheet_write_string(worksheet, row, column, iso, format), err);
	}
	if (cell_double(xlsx, cell, &number, err) != 0)
		return -1;
	return check_library(worksheet_write_number(worksheet, row, column, number, format), err);
}

static void
set_properties(struct xlsx *xlsx, const struct xlsx_info *info)
{
	lxw_doc_properties properties;

	/* The library takes char *, and copies. */
	memset(&properties, 0, sizeof(properties));
	properties.title = arena_strdup(&xlsx->arena, info->title);
	properties.subject = arena_strdup(&xlsx->arena, info->subject);
	properties.author = arena_strdup(&xlsx->arena, info->author);
	properties.comments = arena_strdup(&xlsx->arena, info->comment);
	properties.created = (time_t)info->created_utc;
	workbook_set_properties(xlsx->workbook, &properties);
}

int
xlsx_open(const char *path, const struct xlsx_info *info, struct xlsx **ret_xlsx, struct err *err)
{
	struct xlsx *xlsx = calloc(1, sizeof(*xlsx));
	lxw_workbook_options options = { .constant_memory = LXW_TRUE };

	if (xlsx == NULL)
		return err_set(err, ERR_SYSTEM, "out of memory for a workbook");
	/* Numbers are printed with the locale's decimal point; the creation date is a constant, or the bytes would not be the same. */
	BUG_UNLESS(strcmp(localeconv()->decimal_point, ".") == 0);
	BUG_UNLESS(info->created_utc > 0);
	buf_init(&xlsx->text, XLSX_MAX_TEXT * 8);
	if (stage_open(path, &xlsx->stage, err) != 0)
		goto fail;
	if (stage_room(xlsx->stage, ROOM_SPARE_BYTES, err) != 0)
		goto fail;
	options.tmpdir = arena_strdup(&xlsx->arena, stage_dir(xlsx->stage));
	xlsx->workbook = workbook_new_opt(stage_file(xlsx->stage), &options);
	if (xlsx->workbook == NULL) {
		err_set(err, ERR_SYSTEM, "out of memory for a workbook");
		goto fail;
	}
	set_properties(xlsx, info);
	*ret_xlsx = xlsx;
	return 0;
fail:
	xlsx_close(xlsx);
	return -1;
}

static void
set_print(struct xlsx *xlsx, struct sheet *sheet)
{
	lxw_worksheet *worksheet = sheet->worksheet;
	struct buf footer;
	const char *s;

	worksheet_set_paper(worksheet, 9); /* A4 */
	worksheet_set_margins(worksheet, 0.5, 0.5, 0.6, 0.7);
	worksheet_fit_to_pages(worksheet, 1, 0);
	if (!sheet->def.page) {
		worksheet_set_landscape(worksheet);
		worksheet_repeat_rows(worksheet, sheet->def.header_row, sheet->def.header_row);
	}
	if (sheet->def.footer == NULL)
		return;
	/* '&' begins a code; a blank keeps digits apart from the font size. The library refuses more than 255 bytes. */
	buf_init(&footer, 200);
	buf_text(&footer, "&L&8 ");
	for (s = sheet->def.footer; *s != '\0'; s++)
		buf_text(&footer, *s == '&' ? "&&" : (char[]){ *s, '\0' });
	buf_reset(&xlsx->text);
	buf_printf(&xlsx->text, "%s&R&8%s &P %s &N", footer.overflow ? "&L" : footer.data,
	    sheet->def.page_word != NULL ? sheet->def.page_word : "page", sheet->def.of_word != NULL ? sheet->def.of_word : "of");
	buf_done(&footer);
	worksheet_set_footer(worksheet, xlsx->text.data);
}

int
xlsx_sheet(struct xlsx *xlsx, const struct xlsx_sheet_def *def, int *ret_sheet, struct err *err)
{
	char range[LXW_MAX_CELL_RANGE_LENGTH];
	struct sheet *sheet;
	lxw_error rc;
	uint16_t i;

	BUG_UNLESS(def->column_count > 0 && def->column_count <= XLSX_MAX_COLUMNS);
	if (xlsx->sheet_count == MAX_SHEETS)
		return err_set(err, ERR_DATA, "workbook \"%s\" has more than %d sheets", stage_target(xlsx->stage), MAX_SHEETS);
	if (def->header_row >= XLSX_MAX_ROWS || def->data_rows > XLSX_MAX_ROWS - def->header_row - 1)
		return err_set(err, ERR_DATA, "sheet \"%s\" cannot hold %u rows", def->name, def->data_rows);
	sheet = &xlsx->sheets[xlsx->sheet_count];
	sheet->name = arena_strdup(&xlsx->arena, def->name);
	if (!text_utf8_valid(def->name, strlen(def->name)) || text_has_control(def->name))
		return err_set(err, ERR_DATA, "sheet name is not printable text");
	rc = workbook_validate_sheet_name(xlsx->workbook, sheet->name);
	if (rc != LXW_NO_ERROR)
		return err_set(err, ERR_DATA, "sheet name \"%s\" is not allowed: %s", def->name, lxw_strerror(rc));
	sheet->worksheet = workbook_add_worksheet(xlsx->workbook, sheet->name);
	if (sheet->worksheet == NULL)
		return err_set(
		    err, ERR_IO, "could not begin sheet \"%s\" in \"%s\": %s", def->name, stage_dir(xlsx->stage), strerror(errno));
	sheet->def = *def;
	sheet->columns = ARENA_ARRAY(&xlsx->arena, def->column_count, struct xlsx_column);
	for (i = 0; i < def->column_count; i++) {
		sheet->columns[i] = def->columns[i];
		sheet->columns[i].title = arena_strdup(&xlsx->arena, def->columns[i].title);
		rc = worksheet_set_column(sheet->worksheet, i, i, def->columns[i].width, NULL);
		BUG_UNLESS(rc == LXW_NO_ERROR);
	}
	sheet->def.name = sheet->name;
	sheet->def.columns = sheet->columns;
	sheet->def.footer = arena_strdup(&xlsx->arena, def->footer);
	if (def->tab_rgb != 0)
		worksheet_set_tab_color(sheet->worksheet, def->tab_rgb);
	worksheet_gridlines(sheet->worksheet, LXW_HIDE_ALL_GRIDLINES);
	set_print(xlsx, sheet);
	if (!def->page) {
		worksheet_freeze_panes(sheet->worksheet, def->header_row + 1, def->fixed_columns);
		/* Without rows the filter still needs one below its titles. */
		rc = worksheet_autofilter(sheet->worksheet, def->header_row, 0,
		    def->header_row + (def->data_rows > 0 ? def->data_rows : 1), (lxw_col_t)(def->column_count - 1));
		BUG_UNLESS(rc == LXW_NO_ERROR);
		/* Numbers of documents and the like are text on purpose: no green corners. */
		lxw_rowcol_to_range(range, def->header_row + 1, 0, def->header_row + (def->data_rows > 0 ? def->data_rows : 1),
		    (lxw_col_t)(def->column_count - 1));
		rc = worksheet_ignore_errors(sheet->worksheet, LXW_IGNORE_NUMBER_STORED_AS_TEXT, range);
		BUG_UNLESS(rc == LXW_NO_ERROR);
	}
	*ret_sheet = (int)xlsx->sheet_count++;
	return 0;
}

int
xlsx_header(struct xlsx *xlsx, int index, struct err *err)
{
	struct sheet *sheet = &xlsx->sheets[index];
	lxw_format *format;
	const char *text;
	uint16_t i;

	if (xlsx_height(xlsx, index, sheet->def.header_row, 30, err) != 0)
		return -1;
	for (i = 0; i < sheet->def.column_count; i++) {
		if (xlsx_text(&xlsx->text, sheet->columns[i].title, &text, err) != 0)
			return refuse(xlsx, index, sheet->def.header_row, i, err);
		format = xlsx_look(&xlsx->looks, xlsx->workbook, XLSX_HEADER, sheet->columns[i].type, 0, true);
		if (check_library(worksheet_write_string(sheet->worksheet, sheet->def.header_row, i, text, format), err) != 0)
			return refuse(xlsx, index, sheet->def.header_row, i, err);
		count_cell(sheet, i);
	}
	return 0;
}

int
xlsx_put(struct xlsx *xlsx, int sheet, uint32_t row, uint16_t column, const struct xlsx_cell *cell, struct err *err)
{
	if (enter_row(xlsx, sheet, row, err) != 0)
		return -1;
	count_cell(&xlsx->sheets[sheet], column);
	if (put_cell(xlsx, sheet, row, column, cell, err) != 0)
		return refuse(xlsx, sheet, row, column, err);
	return 0;
}

int
xlsx_span(struct xlsx *xlsx, int sheet, uint32_t row, uint16_t column, uint16_t last_column, const struct xlsx_cell *cell,
    struct err *err)
{
	lxw_format *format = xlsx_look(&xlsx->looks, xlsx->workbook, cell->style, XLSX_TEXT, 0, cell->wrap);
	uint16_t i;

	BUG_UNLESS(last_column >= column);
	if (enter_row(xlsx, sheet, row, err) != 0)
		return -1;
	if (last_column > column &&
	    check_library(worksheet_merge_range(xlsx->sheets[sheet].worksheet, row, column, row, last_column, "", format), err) !=
		0)
		return refuse(xlsx, sheet, row, column, err);
	for (i = column; i <= last_column; i++)
		count_cell(&xlsx->sheets[sheet], i);
	return xlsx_put(xlsx, sheet, row, column, cell, err);
}

int
xlsx_link(struct xlsx *xlsx, int sheet, uint32_t row, uint16_t column, int target, const char *text, struct err *err)
{
	struct xlsx_cell cell = { .type = XLSX_TEXT, .style = XLSX_STRONG, .text = text };
	lxw_format *format = xlsx_look(&xlsx->looks, xlsx->workbook, XLSX_STRONG, XLSX_TEXT, 0, false);
	const char *url;

	BUG_UNLESS(target >= 0 && (size_t)target < xlsx->sheet_count);
	if (xlsx_put(xlsx, sheet, row, column, &cell, err) != 0)
		return -1;
	url = arena_printf(&xlsx->arena, "internal:'%s'!A1", xlsx->sheets[target].name);
	if (check_library(worksheet_write_url_opt(xlsx->sheets[sheet].worksheet, row, column, url, format, text, NULL), err) != 0)
		return refuse(xlsx, sheet, row, column, err);
	return 0;
}

int
xlsx_height(struct xlsx *xlsx, int sheet, uint32_t row, double points, struct err *err)
{
	if (enter_row(xlsx, sheet, row, err) != 0)
		return -1;
	if (check_library(worksheet_set_row(xlsx->sheets[sheet].worksheet, row, points, NULL), err) != 0)
		return refuse(xlsx, sheet, row, 0, err);
	return 0;
}

const char *
xlsx_sheet_name(const struct xlsx *xlsx, int sheet)
{
	BUG_UNLESS(sheet >= 0 && (size_t)sheet < xlsx->sheet_count);
	return xlsx->sheets[sheet].name;
}

int
xlsx_formula(struct xlsx *xlsx, int sheet, uint32_t row, uint16_t column, const struct xlsx_expr *expr,
    const struct xlsx_cell *value, struct err *err)
{
	lxw_format *format;
	const char *formula = xlsx_expr_text(expr), *text;
	double number;
	lxw_error rc;

	if (enter_row(xlsx, sheet, row, err) != 0)
		return -1;
	count_cell(&xlsx->sheets[sheet], column);
	if (value->type == XLSX_MONEY && find_exponent(xlsx, value->currency, err) != 0)
		return refuse(xlsx, sheet, row, column, err);
	/* A formula in a cell formatted as text would turn into its own text when edited. */
	format = xlsx_look(&xlsx->looks, xlsx->workbook, value->style, value->type == XLSX_TEXT ? XLSX_INTEGER : value->type,
	    value->type == XLSX_MONEY ? xlsx->exponent : 0, value->wrap);
	if (value->type == XLSX_TEXT) {
		if (xlsx_text(&xlsx->text, value->text, &text, err) != 0)
			return refuse(xlsx, sheet, row, column, err);
		rc = worksheet_write_formula_str(xlsx->sheets[sheet].worksheet, row, column, formula, format, text);
	} else {
		if (cell_double(xlsx, value, &number, err) != 0)
			return refuse(xlsx, sheet, row, column, err);
		rc = worksheet_write_formula_num(xlsx->sheets[sheet].worksheet, row, column, formula, format, number);
	}
	return check_library(rc, err) == 0 ? 0 : refuse(xlsx, sheet, row, column, err);
}

int
xlsx_flag(struct xlsx *xlsx, const struct xlsx_range *range, const char *good, struct err *err)
{
	lxw_worksheet *worksheet = xlsx->sheets[range->sheet].worksheet;
	char cell[LXW_MAX_CELL_NAME_LENGTH], blank[64], equal[300];
	lxw_conditional_format rule;

	lxw_rowcol_to_cell(cell, range->row, range->column);
	if (good != NULL)
		xlsx_expr_word(good);
	snprintf(blank, sizeof(blank), "=AND(%s<>\"\",%s", cell, cell);
	memset(&rule, 0, sizeof(rule));
	rule.type = LXW_CONDITIONAL_TYPE_FORMULA;
	rule.value_string = equal;
	rule.format = xlsx_look_flag(&xlsx->looks, xlsx->workbook, /* good= */ true);
	if (good != NULL)
		snprintf(equal, sizeof(equal), "%s=\"%s\")", blank, good);
	else
		snprintf(equal, sizeof(equal), "%s=0)", blank);
	if (check_library(worksheet_conditional_format_range(
			      worksheet, range->row, range->column, range->last_row, range->last_column, &rule),
		err) != 0)
		return refuse(xlsx, range->sheet, range->row, range->column, err);
	rule.format = xlsx_look_flag(&xlsx->looks, xlsx->workbook, /* good= */ false);
	if (good != NULL)
		snprintf(equal, sizeof(equal), "%s<>\"%s\")", blank, good);
	else
		snprintf(equal, sizeof(equal), "%s<>0)", blank);
	if (check_library(worksheet_conditional_format_range(
			      worksheet, range->row, range->column, range->last_row, range->last_column, &rule),
		err) != 0)
		return refuse(xlsx, range->sheet, range->row, range->column, err);
	return 0;
}

/* Read back, then to its place. */
static int
publish(struct xlsx *xlsx, struct err *err)
{
	uint64_t *rows = ARENA_ARRAY(&xlsx->arena, xlsx->sheet_count, uint64_t);
	uint64_t *cells = ARENA_ARRAY(&xlsx->arena, xlsx->sheet_count, uint64_t);
	size_t i;

	for (i = 0; i < xlsx->sheet_count; i++) {
		rows[i] = xlsx->sheets[i].rows;
		cells[i] = xlsx->sheets[i].cells;
	}
	if (xlsx_verify(stage_file(xlsx->stage), rows, cells, xlsx->sheet_count, err) != 0) {
		err->code = ERR_IO; /* our own file is not what we wrote: the medium failed, not the data */
		return err_wrap(err, "workbook \"%s\" was not written whole", stage_target(xlsx->stage));
	}
	/* Names and addresses are in it, whatever the umask says. */
	if (chmod(stage_file(xlsx->stage), 0640) != 0)
		return err_set(err, ERR_IO, "could not protect workbook \"%s\": %s", stage_target(xlsx->stage), strerror(errno));
	return stage_publish(xlsx->stage, err);
}

int
xlsx_save(struct xlsx *xlsx, struct err *err)
{
	lxw_workbook *workbook = xlsx->workbook;
	lxw_error rc;

	BUG_UNLESS(workbook != NULL && xlsx->sheet_count > 0);
	if (check_streams(xlsx, err) != 0)
		return -1;
	xlsx->workbook = NULL;
	errno = 0;
	rc = workbook_close(workbook); /* frees it whatever it returns */
	if (rc != LXW_NO_ERROR)
		return err_set(err, ERR_IO, "could not write workbook \"%s\": %s%s%s", stage_target(xlsx->stage), lxw_strerror(rc),
		    errno != 0 ? ": " : "", errno != 0 ? strerror(errno) : "");
	return publish(xlsx, err);
}

void
xlsx_close(struct xlsx *xlsx)
{
	size_t i;

	if (xlsx == NULL)
		return;
	if (xlsx->workbook != NULL) {
		/* The library closes its streams only while it assembles the file. */
		for (i = 0; i < xlsx->sheet_count; i++)
			fclose(xlsx->sheets[i].worksheet->optimize_tmpfile);
		lxw_workbook_free(xlsx->workbook);
	}
	stage_close(xlsx->stage);
	buf_done(&xlsx->text);
	arena_done(&xlsx->arena);
	free(xlsx);
}
