/* Snapshots and workbooks: from the database through the snapshot to a workbook that two independent readers agree with. */
#include "report/report.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../lib/report/snapshot.h"
#include "../../lib/report/words.h"
#include "adapter/gzip.h"
#include "base/file.h"
#include "base/text.h"
#include "db/rules.h"
#include "expect.h"
#include "finding/finding.h"
#include "sample_snapshot.h"
#include "sql.h"
#include "with_db.h"

static struct arena arena = ARENA_INIT;

static const char *
at(const struct with_db *w, const char *name)
{
	return arena_printf(&arena, "%s/%s", w->state_dir, name);
}

/* Run a witness of tests/support on a workbook; its answer must begin with ${expected}. */
static void
witness(const char *script, const char *workbook, const char *option, const char *expected)
{
	const char *found = "";
	char line[1000];
	FILE *pipe = popen(arena_printf(&arena, "/usr/bin/python3 tests/support/%s '%s' %s 2>&1", script, workbook, option), "r");
	int status;

	assert_non_null(pipe);
	while (fgets(line, sizeof(line), pipe) != NULL)
		found = arena_printf(&arena, "%s%s", found, line);
	status = pclose(pipe);
	if (status != 0 || !text_starts(found, expected))
		fail_msg("%s %s, status %d:\n%s", script, workbook, status, found);
}

static void
expect_same_file(const char *title, const char *a, const char *b)
{
	uint8_t first[32], second[32];
	struct err err = ERR_INIT;

	expect_ok(title, report_hash(a, first, &err), &err);
	expect_ok(title, report_hash(b, second, &err), &err);
	if (memcmp(first, second, sizeof(first)) != 0)
		fail_msg("%s: %s and %s differ", title, a, b);
}

/* ---- snapshots ---- */

/* A whole snapshot of next to nothing, to be broken. */
static const char *const small[] = {
	"ctok-report\t9",
	"s\tcover\tname:text\tvalue:text",
	"r\ttenant\tacme",
	"r\trun\t1",
	"r\tnight\t1",
	"r\tnow\t2026-05-01 05:00:00",
	"r\tnow_utc\t1777604400",
	"r\tzone\tEurope/Madrid",
	"r\tdocuments\t0",
	"r\tsold_from\t",
	"r\tsold_to\t",
	"r\ttrial\t0",
	"e\tcover\t10",
	"s\tcontrol\tcontrol:text\ttitle:text\texplanation:text\tcurrency:text\texpected:integer\tactual:integer",
	"r\tUNITS_CLASSED\tUnits classed\tEach once.\t\t1\t1",
	"e\tcontrol\t1",
	"s\tbridge\tcurrency:text\tsold_minor:money\tsettling_minor:money\ttest_minor:money\texpected_minor:money\tcharged_minor:"
	"money\tshipping_minor:"
	"money"
	"\tunallocated_minor:money\todd_line_minor:money\tunit_minor:money\tcancelled_minor:money\trefunded_minor:money\trevenue_"
	"minor:money"
	"\thome:text\thome_minor:money\tunrated:integer",
	"e\tbridge\t0",
	"s\texception\tfinding_id:text\tclass:text\trisk:text\tperson:text\temail:text\tcourse:text\torigin:text\tdocument:"
	"text\tproduct:text"
	"\tunits:integer\tcurrency:text\trisk_minor:money\tfirst_seen:date\tage_days:integer\tdetail:text\tadvice:text\tcode:text",
	"e\texception\t0",
	"s\taccess\tunit_id:text\tsource:text\tdocument:text\tsold_on:date\tbuyer:text\tlearner:text\temail:text\tproduct:"
	"text\tcourse:text"
	"\tquantity:integer\tcurrency:text\tnet_minor:money\tclass:text\treason:text\tfinding_id:text\taccess_from:date\taccess_to:"
	"date"
	"\tmoodle:text",
	"r\t1\tshop\tSO-1\t2026-04-02\tAna\tAna\tana@example.org\tACLS\tACLS\t1\tEUR\t9900\tmatched\t\t\t2026-04-02\t\\N\tactive",
	"e\taccess\t1",
	"s\tfield\tdocument:text\tsold_on:date\tsource:text\tfield:text\tvalue:text\tabout:text\twho:text\temail:text\tproduct:"
	"text",
	"e\tfield\t0",
	"s\taction\taction_id:text\tkind:text\tsite:text\tcourse:text\tperson:text\temail:text\tbefore:text\tafter:text\treason:"
	"text\tstate:text"
	"\tended_at:datetime\tfailure:text\tcode:text",
	"e\taction\t0",
	"s\tdeal\tsale:text\tsource:text\tsold_on:date\tstate:text\tcurrency:text\tsold_minor:money\tinvoices:text"
	"\tinvoiced_minor:money\tpayments:text\tpaid_minor:money\trefunded_minor:money\tpaid_back_minor:money"
	"\tdifference_minor:money\thome:text\trevenue_minor:money\trates:text\tcode:text",
	"e\tdeal\t0",
	"s\tpayout\tpayout:text\tsource:text\tstatus:text\tcreated_on:date\tarrives_on:date\tentries:integer\tcurrency:"
	"text\tcharge_minor:money"
	"\trefund_minor:money\tdispute_minor:money\tfee_minor:money\treserve_minor:money\treader_minor:money\tfailed_minor:"
	"money\tother_minor:money"
	"\tamount_minor:money\tresidual_minor:money\tlive_minor:money\tbank_on:date\tbank_minor:money\tbank_difference_minor:money",
	"e\tpayout\t0",
	"s\trate\tcurrency:text\tto_currency:text\tday:date\trate_day:date\trate:text\tpublisher:text\tdocuments:integer\tamount_"
	"minor:money"
	"\tconverted_minor:money",
	"e\trate\t0",
	"s\texpected\tproduct:text\tcourses:text\tsource:text\twhat:text\tdocuments:integer\tseats:integer\tcurrency:text\t"
	"value_minor:money\tsince:date\tuntil:date",
	"e\texpected\t0",
	"s\trenewal\tperson:text\temail:text\tcourse:text\tproduct:text\tsource:text\tdocument:text\tpaid_until:date\trenews_from:"
	"date\tcurrency:text\tprice_minor:money",
	"e\trenewal\t0",
	"s\tprogress\tsite:text\tcourse:text\tlearners:integer\tnot_started:integer\tin_progress:integer\tcompleted:integer"
	"\tcompletion_rate:integer\tactivities:integer\tmean_progress:integer\tgraded:integer\tmean_grade:integer\tlast_access:"
	"datetime\tothers:integer\tread_at:datetime",
	"e\tprogress\t0",
	"s\tdropoff\tsite:text\tcourse:text\tplace:integer\tkind:text\treached:integer\tshare:integer\tstopped:integer",
	"e\tdropoff\t0",
	"s\tsource\tname:text\tkind:text\ttype:text\tmode:text\toutcome:text\twindow_from:datetime\twindow_to:datetime\trows_"
	"declared:"
	"integer\trows_read:integer\tchanged:integer\tlate:integer\trewritten:integer\tlast_complete:datetime\twatermark:"
	"datetime\tage_hours:integer\tfailure:text",
	"e\tsource\t0",
	"z\t43",
};

/* Write ${small} with line ${at} (from 1) replaced by ${line}; NULL ends the file there. */
static const char *
write_small(const struct with_db *w, size_t line_no, const char *line)
{
	const char *path = at(w, "small.snapshot");
	struct gzip *gzip = NULL;
	struct err err = ERR_INIT;
	size_t i;

	(void)unlink(path);
	expect_ok(path, gzip_create(path, &gzip, &err), &err);
	for (i = 0; i < COUNT_OF(small); i++) {
		const char *text = i + 1 == line_no ? line : small[i];

		if (text == NULL)
			break;
		text = arena_printf(&arena, "%s\n", text);
		expect_ok(path, gzip_write(gzip, text, strlen(text), &err), &err);
	}
	expect_ok(path, gzip_finish(gzip, &err), &err);
	gzip_close(gzip);
	return path;
}

static void
a_snapshot_that_is_not_exactly_right_is_refused(void **state)
{
	const struct {
		const char *title;
		size_t line_no;
		const char *line, *message; /* after the snapshot's name */
	} cases[] = {
		{ "another version", 1, "ctok-report\t2", " has version 2, this program reads version 9" },
		{ "another section", 2, "s\tcontrol\tname:text\tvalue:text",
		    ", line 2: expected \"s cover name:text value:text\", found \"s control name:text value:text\"" },
		{ "a column too few", 3, "r\ttenant", ", line 3: row of section \"cover\" has 1 columns of 2" },
		{ "a column too many", 3, "r\ttenant\tacme\tx", ", line 3: row of section \"cover\" has more than 2 columns" },
		{ "an unknown escape", 3, "r\ttenant\tac\\qme",
		    ", line 3: column \"value\" of section \"cover\": has an unknown escape" },
		{ "half an escape", 3, "r\ttenant\tacme\\",
		    ", line 3: column \"value\" of section \"cover\": has an unknown escape" },
		{ "bad UTF-8", 3, "r\ttenant\tcaf\xe9", ", line 3: column \"value\" of section \"cover\": is not valid UTF-8" },
		{ "another count", 13, "e\tcover\t11", ", line 13: expected \"e cover 10\", found \"e cover 11\"" },
		{ "a row taken out", 3, "e\tcover\t9", ", line 3: expected \"e cover 0\", found \"e cover 9\"" },
		{ "no number", 15, "r\tA\tb\tc\t\t1.0\t1",
		    ", line 15: column \"expected\" of section \"control\": \"1.0\" is not a whole number" },
		{ "no date", 22,
		    "r\t1\tshop\tSO-1\t2026-02-30\tAna\tAna\tana@example.org\tACLS\tACLS\t1\tEUR\t9900\tmatched\t\t\t2026-04-"
		    "02\t\\N\tactive",
		    ", line 22: column \"sold_on\" of section \"access\": \"2026-02-30\" is not a date" },
		{ "infinity", 22,
		    "r\t1\tshop\tSO-1\t2026-02-03\tAna\tAna\tana@example.org\tACLS\tACLS\t1\tEUR\t9900\tmatched\t\t\t2026-04-"
		    "02\tinfinity\tactive",
		    ", line 22: column \"access_to\" of section \"access\": \"infinity\" is not a date" },
		{ "another end", 44, "z\t30", ", line 44: expected \"z 43\", found \"z 30\"" },
		{ "no end", 44, NULL, ": is cut after line 43" },
		{ "something after the end", 44, "z\t43\nz\t44", ": goes on after its end" },
		{ "cover without a value", 3, "r\tTenant\tacme", ": section \"cover\" has no \"tenant\"" },
		{ "a moment that is none", 7, "r\tnow_utc\tnow", ": section \"cover\": \"now\" is not a whole number" },
		{ "a moment before all", 7, "r\tnow_utc\t0", ": section \"cover\": \"now_utc\" is not positive" },
	};
	const struct with_db *w = *state;
	struct report_summary summary;
	struct err err = ERR_INIT;
	const char *path;
	size_t i;

	path = write_small(w, 0, NULL);
	expect_ok("whole", report_render(path, at(w, "small.xlsx"), REPORT_ROWS_PER_SHEET, &summary, &err), &err);
	assert_int_equal(unlink(at(w, "small.xlsx")), 0);
	for (i = 0; i < COUNT_OF(cases); i++) {
		path = write_small(w, cases[i].line_no, cases[i].line);
		assert_int_equal(report_render(path, at(w, "small.xlsx"), REPORT_ROWS_PER_SHEET, &summary, &err), -1);
		expect_err(cases[i].title, &err, ERR_DATA, arena_printf(&arena, "snapshot \"%s\"%s", path, cases[i].message));
		err_reset(&err);
		assert_int_not_equal(access(at(w, "small.xlsx"), F_OK), 0);
	}
	path = write_small(w, 1, "PK\x03\x04");
	assert_int_equal(report_render(path, at(w, "small.xlsx"), REPORT_ROWS_PER_SHEET, &summary, &err), -1);
	expect_err("another file", &err, ERR_DATA, arena_printf(&arena, "\"%s\" is not a snapshot of a report", path));
	err_reset(&err);
	assert_int_equal(report_render(at(w, "none.snapshot"), at(w, "small.xlsx"), REPORT_ROWS_PER_SHEET, &summary, &err), -1);
	expect_err("no file", &err, ERR_NOT_FOUND,
	    arena_printf(&arena, "snapshot: could not open \"%s\": No such file or directory", at(w, "none.snapshot")));
}

static void
a_snapshot_that_was_cut_is_refused(void **state)
{
	const struct with_db *w = *state;
	const char *path = write_small(w, 0, NULL);
	struct report_summary summary;
	struct err err = ERR_INIT;
	struct stat st;
	off_t len;

	assert_int_equal(stat(path, &st), 0);
	for (len = st.st_size - 1; len >= 0; len -= 7) {
		assert_int_equal(truncate(path, len), 0);
		if (report_render(path, at(w, "cut.xlsx"), REPORT_ROWS_PER_SHEET, &summary, &err) == 0)
			fail_msg("cut at %lld of %lld: not seen", (long long)len, (long long)st.st_size);
		err_reset(&err);
	}
}

static void
what_a_cell_cannot_show_is_named(void **state)
{
	const struct with_db *w = *state;
	struct report_summary summary;
	struct err err = ERR_INIT;
	const char *path, *text;
	char *name = arena_alloc(&arena, 5001);

	path = write_small(w, 22,
	    "r\t1\tshop\tSO-1\t2026-04-02\tAna\tAna\tana@example.org\tACLS\tACLS\t1\tEUR\t1000000000000000\tmatched\t\t\t2026-04-"
	    "02\t\\N\tactive");
	assert_int_equal(report_render(path, at(w, "wide.xlsx"), REPORT_ROWS_PER_SHEET, &summary, &err), -1);
	expect_err("16 digits", &err, ERR_DATA,
	    "sheet \"Cover\", cell D18: number 1000000000000000 has more than 15 digits, which a cell cannot show exactly");
	err_reset(&err);
	memset(name, 'n', 5000);
	text = arena_printf(&arena,
	    "r\t1\tshop\tSO-1\t2026-04-02\tAna\t%s\tana@example.org\tACLS\tACLS\t1\tEUR\t9900\tmatched\t\t\t2026-04-"
	    "02\t\\N\tactive",
	    name);
	path = write_small(w, 22, text);
	expect_ok("a long name is shortened", report_render(path, at(w, "wide.xlsx"), REPORT_ROWS_PER_SHEET, &summary, &err), &err);
	path = write_small(w, 22,
	    "r\t1\tshop\tSO-1\t2026-04-02\tAna\tAna\tana@example.org\tACLS\tACLS\t1\tEURO\t1\tmatched\t\t\t2026-04-"
	    "02\t\\N\tactive");
	assert_int_equal(report_render(path, at(w, "wide.xlsx"), REPORT_ROWS_PER_SHEET, &summary, &err), -1);
	expect_err("no currency", &err, ERR_DATA, "sheet \"Cover\", cell D18: \"EURO\" is not an ISO 4217 currency");
}

/* ---- workbooks ---- */

static struct report_summary
render_sample(const struct with_db *w, const struct sample *sample, const char *name, uint32_t rows_per_sheet)
{
	const char *path = at(w, arena_printf(&arena, "%s.snapshot", name));
	struct report_summary summary = { 0 };
	struct err err = ERR_INIT;

	expect_ok(name, sample_snapshot_write(sample, path, &err), &err);
	expect_ok(name, report_render(path, at(w, arena_printf(&arena, "%s.xlsx", name)), rows_per_sheet, &summary, &err), &err);
	return summary;
}

static void
the_same_snapshot_gives_the_same_bytes(void **state)
{
	const struct with_db *w = *state;
	struct report_summary summary;
	struct err err = ERR_INIT;

	summary = render_sample(w, &(struct sample){ .units = 300, .actions = 20 }, "first", REPORT_ROWS_PER_SHEET);
	assert_true(summary.ties);
	assert_int_equal(summary.sheets, 6);
	(void)render_sample(w, &(struct sample){ .units = 300, .actions = 20 }, "second", REPORT_ROWS_PER_SHEET);
	expect_same_file("snapshots", at(w, "first.snapshot"), at(w, "second.snapshot"));
	expect_same_file("workbooks", at(w, "first.xlsx"), at(w, "second.xlsx"));
	assert_int_equal(mkdir(at(w, "elsewhere"), 0700), 0);
	expect_ok("elsewhere",
	    report_render(at(w, "first.snapshot"), at(w, "elsewhere/other.xlsx"), REPORT_ROWS_PER_SHEET, &summary, &err), &err);
	expect_same_file("workbooks elsewhere", at(w, "first.xlsx"), at(w, "elsewhere/other.xlsx"));
}

static void
long_tables_go_on_on_more_sheets(void **state)
{
	const struct with_db *w = *state;
	struct report_summary summary =
	    render_sample(w, &(struct sample){ .units = 1000, .actions = 301, .payouts = 302 }, "split", 300);

	assert_true(summary.ties);
	assert_int_equal(summary.units, 1000);
	/* Cover, Control, Exceptions, four of units, two of actions, two of payouts, Sources. */
	assert_int_equal(summary.sheets, 12);
	witness("check_workbook.py", at(w, "split.xlsx"), "",
	    "ties: Exceptions 21, Access vs money 300, Access vs money (2) 300, Access vs money (3) 300, Access vs money (4) 100, "
	    "Actions 300, "
	    "Actions (2) 1, Payouts 300, Payouts (2) 2, Sources 3; ");
	witness("recalculate_workbook.py", at(w, "split.xlsx"), "", "LibreOffice agrees on ");
}

static void
nothing_sold_is_a_workbook_too(void **state)
{
	const struct with_db *w = *state;
	struct report_summary summary = render_sample(w, &(struct sample){ .units = 0 }, "empty", REPORT_ROWS_PER_SHEET);

	assert_true(summary.ties);
	assert_int_equal(summary.units, 0);
	witness("check_workbook.py", at(w, "empty.xlsx"), "", "ties: Exceptions 4, Access vs money 0, Actions 0, ");
}

static void
a_difference_is_shown_everywhere(void **state)
{
	const struct with_db *w = *state;
	struct report_summary summary =
	    render_sample(w, &(struct sample){ .units = 100, .actions = 3, .payouts = 3, .trial = true, .untie = 2 }, "untied",
		REPORT_ROWS_PER_SHEET);

	assert_false(summary.ties);
	witness("check_workbook.py", at(w, "untied.xlsx"), "--untied", "does not tie: ");
}

/* ---- the database ---- */

/* The tenant's language. */
static void
speak(struct with_db *w, const char *locale)
{
	struct err err = ERR_INIT;

	expect_ok("begin", db_begin(w->owner, &err), &err);
	expect_ok("locale", db_exec(w->owner, "UPDATE ctok.tenant SET locale = $1", DB_ARGS(locale), NULL, &err), &err);
	expect_ok("commit", db_commit(w->owner, &err), &err);
}

static void
build_world(struct with_db *w)
{
	struct err err = ERR_INIT;
	char *sql;
	size_t len;

	with_db_sql(w, arena_printf(&arena,
			   "CREATE TEMP TABLE IF NOT EXISTS me (t bigint, s bigint, i bigint, r bigint); DELETE FROM me;"
			   " INSERT INTO me VALUES (%lld, %lld, %lld, %lld);",
			   (long long)w->tenant_id, (long long)w->source_id, (long long)w->site_id, (long long)w->night.run_id));
	expect_ok("world", file_read(&arena, "world", "tests/fixtures/report_world.sql", 1 << 16, &sql, &len, &err), &err);
	with_db_sql(w, sql);
	speak(w, "en");
}

/* Findings, controls, snapshot and workbook, as the job makes them. */
static struct report_summary
report(struct with_db *w, const char *name, const char **ret_untied)
{
	struct report_summary summary = { 0 };
	struct finding_counts counts;
	struct err err = ERR_INIT;
	const char *snapshot = at(w, arena_printf(&arena, "%s.snapshot", name)),
		   *xlsx = at(w, arena_printf(&arena, "%s.xlsx", name));

	expect_ok("rules", rules_at(w->db, WITH_DB_NOW, "Europe/Madrid", &err), &err);
	expect_ok("findings", finding_refresh(&arena, w->db, w->night.run_id, &counts, &err), &err);
	expect_ok("controls", finding_controls(&arena, w->db, w->night.run_id, ret_untied, &err), &err);
	expect_ok("snapshot", report_snapshot_write(w->db, w->night.run_id, snapshot, &err), &err);
	expect_ok("render", report_render(snapshot, xlsx, REPORT_ROWS_PER_SHEET, &summary, &err), &err);
	return summary;
}

static void
a_world_in_the_database_becomes_a_workbook_that_ties(void **state)
{
	struct with_db *w = *state;
	struct report_summary summary;
	const char *untied;

	build_world(w);
	summary = report(w, "world", &untied);
	expect_text("controls", untied, NULL);
	assert_true(summary.ties);
	assert_int_equal(summary.units, 6);
	assert_int_equal(summary.open_units, 2);
	assert_int_equal(summary.actions, 1);
	witness("check_workbook.py", at(w, "world.xlsx"), "",
	    "ties: Exceptions 3, Access vs money 6, Actions 1, Rates 1, Progress 1, Sources 2; ");
	/* A unit deleted behind our back. */
	with_db_sql(w, "DELETE FROM ctok.unit WHERE unit_id = (SELECT min(unit_id) FROM ctok.unit u JOIN ctok.line l USING "
		       "(document_id, line_no)"
		       " WHERE NOT l.gone AND NOT EXISTS (SELECT 1 FROM ctok.entitlement e WHERE e.unit_id = u.unit_id))");
	summary = report(w, "deleted", &untied);
	expect_text("controls", untied, "control MONEY_OF_UNITS EUR: expected 35699, found 25799");
	assert_false(summary.ties);
	witness("check_workbook.py", at(w, "deleted.xlsx"), "--untied", "does not tie: ");
}

static void
a_report_is_on_record_and_drawn_again(void **state)
{
	struct with_db *w = *state;
	struct report_record record;
	struct err err = ERR_INIT;
	uint8_t hash[32];
	const char *untied;

	build_world(w);
	(void)report(w, "kept", &untied);
	expect_ok(
	    "save", report_save(&arena, w->db, w->night.run_id, w->state_dir, "kept.snapshot", "kept.xlsx", true, &err), &err);
	expect_ok("save again", report_save(&arena, w->db, w->night.run_id, w->state_dir, "kept.snapshot", "kept.xlsx", true, &err),
	    &err);
	expect_ok("find", report_find(&arena, w->db, w->night.run_id, &record, &err), &err);
	expect_text("snapshot", record.snapshot_path, "kept.snapshot");
	expect_text("workbook", record.xlsx_path, "kept.xlsx");
	assert_true(record.ties);
	expect_ok("hash", report_hash(at(w, "kept.snapshot"), hash, &err), &err);
	assert_memory_equal(hash, record.snapshot_hash, sizeof(hash));
	expect_ok("hash", report_hash(at(w, "kept.xlsx"), hash, &err), &err);
	assert_memory_equal(hash, record.xlsx_hash, sizeof(hash));
	assert_int_equal(report_find(&arena, w->db, 999999, &record, &err), -1);
	expect_err("no such run", &err, ERR_NOT_FOUND, "run 999999 made no report");
	err_reset(&err);
	assert_int_equal(report_save(&arena, w->db, w->night.run_id, w->state_dir, "gone.snapshot", "kept.xlsx", true, &err), -1);
	expect_err("no file", &err, ERR_NOT_FOUND,
	    arena_printf(&arena, "could not read \"%s/gone.snapshot\": No such file or directory", w->state_dir));
}

/* Codes are in capitals, in quotes: each one that the rules and the schema use has its words. */
static void
every_code_has_its_words(void **state)
{
	static const char *const kinds[][2] = { { "30_unit", "unit" }, { "60_unit_class", "unit" }, { "50_gap", "finding" },
		{ "70_finding", "finding" }, { "80_control", "control" } };
	struct with_db *w = *state;
	const struct sql_file *file;
	const char *s, *end, *code;
	size_t i, checked = 0;

	for (file = sql_rules; file->name != NULL; file++) {
		for (i = 0; i < COUNT_OF(kinds) && !text_equal(file->name, kinds[i][0]); i++)
			;
		if (i == COUNT_OF(kinds))
			continue;
		for (s = strchr(file->text, '\''); s != NULL; s = strchr(end + 1, '\'')) {
			end = s + 1 + strspn(s + 1, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_");
			if (*end != '\'' || end - s < 5)
				continue;
			code = arena_strndup(&arena, s + 1, (size_t)(end - s - 1));
			/* Units of a class ACCESS are spelled out by their finding, and TRIAL and the like are findings too. */
			if (with_db_text(
				w, arena_printf(&arena,
				       "SELECT min(words) FROM rule.report_word WHERE code = '%s' AND kind IN ('%s', 'finding')",
				       code, kinds[i][1])) == NULL &&
			    !text_equal(code, "ACCESS"))
				fail_msg("%s: code \"%s\" has no words in 90_report_word.sql", file->name, code);
			checked++;
		}
	}
	assert_true(checked > 40);
	expect_text("kinds, states and risks of the schema",
	    with_db_text(w,
		"SELECT string_agg(code, ' ') FROM (SELECT (regexp_matches(pg_get_constraintdef(oid), '''([a-z_]+)''', 'g'))[1] AS "
		"code"
		" FROM pg_constraint WHERE conname IN ('action_kind_check', 'action_state_check', 'finding_risk_check')) c"
		" WHERE NOT EXISTS (SELECT 1 FROM rule.report_word w WHERE w.code = c.code)"),
	    NULL);
}

/* The conversions of a format, in order: "%s%zu". */
static const char *
conversions(const char *format)
{
	const char *text = "";
	size_t len;

	for (format = strchr(format, '%'); format != NULL; format = strchr(format, '%')) {
		len = 2 + strspn(format + 1, "zl.0123456789");
		text = arena_printf(&arena, "%s%.*s", text, (int)len, format);
		format += len;
	}
	return text;
}

static void
spanish_has_every_word(void **state)
{
	struct with_db *w = *state;
	const struct words *spanish = words_of("es-MX");
	const struct word *word;
	struct db_row *rows;
	struct err err = ERR_INIT;
	size_t count, i;

	for (word = words_es; word->english != NULL; word++) {
		expect_text(word->english, conversions(word->said), conversions(word->english));
		if (words_find(spanish, word->english) != word->said)
			fail_msg("\"%s\" is there twice", word->english);
	}
	expect_ok("words",
	    db_rows(&arena, w->db, "SELECT words AS text FROM rule.report_word UNION SELECT advice FROM rule.report_word", DB_NONE,
		&rows, &count, &err),
	    &err);
	assert_true(count > 100);
	for (i = 0; i < count; i++)
		if (words_find(spanish, db_value(&rows[i], "text")) == NULL)
			fail_msg("\"%s\" of 90_report_word.sql is not in lib/report/words_es.c", db_value(&rows[i], "text"));
}

static void
words_and_values_are_told_apart(void **state)
{
	static const char *const cases[][2] = {
		{ "active from 2026-11-18 until 2028-11-19", "activo desde 2026-11-18 hasta 2028-11-19" },
		{ "suspended from 2026-11-18, no end", "suspendido desde 2026-11-18, sin fin" },
		{ "active, no end", "activo, sin fin" },
		{ "active / not enrolled / suspended", "activo / sin matricular / suspendido" },
		{ "squarespace, sale", "squarespace, venta" },
		{ "Moodle 4.5.6 (Build: 20250811), read level 2", "Moodle 4.5.6 (Build: 20250811), nivel de lectura 2" },
		{ "", "" },
		{ " , /2 ", " , /2 " },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(cases); i++) {
		expect_text(cases[i][0], words_say_parts(&arena, words_of("es"), cases[i][0]), cases[i][1]);
		expect_text(cases[i][0], words_say_parts(&arena, words_of("fr"), cases[i][0]), cases[i][0]);
	}
}

static void
a_workbook_speaks_spanish(void **state)
{
	struct with_db *w = *state;
	const char *untied;

	(void)render_sample(w, &(struct sample){ .units = 300, .actions = 40, .locale = "es" }, "hoja", REPORT_ROWS_PER_SHEET);
	witness("recalculate_workbook.py", at(w, "hoja.xlsx"), "", "LibreOffice agrees on ");
	witness("workbook_text.py", at(w, "hoja.xlsx"),
	    "CUADRA 'Pagado sin acceso' conforme abierta excluida 'Qué hacer' 'De lo vendido a las unidades y los ingresos' 'Total "
	    "EUR'",
	    "Portada, Control, Excepciones, Acceso y dinero, Acciones, Orígenes;\n");
	(void)render_sample(w,
	    &(struct sample){ .units = 900,
		.actions = 9,
		.fields = 2,
		.deals = 2,
		.payouts = 2,
		.rates = 2,
		.expected = 2,
		.renewals = 2,
		.courses = 2,
		.untie = 2,
		.trial = true,
		.preview = true,
		.locale = "es" },
	    "cortada", 300);
	witness("workbook_text.py", at(w, "cortada.xlsx"), "'NO CUADRA' 'Total EUR, esta hoja'",
	    "Portada, Control, Excepciones, Acceso y dinero, Acceso y dinero (2), Acceso y dinero (3), Datos, Acciones, Ventas "
	    "enlazadas, "
	    "Transferencias, Cambios, Esperado, Renovaciones, Progreso, Abandono, "
	    "Orígenes;\n");
	(void)render_sample(w, &(struct sample){ .units = 0, .locale = "es" }, "nada", REPORT_ROWS_PER_SHEET);
	build_world(w);
	speak(w, "es-MX");
	(void)report(w, "mundo", &untied);
	witness("workbook_text.py", at(w, "mundo.xlsx"), "'Producto sin regla' 'Hallazgo'", "Portada, ");
	expect_text("nothing was left in English", words_missed(), NULL);
}

/* Fuzzing begins with a snapshot that is right. */
static void
the_corpus_is_of_this_version(void **state)
{
	char path[] = "/tmp/ctok-corpus-XXXXXX";
	struct snapshot *snapshot = NULL;
	struct gzip *gzip = NULL;
	struct err err = ERR_INIT;
	const struct cell *cells;
	enum section section;
	size_t len;
	char *world;

	(void)state;
	assert_int_equal(close(mkstemp(path)), 0);
	expect_ok("corpus", file_read(&arena, "corpus", "tests/fuzz/corpus/snapshot/world", 1 << 16, &world, &len, &err), &err);
	expect_ok(path, unlink(path), &err);
	expect_ok(path, gzip_create(path, &gzip, &err), &err);
	expect_ok(path, gzip_write(gzip, world, len, &err), &err);
	expect_ok(path, gzip_finish(gzip, &err), &err);
	gzip_close(gzip);
	expect_ok("the head", snapshot_open(path, &snapshot, &err), &err);
	do
		expect_ok("a row", snapshot_next(snapshot, &section, &cells, &err), &err);
	while (cells != NULL);
	snapshot_close(snapshot);
	(void)unlink(path);
	arena_reset(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_snapshot_that_is_not_exactly_right_is_refused),
		cmocka_unit_test(a_snapshot_that_was_cut_is_refused),
		cmocka_unit_test(the_corpus_is_of_this_version),
		cmocka_unit_test(what_a_cell_cannot_show_is_named),
		cmocka_unit_test(the_same_snapshot_gives_the_same_bytes),
		cmocka_unit_test(long_tables_go_on_on_more_sheets),
		cmocka_unit_test(nothing_sold_is_a_workbook_too),
		cmocka_unit_test(a_difference_is_shown_everywhere),
		cmocka_unit_test_setup(a_world_in_the_database_becomes_a_workbook_that_ties, with_db_fresh),
		cmocka_unit_test_setup(a_report_is_on_record_and_drawn_again, with_db_fresh),
		cmocka_unit_test_setup(spanish_has_every_word, with_db_fresh),
		cmocka_unit_test(words_and_values_are_told_apart),
		cmocka_unit_test_setup(a_workbook_speaks_spanish, with_db_fresh),
		cmocka_unit_test_setup(every_code_has_its_words, with_db_fresh),
	};

	return cmocka_run_group_tests(tests, with_db_open, with_db_close);
}
