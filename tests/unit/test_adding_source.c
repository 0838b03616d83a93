/* The smallest kind of source, through a real server into a real ledger; and the page that walks through it says what it is. */
#include <stdio.h>
#include <stdlib.h>

#include "expect.h"
#include "webserver.h"
#include "with_db.h"

#include "base/file.h"
#include "base/text.h"
#include "sales/ledger.h"
#include "sales/source.h"

#define KIND "tests/support/corner_kind.c"
#define PAGE "docs/adding-a-source.md"
#define MOST_LINES 200

extern const struct sales_kind corner_kind;

static char dir[] = "/tmp/ctok-corner-XXXXXX";
static struct web web;
static const uint8_t master_key[CRYPTO_KEY_BYTES] = { 7 };
static struct ledger_counts counts;

static bool
is_stopped(void *context)
{
	(void)context;
	return false;
}

static void
no_sleep(int64_t ms)
{
	(void)ms;
}

static int
pull(struct with_db *w, struct err *err)
{
	static const char *allowed[] = { "localhost" };
	struct config_source config = { .name = "shop", .kind = "corner", .role = "sale", .overlap_s = 900 };
	const struct ledger_plan plan = { .db = w->db, .night = &w->night, .source = &config, .master_key = master_key };
	struct sales_source source = { .config = &config, .secret = "corner-key", .sleep_ms = no_sleep };
	struct err unsaid = ERR_INIT;
	struct sales_sink sink;
	struct ledger *ledger;
	int rc = -1;

	config.url = arena_printf(&w->arena, "https://localhost:%u", web.port);
	config.ca_file = arena_printf(&w->arena, "%s/ca.pem", dir);
	config.allow_private = (struct config_list){ allowed, 1 };
	counts = (struct ledger_counts){ .documents = -1, .changed = -1, .gone = -1 };
	if (ledger_open(&plan, &ledger, err) != 0)
		return -1;
	ledger_window(ledger, &source.from_utc, &source.to_utc);
	ledger_cursors(ledger, &source.cursors, &source.cursor_count);
	sink = (struct sales_sink){ .context = ledger, .document = ledger_add, .cursor = ledger_cursor, .stopped = is_stopped };
	if (corner_kind.pull(&source, &sink, err) == 0 && ledger_commit(ledger, &counts, err) == 0)
		rc = 0;
	else
		expect_ok("the reason is kept", ledger_fail(ledger, err, &unsaid), &unsaid);
	ledger_close(ledger);
	return rc;
}

#define SALE(id, quantity, total) \
	"{\"id\":" #id ",\"sold\":\"2026-04-0" #id \
	"T10:00:00Z\",\"buyer\":\"Ann Lee\",\"email\":\"Ann@Example.org\",\"product\":\"BLS\",\"title\":" \
	"\"Basic Life Support\",\"quantity\":" #quantity ",\"total\":\"" total "\",\"currency\":\"EUR\"}"

static void
sales_become_documents_units_and_money(void **state)
{
	static const struct web_answer first[] = {
		{ .status = 200, .body = "{\"sales\":[" SALE(1, 2, "99.00") "],\"left\":1}" },
		{ .status = 200, .body = "{\"sales\":[" SALE(2, 1, "49.50") "],\"left\":0}" },
	};
	static const struct web_answer second[] = { { .status = 200, .body = "{\"sales\":[" SALE(5, 1, "10.00") "],\"left\":0}" } };
	struct with_db *w = *state;
	struct err err = ERR_INIT;

	web_script(&web, first, COUNT_OF(first));
	expect_ok("first", pull(w, &err), &err);
	assert_int_equal(counts.documents, 2);
	expect_text("the second page is asked for after the last sale", web.asked[1].query, "after=1");
	expect_text("what was sold",
	    with_db_text(w,
		"SELECT string_agg(concat_ws(' ', d.number, d.status, d.total_minor, c.email, m.kind, m.amount_minor), ', ' "
		"ORDER BY d.number) FROM ctok.document d JOIN ctok.contact c ON c.contact_id = d.buyer_contact_id"
		" JOIN ctok.movement m ON m.document_id = d.document_id"),
	    "1 paid 9900 ann@example.org charge 9900, 2 paid 4950 ann@example.org charge 4950");
	expect_text("in units", with_db_text(w, "SELECT string_agg(net_minor::text, ' ' ORDER BY unit_id) FROM ctok.unit"),
	    "4950 4950 4950");
	web_script(&web, second, COUNT_OF(second));
	expect_ok("second", pull(w, &err), &err);
	expect_text("only what is new is asked for", web.asked[0].query, "after=2");
	expect_text("all of it", with_db_text(w, "SELECT count(*)::text FROM ctok.document"), "3");
}

static void
what_is_cut_short_does_not_count(void **state)
{
	static const struct {
		const char *title;
		struct web_answer answers[2];
		size_t count;
		enum err_code code;
		const char *message;
	} cases[] = {
		{ "a page without its last sale",
		    { { .status = 200, .body = "{\"sales\":[" SALE(1, 1, "1.00") "],\"left\":2}" },
			{ .status = 200, .body = "{\"sales\":[" SALE(2, 1, "1.00") "],\"left\":0}" } },
		    2, ERR_INCOMPLETE, "2 sales were left, and 1 came with 0 left" },
		{ "an empty page", { { .status = 200, .body = "{\"sales\":[],\"left\":3}" } }, 1, ERR_INCOMPLETE,
		    "no sale came, and 3 are left" },
		{ "a page that came before", { { .status = 200, .body = "{\"sales\":[" SALE(1, 1, "1.00") "],\"left\":1}" } }, 1,
		    ERR_INCOMPLETE, "sale 1 comes after 1" },
		{ "an amount that is none", { { .status = 200, .body = "{\"sales\":[" SALE(1, 1, "1,00") "],\"left\":0}" } }, 1,
		    ERR_DATA,
		    "sale 1 after 0: \"1,00\" is not an amount in EUR: only digits and one point may follow the first digit" },
		{ "a refusal", { { .status = 403, .body = "{\"error\":\"closed to you\"}" } }, 1, ERR_REFUSED,
		    "the shop does not accept the key: status 403 \"closed to you\"" },
		{ "a refusal that nobody expected", { { .status = 418 } }, 1, ERR_REJECTED,
		    "the shop refuses to list its sales: status 418 \"\"" },
		{ "one that throws the key back", { { .status = 403, .body = "{\"error\":\"not corner-key\"}" } }, 1, ERR_REFUSED,
		    "the shop does not accept the key: status 403; what it says repeats the key" },
		{ "a page with 200", { { .status = 200, .type = "text/html", .body = "<html>" } }, 1, ERR_INCOMPLETE,
		    "the answer is \"text/html\", not JSON" },
	};
	struct with_db *w = *state;
	size_t i;

	for (i = 0; i < COUNT_OF(cases); i++) {
		struct err err = ERR_INIT;

		web_script(&web, cases[i].answers, cases[i].count);
		assert_int_equal(pull(w, &err), -1);
		expect_err(cases[i].title, &err, cases[i].code, cases[i].message);
	}
	expect_text("nothing of it counts",
	    with_db_text(w, "SELECT count(*) || ' ' || (SELECT count(*) FROM ctok.source_cursor) FROM ctok.document"), "0 0");
}

/* The file is one, and small; and every piece of code on the page stands in it. */
static void
the_page_walks_through_it(void **state)
{
	struct with_db *w = *state;
	struct err err = ERR_INIT;
	char *code, *page, *block, *end;
	size_t code_len, page_len, lines = 0, blocks = 0, i;

	expect_ok(KIND, file_read(&w->arena, "source", KIND, 1 << 20, &code, &code_len, &err), &err);
	expect_ok(PAGE, file_read(&w->arena, "page", PAGE, 1 << 20, &page, &page_len, &err), &err);
	for (i = 0; i < code_len; i++)
		lines += code[i] == '\n';
	if (lines >= MOST_LINES)
		fail_msg("%s has %zu lines: the smallest kind must stay under %d", KIND, lines, MOST_LINES);
	for (block = strstr(page, "```c\n"); block != NULL; block = strstr(end + 3, "```c\n")) {
		block += 5;
		end = strstr(block, "```");
		assert_non_null(end);
		if (strstr(code, arena_strndup(&w->arena, block, (size_t)(end - block))) == NULL)
			fail_msg("%s shows what %s does not have:\n%.*s", PAGE, KIND, (int)(end - block), block);
		blocks++;
	}
	assert_in_range(blocks, 6, 20);
	/* It is behind the interface: nothing of the database, of Moodle or of another kind. */
	assert_null(strstr(code, "#include \"db/"));
	assert_null(strstr(code, "#include \"moodle/"));
	assert_null(strstr(code, "lib/"));
}

static int
open_all(void **state)
{
	return with_db_open(state) != 0 ? -1 : web_open(&web, dir);
}

static int
close_all(void **state)
{
	return web_close(&web, dir) != 0 ? -1 : with_db_close(state);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(sales_become_documents_units_and_money, with_db_fresh),
		cmocka_unit_test_setup(what_is_cut_short_does_not_count, with_db_fresh),
		cmocka_unit_test_setup(the_page_walks_through_it, with_db_fresh),
	};

	return cmocka_run_group_tests(tests, open_all, close_all);
}
