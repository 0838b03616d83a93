/* Workbooks: what goes into a cell, what is refused, and that a file which was not written whole never gets its name. */
#include "adapter/xlsx.h"

#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "adapter/unzip.h"
#include "adapter/xlsx_expr.h"
#include "adapter/xlsx_text.h"
#include "base/buf.h"
#include "expect.h"

#define NOW 1785722711

static char dir[] = "/tmp/ctok-xlsx-XXXXXX";
static struct arena arena = ARENA_INIT;

static const struct xlsx_info info = { "Title", "Subject", "Author", "Comment", NOW };
static const struct xlsx_column columns[] = {
	{ "Name", 20, XLSX_TEXT, false },
	{ "Count", 10, XLSX_INTEGER, false },
	{ "Paid", 12, XLSX_MONEY, false },
	{ "Day", 12, XLSX_DATE, false },
};

static const char *
at(const char *name)
{
	return arena_printf(&arena, "%s/%s", dir, name);
}

/* ${name} is not there, and nothing temporary is left. */
static void
expect_nothing(const char *title, const char *name)
{
	if (access(at(name), F_OK) == 0)
		fail_msg("%s: the file got its name", title);
	if (access(at(arena_printf(&arena, ".%s.tmp", name)), F_OK) == 0)
		fail_msg("%s: the private directory is left", title);
}

static struct xlsx *
begin(const char *name, uint32_t rows, int *ret_sheet)
{
	const struct xlsx_sheet_def def = { .name = "Access vs money",
		.columns = columns,
		.column_count = COUNT_OF(columns),
		.data_rows = rows,
		.fixed_columns = 1,
		.footer = "Run 7 & Söhne" };
	struct err err = ERR_INIT;
	struct xlsx *xlsx = NULL;

	expect_ok("open", xlsx_open(at(name), &info, &xlsx, &err), &err);
	expect_ok("sheet", xlsx_sheet(xlsx, &def, ret_sheet, &err), &err);
	return xlsx;
}

/* A table of ${rows} rows, saved. 0, or -1 with ${err}. */
static int
write_table(const char *name, uint32_t rows, struct err *err)
{
	struct xlsx_sheet_def def = { .name = "Table", .columns = columns, .column_count = COUNT_OF(columns), .data_rows = rows };
	struct xlsx_cell cells[] = { { .type = XLSX_TEXT }, { .type = XLSX_INTEGER }, { .type = XLSX_MONEY, .currency = "EUR" },
		{ .type = XLSX_DATE, .date = { .year = 2026, .month = 8, .day = 3 } } };
	struct xlsx *xlsx = NULL;
	uint32_t row;
	uint16_t i;
	int sheet, rc = -1;

	if (xlsx_open(at(name), &info, &xlsx, err) != 0)
		goto out;
	if (xlsx_sheet(xlsx, &def, &sheet, err) != 0)
		goto out;
	if (xlsx_header(xlsx, sheet, err) != 0)
		goto out;
	for (row = 1; row <= rows; row++) {
		cells[0].text = arena_printf(&arena, "Łukasz %u <b> & \"c\"", row);
		cells[1].number = row;
		cells[2].number = (int64_t)row * 7919 % 100003;
		for (i = 0; i < COUNT_OF(cells); i++)
			if (xlsx_put(xlsx, sheet, row, i, &cells[i], err) != 0)
				goto out;
	}
	rc = xlsx_save(xlsx, err);
out:
	xlsx_close(xlsx);
	return rc;
}

static int
gather(const char *bytes, size_t len, void *context, struct err *err)
{
	(void)err;
	buf_add(context, bytes, len);
	return 0;
}

/* The content of a member of a saved workbook. */
static const char *
member(const char *name, const char *which)
{
	struct unzip *unzip = NULL;
	struct err err = ERR_INIT;
	struct buf buf;
	const char *text = NULL;
	size_t i;

	buf_init(&buf, 1 << 24);
	expect_ok(which, unzip_open(at(name), &unzip, &err), &err);
	for (i = 0; i < unzip_count(unzip); i++) {
		if (strcmp(unzip_name(unzip, i), which) != 0)
			continue;
		expect_ok(which, unzip_read(unzip, i, gather, &buf, &err), &err);
		assert_int_equal(buf.len, unzip_size(unzip, i));
		text = arena_strdup(&arena, buf.data);
	}
	unzip_close(unzip);
	buf_done(&buf);
	if (text == NULL)
		fail_msg("no member %s", which);
	return text;
}

static void
expect_in(const char *title, const char *text, const char *part)
{
	if (strstr(text, part) == NULL)
		fail_msg("%s:\n  expected %s\n  in %s", title, part, text);
}

static void
text_as_a_cell_holds_it(void **state)
{
	static const struct {
		const char *title, *text, *cell;
	} cases[] = {
		{ "plain text stays", "Ada Lovelace", "Ada Lovelace" },
		{ "nothing stays nothing", "", "" },
		{ "a formula is text", "=cmd|'/C calc'!A0", "=cmd|'/C calc'!A0" },
		{ "line breaks and tabs stay", "a\nb\tc", "a\nb\tc" },
		{ "carriage returns are line breaks", "a\r\nb\rc", "a\nb\nc" },
		{ "control characters become visible", "a\x01\x1b[0m\x7f", "a␁␛[0m␡" },
		{ "C1 controls cannot be shown", "a\xc2\x85z", "a\xef\xbf\xbdz" },
		{ "what XML forbids is replaced", "\xef\xbf\xbe\xef\xbf\xbf", "\xef\xbf\xbd\xef\xbf\xbd" },
		{ "letters beyond the basic plane stay", "𠮷 😀", "𠮷 😀" },
		{ "what a reader would decode is escaped", "_x0041_ _x004G_ _x00e9_", "_x005F_x0041_ _x004G_ _x005F_x00e9_" },
		{ "marks and right-to-left text stay", "محمد ﷺ Nguyễn", "محمد ﷺ Nguyễn" },
	};
	struct err err = ERR_INIT;
	struct buf buf;
	const char *cell;
	size_t i;

	(void)state;
	buf_init(&buf, 1 << 20);
	for (i = 0; i < COUNT_OF(cases); i++) {
		expect_ok(cases[i].title, xlsx_text(&buf, cases[i].text, &cell, &err), &err);
		expect_text(cases[i].title, cell, cases[i].cell);
	}
	buf_done(&buf);
}

static char *
repeat(const char *unit, size_t count)
{
	size_t len = strlen(unit), i;
	char *text = arena_alloc(&arena, len * count + 1);

	for (i = 0; i < count; i++)
		memcpy(text + i * len, unit, len);
	return text;
}

static void
what_a_cell_refuses(void **state)
{
	const struct {
		const char *title;
		struct xlsx_cell cell;
		const char *message;
	} cases[] = {
		{ "bad UTF-8", { .text = "caf\xe9" }, "text is not valid UTF-8" },
		{ "an overlong form", { .text = "\xc0\xaf" }, "text is not valid UTF-8" },
		{ "a surrogate", { .text = "\xed\xa0\x80" }, "text is not valid UTF-8" },
		{ "32768 characters", { .text = repeat("x", 32768) },
		    "text of 32768 characters is too long for a cell, which holds 32767" },
		{ "16384 characters of two units", { .text = repeat("😀", 16384) },
		    "text of 32768 characters is too long for a cell, which holds 32767" },
		{ "not a number", { .type = XLSX_PERCENT, .ratio = NAN }, "ratio is not a finite number" },
		{ "infinity", { .type = XLSX_PERCENT, .ratio = -INFINITY }, "ratio is not a finite number" },
		{ "16 digits", { .type = XLSX_INTEGER, .number = 1000000000000000 },
		    "number 1000000000000000 has more than 15 digits, which a cell cannot show exactly" },
		{ "16 digits of money", { .type = XLSX_MONEY, .currency = "EUR", .number = -1000000000000000 },
		    "number -1000000000000000 has more than 15 digits, which a cell cannot show exactly" },
		{ "the smallest number", { .type = XLSX_INTEGER, .number = INT64_MIN },
		    "number -9223372036854775808 has more than 15 digits, which a cell cannot show exactly" },
		{ "no currency", { .type = XLSX_MONEY, .number = 1 }, "amount has no currency" },
		{ "no such currency", { .type = XLSX_MONEY, .number = 1, .currency = "XXQ" },
		    "\"XXQ\" is not an ISO 4217 currency" },
		{ "no such day", { .type = XLSX_DATE, .date = { .year = 2026, .month = 2, .day = 29 } },
		    "date does not exist: 2026-2-29" },
	};
	struct err err = ERR_INIT;
	struct xlsx *xlsx;
	size_t i;
	int sheet;

	(void)state;
	xlsx = begin("refuse.xlsx", 1, &sheet);
	for (i = 0; i < COUNT_OF(cases); i++) {
		assert_int_equal(xlsx_put(xlsx, sheet, 4, 2, &cases[i].cell, &err), -1);
		expect_err(cases[i].title, &err, ERR_DATA,
		    arena_printf(&arena, "sheet \"Access vs money\", cell C5: %s", cases[i].message));
		err_reset(&err);
	}
	xlsx_close(xlsx);
	expect_nothing("closed without saving", "refuse.xlsx");
}

static void
what_cells_become(void **state)
{
	const struct {
		const char *title;
		struct xlsx_cell cell;
		const char *xml;
	} cases[] = {
		{ "text is an inline string", { .text = "=1+1" }, "t=\"inlineStr\"><is><t>=1+1</t></is></c>" },
		{ "the longest text", { .text = repeat("é", 32767) }, "é</t></is></c>" },
		{ "blanks at the ends stay", { .text = " a " }, "<t xml:space=\"preserve\"> a </t>" },
		{ "an integer", { .type = XLSX_INTEGER, .number = -42 }, "<v>-42</v>" },
		{ "the largest number", { .type = XLSX_INTEGER, .number = 999999999999999 }, "<v>999999999999999</v>" },
		{ "euros have two decimals", { .type = XLSX_MONEY, .currency = "EUR", .number = -1005 }, "<v>-10.05</v>" },
		{ "the largest amount", { .type = XLSX_MONEY, .currency = "EUR", .number = 999999999999999 },
		    "<v>9999999999999.99</v>" },
		{ "yen have none", { .type = XLSX_MONEY, .currency = "JPY", .number = 120 }, "<v>120</v>" },
		{ "dinars have three", { .type = XLSX_MONEY, .currency = "KWD", .number = 1001 }, "<v>1.001</v>" },
		{ "a day", { .type = XLSX_DATE, .date = { .year = 2026, .month = 8, .day = 3, .hour = 5 } }, "<v>46237</v>" },
		{ "a moment", { .type = XLSX_DATETIME, .date = { .year = 2026, .month = 8, .day = 3, .hour = 18 } },
		    "<v>46237.75</v>" },
		{ "the first day that spreadsheets agree on", { .type = XLSX_DATE, .date = { .year = 1900, .month = 3, .day = 1 } },
		    "<v>61</v>" },
		{ "an older day is text", { .type = XLSX_DATE, .date = { .year = 1900, .month = 2, .day = 28 } },
		    "<t>1900-02-28</t>" },
		{ "the last day", { .type = XLSX_DATE, .date = { .year = 9999, .month = 12, .day = 31 } }, "<v>2958465</v>" },
		{ "a ratio", { .type = XLSX_PERCENT, .ratio = 0.125 }, "<v>0.125</v>" },
	};
	struct err err = ERR_INIT;
	struct xlsx *xlsx;
	const char *xml;
	uint32_t i;
	int sheet;

	(void)state;
	xlsx = begin("cells.xlsx", COUNT_OF(cases), &sheet);
	expect_ok("header", xlsx_header(xlsx, sheet, &err), &err);
	for (i = 0; i < COUNT_OF(cases); i++)
		expect_ok(cases[i].title, xlsx_put(xlsx, sheet, 1 + i, 0, &cases[i].cell, &err), &err);
	expect_ok("save", xlsx_save(xlsx, &err), &err);
	xlsx_close(xlsx);
	xml = member("cells.xlsx", "xl/worksheets/sheet1.xml");
	for (i = 0; i < COUNT_OF(cases); i++)
		expect_in(cases[i].title, xml, cases[i].xml);
	assert_null(strstr(xml, "<f>"));
	expect_in(
	    "frozen", xml, "<pane xSplit=\"1\" ySplit=\"1\" topLeftCell=\"B2\" activePane=\"bottomRight\" state=\"frozen\"/>");
	expect_in("filter", xml, "<autoFilter ref=\"A1:D16\"/>");
	expect_in("landscape", xml, "fitToHeight=\"0\" orientation=\"landscape\"");
	expect_in("footer", xml, "&amp;L&amp;8 Run 7 &amp;&amp; Söhne&amp;R&amp;8page &amp;P of &amp;N");
	expect_in("header repeats", member("cells.xlsx", "xl/workbook.xml"), "'Access vs money'!$1:$1</definedName>");
	expect_in("created", member("cells.xlsx", "docProps/core.xml"), "2026-08-03T02:05:11Z</dcterms:created>");
}

static void
formulas_stand_beside_their_value(void **state)
{
	struct err err = ERR_INIT;
	int sheet;
	struct xlsx *xlsx = begin("formulas.xlsx", 3, &sheet);
	struct xlsx_range paid = { 0, 1, 3, 2, 2 }, names = { 0, 1, 3, 0, 0 };
	struct xlsx_where where[] = { { { 0, 1, 3, 0, 0 }, "open" }, { { 0, 1, 3, 1, 1 }, "EUR" } };
	struct xlsx_cell money = { .type = XLSX_MONEY, .currency = "EUR", .number = -1005 };
	struct xlsx_cell count = { .type = XLSX_INTEGER, .number = 3 }, word = { .type = XLSX_TEXT, .text = "YES" };
	const struct {
		const char *title;
		const struct xlsx_expr *expr;
		const struct xlsx_cell *value;
		const char *xml;
	} * c, cases[] = {
		{ "sum", xlsx_expr_sum(&arena, xlsx, &paid), &money, "<f>SUM('Access vs money'!$C$2:$C$4)</f><v>-10.05</v>" },
		{ "sum where", xlsx_expr_sum_where(&arena, xlsx, &paid, where, 2), &money,
		    "<f>SUMIFS('Access vs money'!$C$2:$C$4,'Access vs money'!$A$2:$A$4,\"open\",'Access vs "
		    "money'!$B$2:$B$4,\"EUR\")</f>" },
		{ "count where", xlsx_expr_count_where(&arena, xlsx, where, 1), &count,
		    "<f>COUNTIFS('Access vs money'!$A$2:$A$4,\"open\")</f><v>3</v>" },
		{ "count", xlsx_expr_count(&arena, xlsx, &names), &count, "<f>COUNTA('Access vs money'!$A$2:$A$4)</f><v>3</v>" },
		{ "what is shown",
		    xlsx_expr_plus(&arena, xlsx_expr_shown_sum(&arena, xlsx, &paid), xlsx_expr_shown_count(&arena, xlsx, &names)),
		    &count, "<f>(SUBTOTAL(109,'Access vs money'!$C$2:$C$4)+SUBTOTAL(103,'Access vs money'!$A$2:$A$4))</f>" },
		{ "rounded difference",
		    xlsx_expr_round(
			&arena, xlsx_expr_minus(&arena, xlsx_expr_cell(&arena, xlsx, 0, 0, 27), xlsx_expr_number(&arena, -2)), 2),
		    &money, "<f>ROUND(('Access vs money'!$AB$1-(-2)),2)</f>" },
		{ "verdict", xlsx_expr_verdict(&arena, xlsx_expr_sum_abs(&arena, xlsx, &paid), "YES", "NO"), &word,
		    "t=\"str\"><f>IF(SUMPRODUCT(ABS('Access vs money'!$C$2:$C$4))=0,\"YES\",\"NO\")</f><v>YES</v>" },
	};
	const char *xml;
	uint32_t row = 5;

	(void)state;
	for (c = cases; c < cases + COUNT_OF(cases); c++)
		expect_ok(c->title, xlsx_formula(xlsx, 0, row++, 3, c->expr, c->value, &err), &err);
	expect_ok("flag", xlsx_flag(xlsx, &(struct xlsx_range){ 0, 5, 11, 3, 3 }, NULL, &err), &err);
	expect_ok("flag", xlsx_flag(xlsx, &(struct xlsx_range){ 0, 11, 11, 3, 3 }, "YES", &err), &err);
	expect_ok("save", xlsx_save(xlsx, &err), &err);
	xlsx_close(xlsx);
	xml = member("formulas.xlsx", "xl/worksheets/sheet1.xml");
	for (c = cases; c < cases + COUNT_OF(cases); c++)
		expect_in(c->title, xml, c->xml);
	expect_in("zero is good", xml, "<formula>AND(D6&lt;&gt;\"\",D6=0)</formula>");
	expect_in("a word is good", xml, "<formula>AND(D12&lt;&gt;\"\",D12=\"YES\")</formula>");
}

static void
sheets_have_limits(void **state)
{
	struct err err = ERR_INIT;
	struct xlsx_cell cell = { .text = "x" };
	struct xlsx_sheet_def def = { .columns = columns, .column_count = 1 };
	struct xlsx *xlsx;
	int sheet, other;

	(void)state;
	xlsx = begin("limits.xlsx", 1, &sheet);
	expect_ok("last row", xlsx_put(xlsx, sheet, XLSX_MAX_ROWS - 1, 0, &cell, &err), &err);
	assert_int_equal(xlsx_put(xlsx, sheet, XLSX_MAX_ROWS, 0, &cell, &err), -1);
	expect_err("a row too many", &err, ERR_DATA, "sheet \"Access vs money\" is full: it has 1048576 rows");
	err_reset(&err);
	def.name = "Access vs money";
	assert_int_equal(xlsx_sheet(xlsx, &def, &other, &err), -1);
	expect_err(
	    "a name twice", &err, ERR_DATA, "sheet name \"Access vs money\" is not allowed: Worksheet name is already in use.");
	err_reset(&err);
	def.name = "a/b";
	assert_int_equal(xlsx_sheet(xlsx, &def, &other, &err), -1);
	assert_int_equal(err.code, ERR_DATA);
	err_reset(&err);
	def.name = "Big";
	def.data_rows = XLSX_MAX_ROWS;
	assert_int_equal(xlsx_sheet(xlsx, &def, &other, &err), -1);
	expect_err("too many rows", &err, ERR_DATA, "sheet \"Big\" cannot hold 1048576 rows");
	xlsx_close(xlsx);
}

static void
same_calls_give_same_bytes(void **state)
{
	struct err err = ERR_INIT;
	struct unzip *unzip = NULL;
	struct stat a, b;
	FILE *one, *two;
	int c;

	(void)state;
	expect_ok("one", write_table("one.xlsx", 300, &err), &err);
	expect_ok("two", write_table("two.xlsx", 300, &err), &err);
	assert_int_equal(stat(at("one.xlsx"), &a), 0);
	assert_int_equal(stat(at("two.xlsx"), &b), 0);
	assert_int_equal(a.st_size, b.st_size);
	assert_non_null(one = fopen(at("one.xlsx"), "rb"));
	assert_non_null(two = fopen(at("two.xlsx"), "rb"));
	while ((c = getc(one)) != EOF)
		assert_int_equal(c, getc(two));
	fclose(one);
	fclose(two);
	expect_ok("it is an archive", unzip_open(at("one.xlsx"), &unzip, &err), &err);
	unzip_close(unzip);
	expect_ok("written again over itself", write_table("one.xlsx", 2, &err), &err);
	assert_int_equal(stat(at("one.xlsx"), &a), 0);
	assert_true(a.st_size < b.st_size);
}

static void
a_file_too_large_is_an_error_wherever_it_strikes(void **state)
{
	struct rlimit old, now;
	struct err err = ERR_INIT;
	rlim_t limit, low = 0, high = 1 << 20;
	uint64_t rows[] = { 401 }, cells[] = { 1604 };
	size_t failures = 0, successes = 0;

	(void)state;
	/* Every temporary file and the workbook itself end at the limit, as on a full disk. Below the least limit that lets it pass lies
	 * the place where rows are taken and only their copy is cut, which the library calls a success. */
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	now = old;
	while (high - low > 1) {
		now.rlim_cur = low + (high - low) / 2;
		assert_int_equal(setrlimit(RLIMIT_FSIZE, &now), 0);
		if (write_table("limit.xlsx", 400, &err) == 0)
			high = now.rlim_cur;
		else
			low = now.rlim_cur;
		err_reset(&err);
		unlink(at("limit.xlsx"));
	}
	for (limit = high < 6000 ? 0 : high - 6000; limit < high + 200; limit += limit < high - 200 ? 97 : 7) {
		now.rlim_cur = limit;
		assert_int_equal(setrlimit(RLIMIT_FSIZE, &now), 0);
		if (write_table("limit.xlsx", 400, &err) == 0) {
			successes++;
			expect_ok("what succeeded is whole", xlsx_verify(at("limit.xlsx"), rows, cells, 1, &err), &err);
			unlink(at("limit.xlsx"));
		} else {
			failures++;
			assert_int_equal(err.code, ERR_IO);
			expect_nothing("limited", "limit.xlsx");
			err_reset(&err);
		}
	}
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	assert_true(failures > 50);
	assert_true(successes > 10);
}

/* A real full disk, for root; others have the limits above. */
static void
a_full_disk_is_an_error(void **state)
{
	struct err err = ERR_INIT;
	char command[256];
	FILE *filler;
	size_t i, free_kib;

	(void)state;
	snprintf(command, sizeof(command), "mkdir %s/disk && mount -t tmpfs -o size=2m none %s/disk 2>/dev/null", dir, dir);
	if (geteuid() != 0 || system(command) != 0)
		return;
	for (free_kib = 64; free_kib <= 1984; free_kib += 160) {
		assert_non_null(filler = fopen(at("disk/filler"), "wb"));
		for (i = 0; i < (2048 - free_kib) * 1024; i++)
			putc('x', filler);
		fclose(filler);
		if (write_table("disk/full.xlsx", 6000, &err) == 0)
			fail_msg("%zu KiB were enough", free_kib);
		assert_int_equal(err.code, ERR_IO);
		if (access(at("disk/full.xlsx"), F_OK) == 0)
			fail_msg("%zu KiB: the file got its name", free_kib);
		err_reset(&err);
		unlink(at("disk/filler"));
	}
	expect_ok("with room it works", write_table("disk/full.xlsx", 600, &err), &err);
	snprintf(command, sizeof(command), "umount %s/disk", dir);
	assert_int_equal(system(command), 0);
}

static void
reading_back_finds_what_is_missing(void **state)
{
	uint64_t rows[] = { 51 }, cells[] = { 204 }, more_rows[] = { 52 }, more_cells[] = { 205 };
	struct err err = ERR_INIT;
	struct stat st;
	off_t len;
	FILE *file;
	const char *before;
	size_t seen = 0;
	int c;

	(void)state;
	expect_ok("write", write_table("back.xlsx", 50, &err), &err);
	expect_ok("whole", xlsx_verify(at("back.xlsx"), rows, cells, 1, &err), &err);
	assert_int_equal(xlsx_verify(at("back.xlsx"), more_rows, cells, 1, &err), -1);
	expect_err("a row is missing", &err, ERR_DATA,
	    arena_printf(
		&arena, "\"%s\": member \"xl/worksheets/sheet1.xml\": has 51 rows and 204 cells of 52 and 204", at("back.xlsx")));
	err_reset(&err);
	assert_int_equal(xlsx_verify(at("back.xlsx"), rows, more_cells, 1, &err), -1);
	err_reset(&err);
	assert_int_equal(xlsx_verify(at("back.xlsx"), rows, cells, 2, &err), -1);
	expect_err("a sheet is missing", &err, ERR_DATA, arena_printf(&arena, "\"%s\": has 1 sheets of 2", at("back.xlsx")));
	err_reset(&err);
	/* Any single byte that changed is seen, or changes nothing of what is read (as a date in a header that nobody reads). */
	before = member("back.xlsx", "xl/worksheets/sheet1.xml");
	assert_int_equal(stat(at("back.xlsx"), &st), 0);
	assert_non_null(file = fopen(at("back.xlsx"), "r+b"));
	for (len = 0; len < st.st_size; len += 37) {
		fseeko(file, len, SEEK_SET);
		c = getc(file);
		fseeko(file, len, SEEK_SET);
		putc(c ^ 0x20, file);
		fflush(file);
		if (xlsx_verify(at("back.xlsx"), rows, cells, 1, &err) != 0)
			seen++;
		else
			expect_text("unseen change", member("back.xlsx", "xl/worksheets/sheet1.xml"), before);
		err_reset(&err);
		fseeko(file, len, SEEK_SET);
		putc(c, file);
		fflush(file);
	}
	assert_true(seen > 100);
	fclose(file);
	expect_ok("whole again", xlsx_verify(at("back.xlsx"), rows, cells, 1, &err), &err);
	for (len = st.st_size - 1; len >= 0; len = len > 64 ? len - 61 : len - 1) {
		assert_int_equal(truncate(at("back.xlsx"), len), 0);
		if (xlsx_verify(at("back.xlsx"), rows, cells, 1, &err) == 0)
			fail_msg("cut at %lld of %lld, not seen", (long long)len, (long long)st.st_size);
		err_reset(&err);
	}
}

static void
one_writer_at_a_time_and_kills_leave_nothing(void **state)
{
	struct err err = ERR_INIT;
	struct xlsx *xlsx, *second = NULL;
	int sheet, fd;

	(void)state;
	xlsx = begin("busy.xlsx", 1, &sheet);
	assert_int_equal(xlsx_open(at("busy.xlsx"), &info, &second, &err), -1);
	expect_err("second writer", &err, ERR_BUSY, arena_printf(&arena, "another program is writing \"%s\"", at("busy.xlsx")));
	err_reset(&err);
	xlsx_close(xlsx);
	expect_nothing("closed", "busy.xlsx");
	/* What a killed program leaves. */
	assert_int_equal(mkdir(at(".busy.xlsx.tmp"), 0700), 0);
	assert_true((fd = open(at(".busy.xlsx.tmp/file"), O_WRONLY | O_CREAT, 0600)) >= 0);
	close(fd);
	assert_true((fd = open(at(".busy.xlsx.tmp/tmp.1234"), O_WRONLY | O_CREAT, 0600)) >= 0);
	close(fd);
	expect_ok("taken over", write_table("busy.xlsx", 3, &err), &err);
	assert_int_equal(unlink(at("busy.xlsx")), 0);
	expect_nothing("cleaned", "busy.xlsx");
	assert_int_equal(xlsx_open(at("no/such/dir.xlsx"), &info, &xlsx, &err), -1);
	expect_err("no directory", &err, ERR_CREATE,
	    arena_printf(&arena, "could not create \"%s\": No such file or directory", at("no/such/.dir.xlsx.tmp")));
}

static int
setup(void **state)
{
	(void)state;
	return mkdtemp(dir) == NULL ? -1 : 0;
}

static int
teardown(void **state)
{
	char command[128];

	(void)state;
	arena_done(&arena);
	snprintf(command, sizeof(command), "umount %s/disk 2>/dev/null; rm -rf %s", dir, dir);
	return system(command);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_as_a_cell_holds_it),
		cmocka_unit_test(what_a_cell_refuses),
		cmocka_unit_test(what_cells_become),
		cmocka_unit_test(formulas_stand_beside_their_value),
		cmocka_unit_test(sheets_have_limits),
		cmocka_unit_test(same_calls_give_same_bytes),
		cmocka_unit_test(a_file_too_large_is_an_error_wherever_it_strikes),
		cmocka_unit_test(a_full_disk_is_an_error),
		cmocka_unit_test(reading_back_finds_what_is_missing),
		cmocka_unit_test(one_writer_at_a_time_and_kills_leave_nothing),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
