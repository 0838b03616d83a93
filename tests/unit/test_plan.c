/* The plan between nights: actions under way when a run was cut off, accounts that several enrolments wait for, and courses with two
 * names. Each case puts rights and actions into the tables and looks at what a reconcile makes of them. */
#include "expect.h"

#include "db/rules.h"
#include "entitle/entitle.h"
#include "finding/finding.h"
#include "party/party.h"
#include "plan/plan.h"
#include "sql.h"
#include "with_db.h"

static const char *
one(struct with_db *w, const char *sql)
{
	const char *text = with_db_text(w, sql);

	return text != NULL ? text : "(none)";
}

/* Ana has bought C1 and C2 and has no account yet; the site is live. */
static int
setup(void **state)
{
	struct err err = ERR_INIT;
	struct with_db *w;

	if (with_db_fresh(state) != 0)
		return -1;
	w = *state;
	expect_ok("rules_at", rules_at(w->db, WITH_DB_NOW, "Europe/Madrid", &err), &err);
	with_db_read(w);
	with_db_sql(w,
	    "INSERT INTO ctok.mirror_course SELECT ctok.current_tenant(), site_id, n, 'C' || n, '', 'Course ' || n, true, true,"
	    " true FROM ctok.site, generate_series(1, 2) AS n");
	with_db_sql(w, "INSERT INTO ctok.live SELECT ctok.current_tenant(), site_id, source_id, '-infinity', now() FROM ctok.site,"
		       " ctok.source");
	with_db_sql(w,
	    "INSERT INTO ctok.target (tenant_id, site_id, reference) SELECT ctok.current_tenant(), site_id, r FROM ctok.site,"
	    " unnest(ARRAY['shortname:C1', 'shortname:C2', 'id:1']) AS r");
	with_db_sql(w,
	    "INSERT INTO ctok.product_rule (tenant_id, digest, source_id, match_kind, pattern, site_id, role, term, grace_days,"
	    " notice_days, delivery, learner, on_expiry, on_refund, renews, certificate, exclude)"
	    " SELECT ctok.current_tenant(), n, source_id, 'sku', n, site_id, '', '1 year', 0, 3, 'direct', 'buyer', 'suspend',"
	    " 'suspend', false, 'classic', false FROM ctok.site, ctok.source, unnest(ARRAY['NAME', 'OTHER', 'ID']) AS n");
	with_db_sql(w, "INSERT INTO ctok.rule_target SELECT tenant_id, rule_id, rule_id FROM ctok.product_rule");
	with_db_sql(w,
	    "UPDATE ctok.rule_target r SET target_id = t.target_id FROM ctok.product_rule p, ctok.target t WHERE p.rule_id ="
	    " r.rule_id AND t.reference = CASE p.pattern WHEN 'NAME' THEN 'shortname:C1' WHEN 'OTHER' THEN 'shortname:C2'"
	    " ELSE 'id:1' END");
	return 0;
}

/* Ana buys one ${sku} on a day. */
static void
sell(struct with_db *w, const char *number, const char *sku, const char *currency, const char *at)
{
	with_db_sql(w,
	    "INSERT INTO ctok.contact (tenant_id, email, name) VALUES (ctok.current_tenant(), 'ana@x.test', 'Ana') ON CONFLICT DO"
	    " NOTHING");
	with_db_sql(w, arena_printf(&w->arena,
			   "INSERT INTO ctok.product (tenant_id, source_id, product_key, variant_key, sku, name) SELECT"
			   " ctok.current_tenant(), source_id, '%s', '', '%s', 'Product' FROM ctok.source ON CONFLICT DO NOTHING",
			   sku, sku));
	with_db_sql(w,
	    arena_printf(&w->arena,
		"INSERT INTO ctok.document (tenant_id, source_id, external_id, number, kind, version, effective_at, modified_at,"
		" known_at, changed_at, status, currency, total_minor, subtotal_minor, discount_minor, tax_minor, shipping_minor,"
		" refunded_minor, unallocated_minor, tax_included, buyer_contact_id) SELECT ctok.current_tenant(), source_id, "
		"'%s', '%s',"
		" 'order', 1, '%s', '%s', now(), now(), 'paid', '%s', 100, 100, 0, 0, 0, 0, 0, false, contact_id FROM ctok.source,"
		" ctok.contact WHERE email = 'ana@x.test'",
		number, number, at, at, currency));
	with_db_sql(
	    w, arena_printf(&w->arena,
		   "INSERT INTO ctok.line (tenant_id, document_id, line_no, line_key, product_id, quantity, unit_price_minor,"
		   " net_minor) SELECT d.tenant_id, document_id, 1, '1', product_id, 1, 100, 100 FROM ctok.document d, ctok.product"
		   " WHERE number = '%s' AND sku = '%s'",
		   number, sku));
	with_db_sql(
	    w, arena_printf(&w->arena,
		   "INSERT INTO ctok.unit (tenant_id, document_id, line_no, unit_no, net_minor) SELECT tenant_id, document_id, 1,"
		   " 1, 100 FROM ctok.document WHERE number = '%s'",
		   number));
	with_db_sql(
	    w, arena_printf(&w->arena,
		   "INSERT INTO ctok.dirty_document SELECT tenant_id, document_id FROM ctok.document WHERE number = '%s'", number));
}

static void
night(struct with_db *w)
{
	struct err err = ERR_INIT;
	struct entitle_counts rights;
	struct finding_counts findings;
	struct plan_counts plan = { 0 };
	int64_t persons;

	expect_ok("begin", db_begin(w->db, &err), &err);
	expect_ok("entitle_begin", entitle_begin(w->db, false, &err), &err);
	expect_ok("plan_settle", plan_settle(w->db, w->night.run_id, &plan, &err), &err);
	expect_ok("party_reckon", party_reckon(w->db, &persons, &err), &err);
	expect_ok("entitle_reckon", entitle_reckon(w->db, &rights, &err), &err);
	expect_ok("plan_make", plan_make(w->db, w->night.run_id, &plan, &err), &err);
	expect_ok("commit", db_commit(w->db, &err), &err);
	expect_ok("findings", finding_refresh(&w->arena, w->db, w->night.run_id, &findings, &err), &err);
}

static const char *
actions(struct with_db *w)
{
	return one(w,
	    "SELECT coalesce(string_agg(kind || coalesce(' ' || course_id, '') || ' ' || state, ', ' ORDER BY kind, course_id), '')"
	    " FROM ctok.action WHERE state IN ('open', 'sending')");
}

/* The site is read completely by a run of its own. */
static void
read_site(struct with_db *w)
{
	with_db_sql(w,
	    "INSERT INTO ctok.site_pull (tenant_id, site_id, run_id, read_level, begun_at, complete) SELECT tenant_id, site_id,"
	    " (SELECT max(run_id) + 1 FROM ctok.run), 1, now(), true FROM ctok.site");
}

static void
test_what_is_under_way_waits_for_a_newer_reading(void **state)
{
	struct with_db *w = *state;

	sell(w, "1", "NAME", "EUR", "2026-04-20T08:00:00Z");
	night(w);
	with_db_sql(w,
	    "INSERT INTO ctok.mirror_user SELECT tenant_id, site_id, 7, 'ana', 'ana@x.test', 'ana@x.test', 'Ana', '-', false FROM"
	    " ctok.site; INSERT INTO ctok.dirty_user SELECT tenant_id, site_id, 7 FROM ctok.site");
	night(w);
	expect_text("planned", actions(w), "enrol 1 open");
	with_db_sql(w, "UPDATE ctok.action SET state = 'sending' WHERE kind = 'enrol' AND state = 'open'");
	with_db_sql(
	    w, arena_printf(&w->arena,
		   "INSERT INTO ctok.journal (tenant_id, action_id, run_id, phase, outcome, at) SELECT tenant_id, action_id, %lld,"
		   " 'before', 'sending', rule.now() FROM ctok.action WHERE state = 'sending'",
		   (long long)w->night.run_id));
	night(w);
	expect_text("a mirror older than the sending tells nothing", actions(w), "enrol 1 sending");
	expect_text("it is one finding all the while",
	    one(w, "SELECT string_agg(class || ' ' || units, ' ') FROM ctok.finding WHERE cleared_at IS NULL"), "CHANGE_DOUBT 1");
	read_site(w);
	night(w);
	expect_text("read since and not there: to be sent again", actions(w), "enrol 1 open");
}

static void
test_an_account_stays_wanted_while_an_enrolment_waits(void **state)
{
	struct with_db *w = *state;

	sell(w, "1", "NAME", "EUR", "2026-04-20T08:00:00Z");
	sell(w, "2", "OTHER", "EUR", "2026-04-20T08:00:00Z");
	night(w);
	expect_text("one account for two courses", actions(w), "create_account open, enrol 1 open, enrol 2 open");
	with_db_sql(w,
	    "UPDATE ctok.document SET status = 'cancelled' WHERE number = '1'; INSERT INTO ctok.dirty_document SELECT tenant_id,"
	    " document_id FROM ctok.document WHERE number = '1'");
	with_db_sql(w,
	    arena_printf(&w->arena,
		"INSERT INTO ctok.document_version (tenant_id, document_id, version, modified_at, known_at, run_id, payload_hash,"
		" status, total_minor, refunded_minor) SELECT tenant_id, document_id, 2, '2026-04-21', now(), %lld, '\\x00',"
		" 'cancelled', 100, 0 FROM ctok.document WHERE number = '1'",
		(long long)w->night.run_id));
	night(w);
	expect_text("the other course still needs it", actions(w), "create_account open, enrol 2 open");
}

static void
test_two_names_of_a_course_are_one_access(void **state)
{
	struct with_db *w = *state;

	sell(w, "1", "NAME", "EUR", "2026-04-20T08:00:00Z");
	sell(w, "2", "ID", "EUR", "2026-04-21T08:00:00Z");
	night(w);
	expect_text("one enrolment", actions(w), "create_account open, enrol 1 open");
	expect_text("for both years", one(w, "SELECT string_agg(to_char(ends_at, 'YYYY'), ' ') FROM ctok.access"), "2028");
}

static void
test_a_course_that_appears_joins_its_names(void **state)
{
	struct with_db *w = *state;

	with_db_sql(w, "UPDATE ctok.mirror_course SET shortname = 'later' WHERE course_id = 1");
	sell(w, "1", "NAME", "EUR", "2026-04-20T08:00:00Z");
	sell(w, "2", "ID", "EUR", "2026-04-21T08:00:00Z");
	night(w);
	expect_text("one name is unknown", one(w, "SELECT count(*)::text FROM ctok.finding WHERE class = 'COURSE_MISSING'"), "1");
	with_db_sql(w, "UPDATE ctok.mirror_course SET shortname = 'C1' WHERE course_id = 1");
	night(w);
	expect_text("known, it is the other's", actions(w), "create_account open, enrol 1 open");
	expect_text("for both years", one(w, "SELECT string_agg(to_char(ends_at, 'YYYY'), ' ') FROM ctok.access"), "2028");
	expect_text("both units in one finding",
	    one(w, "SELECT string_agg(class || ' ' || units, ' ') FROM ctok.finding WHERE cleared_at IS NULL"), "NOT_APPLIED 2");
}

static void
test_currencies_are_not_added(void **state)
{
	struct with_db *w = *state;

	sell(w, "1", "NAME", "EUR", "2026-04-20T08:00:00Z");
	sell(w, "2", "NAME", "USD", "2026-04-21T08:00:00Z");
	night(w);
	expect_text("a finding for each currency",
	    one(w, "SELECT string_agg(units || ' ' || risk_minor || ' ' || currency, ', ' ORDER BY currency) FROM ctok.finding "
		   "WHERE cleared_at"
		   " IS NULL"),
	    "1 100 EUR, 1 100 USD");
	expect_text("each unit in one",
	    one(w, "SELECT string_agg(expected || '/' || actual, '') FROM rule.control_now WHERE control = 'OPEN_IN_FINDINGS'"),
	    "2/2");
}

/* Met in a world of a million units: the first ten digits of two findings were the same, and all findings of the night were lost. */
static void
test_findings_have_ids_of_their_own(void **state)
{
	struct with_db *w = *state;

	expect_text("ten digits are too few",
	    one(w, "SELECT left(rule.finding_code('HELD', 'a82216.327', 'EUR'), 11) || ' ' || "
		   "left(rule.finding_code('HELD', 'a435496.1670', 'EUR'), 11)"),
	    "F0F6D933B57 F0F6D933B57");
	expect_text("more tell them apart",
	    one(w, "SELECT rule.finding_code('HELD', 'a82216.327', 'EUR') = rule.finding_code('HELD', 'a435496.1670', 'EUR')"),
	    "f");
}

static void
test_a_finding_grows_old_under_its_longer_id(void **state)
{
	struct with_db *w = *state;
	const char *id;

	sell(w, "1", "NAME", "EUR", "2026-04-20T08:00:00Z");
	night(w);
	id = one(w, "SELECT finding_id FROM ctok.finding");
	with_db_sql(w, "UPDATE ctok.finding SET finding_id = left(finding_id, 11), first_seen = '2026-01-02T03:04:05Z'");
	night(w);
	expect_text("the one finding, as old as it is",
	    one(w, "SELECT string_agg(finding_id || ' ' || (first_seen = '2026-01-02T03:04:05Z') || ' ' || (cleared_at IS NULL), "
		   "', ') "
		   "FROM ctok.finding"),
	    arena_printf(&w->arena, "%s true true", id));
}

static void
test_another_learner_is_a_finding(void **state)
{
	struct with_db *w = *state;

	sell(w, "1", "NAME", "EUR", "2026-04-20T08:00:00Z");
	night(w);
	with_db_sql(w,
	    "INSERT INTO ctok.contact (tenant_id, email, name) VALUES (ctok.current_tenant(), 'anna@x.test', 'Anna'); UPDATE"
	    " ctok.document SET buyer_contact_id = (SELECT contact_id FROM ctok.contact WHERE email = 'anna@x.test'); INSERT INTO"
	    " ctok.dirty_document SELECT tenant_id, document_id FROM ctok.document");
	night(w);
	expect_text("said, with what was paid",
	    one(w, "SELECT string_agg(class || ' ' || risk_minor, ' ') FROM ctok.finding WHERE cleared_at IS NULL AND class ="
		   " 'LEARNER_CHANGED'"),
	    "LEARNER_CHANGED 100");
}

static void
test_a_completion_has_one_certificate(void **state)
{
	struct with_db *w = *state;

	sell(w, "2", "NAME", "EUR", "2026-04-20T08:00:00Z");
	night(w);
	with_db_sql(w, "INSERT INTO ctok.account SELECT tenant_id, site_id, person_id, 7, true FROM ctok.access; INSERT INTO"
		       " ctok.mirror_completion SELECT tenant_id, site_id, 1, 7, '2026-04-25T08:00:00Z' FROM ctok.site");
	expect_text("due", one(w, "SELECT string_agg(cycle || ' ' || due, ', ') FROM rule.completion_due"), "1 true");
	with_db_sql(w,
	    "INSERT INTO ctok.issue (tenant_id, site_id, target_id, course_id, person_id, cycle, serial, learner_name, course_name,"
	    " completed_at, template, locale, issued_at, run_id, state) SELECT tenant_id, site_id, target_id, course_id, person_id,"
	    " cycle, 'S', 'Ana', 'Course', completed_at, 'classic', 'en', now(), 1, 'live' FROM rule.completion_due");
	sell(w, "1", "NAME", "EUR", "2025-01-20T08:00:00Z");
	night(w);
	expect_text("another cycle, the same certificate",
	    one(w, "SELECT string_agg(cycle || ' ' || due, ', ') FROM rule.completion_due"), "2 false");
}

/* What ctok-apply records of Ana's account: found as user 7, or made as it; ${asked}: found after this run had asked for it. */
static void
record_account(struct with_db *w, const char *outcome, const char *asked)
{
	struct err err = ERR_INIT;
	const char *action = one(w, "SELECT action_id FROM ctok.action WHERE kind = 'create_account'");

	with_db_sql(w, "UPDATE ctok.action SET state = 'sending' WHERE kind = 'create_account'");
	expect_ok("begin", db_begin(w->db, &err), &err);
	expect_ok("record",
	    db_exec(w->db, sql_apply_record_accounts,
		DB_ARGS(arena_printf(&w->arena, "%lld", (long long)w->site_id),
		    arena_printf(&w->arena, "%lld", (long long)w->night.run_id), db_array(&w->arena, &action, 1),
		    db_array(&w->arena, &outcome, 1), db_array(&w->arena, &(const char *){ "7" }, 1),
		    db_array(&w->arena, &(const char *){ "ana" }, 1), db_array(&w->arena, &(const char *){ "Ana" }, 1),
		    db_array(&w->arena, &(const char *){ "Ruiz" }, 1), db_array(&w->arena, &(const char *){ "" }, 1),
		    db_array(&w->arena, &asked, 1)),
		NULL, &err),
	    &err);
	expect_ok("commit", db_commit(w->db, &err), &err);
}

/* A run was killed after it had made the account, or somebody made it meanwhile: the mirror does not have it. */
static void
test_an_account_found_is_looked_at_first(void **state)
{
	static const struct {
		const char *title, *outcome, *world, *users, *gap;
	} cases[] = {
		{ "made: both enrolments go on", "done", NULL, "7 7", "enrol enrol" },
		{ "found: both go on", "found", NULL, "7 7", "enrol enrol" },
		{ "protected by its user name", "found",
		    "INSERT INTO ctok.protected_account SELECT tenant_id, site_id, 'ana' FROM ctok.site", "- -",
		    "PROTECTED_ACCOUNT PROTECTED_ACCOUNT" },
		{ "protected by its address", "found",
		    "INSERT INTO ctok.protected_account SELECT tenant_id, site_id, 'ana@x.test' FROM ctok.site", "- -",
		    "PROTECTED_ACCOUNT PROTECTED_ACCOUNT" },
		{ "enrolled in one of them by somebody", "found",
		    "INSERT INTO ctok.mirror_enrolment (tenant_id, site_id, course_id, user_id, method, active, status, "
		    "time_start, time_end,"
		    " roles, read_level) SELECT tenant_id, site_id, 1, 7, 'manual', true, 0, 0, 0, 'student', 2 FROM ctok.site",
		    "- 7", "ALREADY_ENROLLED enrol" },
		{ "a teacher there", "found",
		    "INSERT INTO ctok.mirror_enrolment (tenant_id, site_id, course_id, user_id, method, active, roles, read_level)"
		    " SELECT tenant_id, site_id, 2, 7, '?', true, 'editingteacher', 3 FROM ctok.site",
		    "7 -", "enrol PROTECTED_ACCOUNT" },
	};
	struct with_db *w;
	size_t i;

	for (i = 0; i < COUNT_OF(cases); i++) {
		assert_int_equal(setup(state), 0);
		w = *state;
		sell(w, "1", "NAME", "EUR", "2026-04-20T08:00:00Z");
		sell(w, "2", "OTHER", "EUR", "2026-04-20T08:00:00Z");
		night(w);
		if (cases[i].world != NULL)
			with_db_sql(w, cases[i].world);
		record_account(w, cases[i].outcome, "f");
		expect_text(cases[i].title,
		    one(w, "SELECT string_agg(coalesce(user_id::text, '-'), ' ' ORDER BY course_id) FROM ctok.action"
			   " WHERE kind = 'enrol' AND state = 'open'"),
		    cases[i].users);
		expect_text("the mirror has it",
		    one(w, "SELECT string_agg(concat_ws(' ', username, email_key, firstname, lastname), ',')"
			   " FROM ctok.mirror_user WHERE user_id = 7"),
		    "ana ana@x.test Ana Ruiz");
		expect_text("so that the rules see it at once",
		    one(w, "SELECT string_agg(gap, ' ' ORDER BY course_id) FROM rule.access_gap"), cases[i].gap);
		night(w);
		expect_text("and the next plan has nothing else",
		    one(w, "SELECT coalesce(string_agg(kind, ' '), '') FROM ctok.action a WHERE state = 'open' AND NOT EXISTS "
			   "(SELECT 1 FROM"
			   " rule.access_gap g WHERE g.gap = a.kind AND g.course_id = a.course_id AND g.user_id = a.user_id)"),
		    "");
	}
}

/* An account found is somebody else's work, unless we had asked for it: in this run, or in one that was cut off before it knew. */
static void
test_an_account_we_asked_for_is_of_our_making(void **state)
{
	static const char cut_off[] = "INSERT INTO ctok.journal (tenant_id, action_id, run_id, phase, outcome, at)"
				      " SELECT tenant_id, action_id, 0, 'before', 'sending', rule.now() FROM ctok.action"
				      " WHERE kind = 'create_account'";
	static const char not_sent[] = "INSERT INTO ctok.journal (tenant_id, action_id, run_id, phase, outcome, at)"
				       " SELECT tenant_id, action_id, 0, p.phase, p.outcome, rule.now() FROM ctok.action,"
				       " (VALUES ('before', 'sending'), ('after', 'not sent')) AS p(phase, outcome)"
				       " WHERE kind = 'create_account'";
	static const struct {
		const char *title, *outcome, *asked, *world, *made;
	} cases[] = {
		{ "made", "done", "f", NULL, "t" },
		{ "found before anything was sent", "found", "f", NULL, "f" },
		{ "found after the answer was lost", "found", "t", NULL, "t" },
		{ "found after a run was cut off", "found", "f", cut_off, "t" },
		{ "found after a run that did not send it", "found", "f", not_sent, "f" },
	};
	struct with_db *w;
	size_t i;

	for (i = 0; i < COUNT_OF(cases); i++) {
		assert_int_equal(setup(state), 0);
		w = *state;
		sell(w, "1", "NAME", "EUR", "2026-04-20T08:00:00Z");
		night(w);
		if (cases[i].world != NULL)
			with_db_sql(w, cases[i].world);
		record_account(w, cases[i].outcome, cases[i].asked);
		expect_text(cases[i].title, one(w, "SELECT made FROM ctok.account WHERE user_id = 7"), cases[i].made);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_what_is_under_way_waits_for_a_newer_reading, setup),
		cmocka_unit_test_setup(test_an_account_stays_wanted_while_an_enrolment_waits, setup),
		cmocka_unit_test_setup(test_an_account_found_is_looked_at_first, setup),
		cmocka_unit_test_setup(test_an_account_we_asked_for_is_of_our_making, setup),
		cmocka_unit_test_setup(test_two_names_of_a_course_are_one_access, setup),
		cmocka_unit_test_setup(test_a_course_that_appears_joins_its_names, setup),
		cmocka_unit_test_setup(test_currencies_are_not_added, setup),
		cmocka_unit_test_setup(test_findings_have_ids_of_their_own, setup),
		cmocka_unit_test_setup(test_a_finding_grows_old_under_its_longer_id, setup),
		cmocka_unit_test_setup(test_another_learner_is_a_finding, setup),
		cmocka_unit_test_setup(test_a_completion_has_one_certificate, setup),
	};

	return cmocka_run_group_tests(tests, with_db_open, with_db_close);
}
