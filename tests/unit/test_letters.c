/* Mails about certificates and about nights, from their events to the outbox: who is told, with which values, once, and no longer once it is
 * moot. Certificates are drawn. */
#include "expect.h"

#include <stdio.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/exit.h"
#include "certificate/issue.h"
#include "db/rules.h"
#include "finding/summary.h"
#include "with_db.h"

static const char *
one(struct with_db *w, const char *sql)
{
	const char *text = with_db_text(w, sql);

	return text != NULL ? text : "(none)";
}

/* A school that has been live since ever; its certificates are valid for two years, with reminders after the default. */
static int
setup(void **state)
{
	struct with_db *w;

	if (with_db_fresh(state) != 0)
		return -1;
	w = *state;
	w->config.template_dir = "templates";
	w->tenant.locale = "en";
	w->tenant.certificate =
	    (struct config_certificate){ .template = "classic", .issuer = "Acme", .verify_url = "https://acme.example/v/" };
	w->tenant.mail = (struct config_mail){ .operator_to = "Training desk <ops@acme.example>" };
	with_db_sql(w, "UPDATE ctok.tenant SET mails = '{certificate-waiting,certificate-expiring}', certificate_days = '{60,14}'");
	with_db_sql(w, "INSERT INTO ctok.mirror_course SELECT ctok.current_tenant(), site_id, n, 'C' || n, '', 'Course ' || n, "
		       "true, true, true FROM ctok.site, generate_series(1, 2) AS n");
	with_db_sql(w, "INSERT INTO ctok.live SELECT ctok.current_tenant(), site_id, source_id, '-infinity', now() FROM ctok.site, "
		       "ctok.source");
	with_db_sql(w,
	    "INSERT INTO ctok.target (tenant_id, site_id, reference, course_id) SELECT tenant_id, site_id, 'shortname:C' || n, n"
	    " FROM ctok.site, generate_series(1, 2) AS n");
	with_db_sql(w,
	    "INSERT INTO ctok.product_rule (tenant_id, digest, source_id, match_kind, pattern, site_id, role, grace_days,"
	    " notice_days, delivery, learner, on_expiry, on_refund, renews, certificate, certificate_valid, exclude)"
	    " SELECT s.tenant_id, 'd', o.source_id, 'sku', '*', s.site_id, '', 14, 3, 'direct', 'form', 'suspend', 'suspend', "
	    "false, 'classic', 'P2Y', false FROM ctok.site s, ctok.source o");
	return 0;
}

/* A learner with both courses. */
static void
learner(struct with_db *w, int number, const char *first_name)
{
	with_db_sql(w,
	    arena_printf(&w->arena,
		"WITH p AS (INSERT INTO ctok.person (tenant_id, person_id, display_name, email, known_at) OVERRIDING SYSTEM VALUE"
		" VALUES (ctok.current_tenant(), %d, '%s Baker', 'p%d@x.test', now()) RETURNING *),"
		" k AS (INSERT INTO ctok.account SELECT s.tenant_id, s.site_id, p.person_id, 100 + p.person_id, true FROM p, "
		"ctok.site s),"
		" u AS (INSERT INTO ctok.mirror_user SELECT s.tenant_id, s.site_id, 100 + p.person_id, 'u', p.email, p.email, "
		"'%s', 'Baker', false FROM p, ctok.site s),"
		" a AS (INSERT INTO ctok.access (tenant_id, person_id, target_id, site_id, state, why, wanted, trial, starts_at, "
		"ends_at, rule_id, role) SELECT t.tenant_id, p.person_id, t.target_id, t.site_id, 'active', 'term', 'active', "
		"false, '2020-01-01', 'infinity', r.rule_id, '' FROM p, ctok.target t, ctok.product_rule r)"
		" INSERT INTO ctok.entitlement (tenant_id, unit_id, target_id, person_id, rule_id, source_id, document_id, "
		"price_minor, currency, sold_at, starts_at, ends_at, cycle, matched_at) SELECT t.tenant_id, 10 * p.person_id + "
		"t.target_id, t.target_id, p.person_id, r.rule_id, r.source_id, 1, 1, 'EUR', '2020-01-01', '2020-01-01', "
		"'infinity', 1, now() FROM p, ctok.target t, ctok.product_rule r",
		number, first_name, number, first_name));
}

static void
completed(struct with_db *w, int number, int course, const char *at)
{
	with_db_sql(
	    w, arena_printf(&w->arena,
		   "INSERT INTO ctok.mirror_completion (tenant_id, site_id, course_id, user_id, completed_at) SELECT tenant_id, "
		   "site_id, %d, %d, '%s' FROM ctok.site ON CONFLICT (tenant_id, site_id, course_id, user_id) DO UPDATE SET "
		   "completed_at = excluded.completed_at",
		   course, 100 + number, at));
}

static bool
go_on(void *context)
{
	(void)context;
	return true;
}

static void
progress(void *context, int64_t done, int64_t total)
{
	(void)context, (void)done, (void)total;
}

/* ctok-certify of a night: how many learners it tells. */
static int
certify(struct with_db *w, const char *now)
{
	struct issue_run run = { &w->config, &w->tenant, &w->night, /* dry_run= */ false, go_on, progress, NULL };
	struct issue_counts counts = { 0 };
	struct err err = ERR_INIT;

	expect_ok(now, clock_parse(now, &w->night.now_utc, NULL, &err), &err);
	expect_ok("rules_at", rules_at(w->db, w->night.now_utc, "Europe/Madrid", &err), &err);
	expect_ok("certify", issue_all(w->db, &run, &counts, &err), &err);
	return (int)counts.told;
}

static void
sent(struct with_db *w)
{
	with_db_sql(w, "UPDATE ctok.outbox SET state = 'sent', accepted_at = rule.now(), sent_at = rule.now(), recipient = NULL,"
		       " facts = '{}', attachment_path = NULL, attachment_name = NULL WHERE state = 'queued'");
}

static const char *
queued(struct with_db *w)
{
	return one(w, "SELECT coalesce(string_agg(concat_ws(' ', template, person_id, facts ->> 'date', facts ->> 'days'), ', '"
		      " ORDER BY template, person_id), '') FROM ctok.outbox WHERE state = 'queued'");
}

static void
test_a_certificate_says_until_when_it_is_valid_and_where_to_check_it(void **state)
{
	struct with_db *w = *state;

	learner(w, 1, "Ana");
	completed(w, 1, 1, "2026-04-30T23:30:00Z"); /* the first of May in Madrid */
	assert_int_equal(certify(w, "2026-05-02T03:00:00Z"), 0);
	expect_text("the last day that counts, and the address of the QR code",
	    one(w, "SELECT concat_ws(' ', o.facts ->> 'date', o.facts ->> 'valid_until', o.facts ->> 'verify_url' = "
		   "'https://acme.example/v/' || i.serial) FROM ctok.outbox o, ctok.issue i"),
	    "2026-05-01 2028-05-01 t");
	/* Without either there is nothing to say. */
	w->tenant.certificate.verify_url = NULL;
	with_db_sql(w, "UPDATE ctok.product_rule SET certificate_valid = NULL");
	completed(w, 1, 2, "2026-05-02T08:00:00Z");
	assert_int_equal(certify(w, "2026-05-03T03:00:00Z"), 0);
	expect_text("nothing",
	    one(w, "SELECT string_agg(k, ' ' ORDER BY k) FROM ctok.outbox o, jsonb_object_keys(o.facts) k WHERE o.facts ->> "
		   "'course' = 'Course 2'"),
	    "course date learner serial");
}

static void
test_the_end_of_a_certificate_is_told_in_time(void **state)
{
	struct with_db *w = *state;

	with_db_sql(w, "UPDATE ctok.site SET url = 'https://m.example'");
	learner(w, 1, "Ana");
	learner(w, 2, "Bo");
	completed(w, 1, 1, "2026-04-30T08:00:00Z");
	completed(w, 2, 1, "2026-04-30T08:00:00Z");
	certify(w, "2026-05-01T03:00:00Z");
	sent(w);
	assert_int_equal(certify(w, "2028-02-29T03:00:00Z"), 0);
	assert_int_equal(certify(w, "2028-03-01T03:00:00Z"), 2);
	expect_text("sixty days before, not a day earlier", queued(w),
	    "certificate-expiring 1 2028-04-30 60, certificate-expiring 2 2028-04-30 60");
	expect_text("with its number, and the way to the course",
	    one(w, "SELECT (o.facts ->> 'serial' = i.serial AND o.facts ->> 'course_url' = "
		   "'https://m.example/course/view.php?id=1')::text"
		   " FROM ctok.outbox o JOIN ctok.issue i USING (tenant_id, person_id) WHERE o.state = 'queued' AND person_id = 1"),
	    "true");
	assert_int_equal(certify(w, "2028-03-02T03:00:00Z"), 0);
	/* Ana takes the course again before she could be reminded; Bo is. */
	with_db_sql(w, "UPDATE ctok.entitlement SET ends_at = '2027-01-01' WHERE target_id = (SELECT min(target_id) FROM "
		       "ctok.target)");
	with_db_sql(w,
	    "INSERT INTO ctok.entitlement (tenant_id, unit_id, target_id, person_id, rule_id, source_id, document_id, price_minor,"
	    " currency, sold_at, starts_at, ends_at, cycle, matched_at) SELECT tenant_id, 1000 + unit_id, target_id, person_id,"
	    " rule_id, source_id, 1, 1, 'EUR', '2028-01-01', '2028-01-01', 'infinity', 2, now() FROM ctok.entitlement WHERE "
	    "ends_at = '2027-01-01'");
	completed(w, 1, 1, "2028-03-02T08:00:00Z");
	assert_int_equal(certify(w, "2028-03-03T03:00:00Z"), 0);
	expect_text("renewed: nobody is reminded of the old one", queued(w),
	    "certificate 1 2028-03-02, certificate-expiring 2 2028-04-30 60");
	sent(w);
	/* The nights before did not run: the nearest one counts. */
	assert_int_equal(certify(w, "2028-04-28T03:00:00Z"), 1);
	expect_text("once more", queued(w), "certificate-expiring 2 2028-04-30 2");
	/* It waits until its day has come: what it says is no longer so. */
	assert_int_equal(certify(w, "2028-04-30T03:00:00Z"), 0);
	expect_text("too late", queued(w), "");
	/* A certificate that is taken back ends with its reminders. */
	assert_int_equal(certify(w, "2030-01-02T03:00:00Z"), 1);
	with_db_sql(w, "UPDATE ctok.issue SET state = 'revoked' WHERE valid_until > '2029-01-01'");
	assert_int_equal(certify(w, "2030-01-03T03:00:00Z"), 0);
	expect_text("taken back", queued(w), "");
	/* Not of a tenant that does without. */
	with_db_sql(w, "UPDATE ctok.issue SET state = 'live' WHERE state = 'revoked'");
	with_db_sql(w, "UPDATE ctok.tenant SET mails = '{}'");
	assert_int_equal(certify(w, "2030-02-20T03:00:00Z"), 0);
}

static void
test_whose_name_is_in_question_is_asked_once(void **state)
{
	struct with_db *w = *state;

	learner(w, 1, "Ana");
	learner(w, 2, "\U00010380"); /* Ugaritic: no font of ours has it */
	with_db_sql(
	    w, "INSERT INTO ctok.contact (tenant_id, email, name) VALUES (ctok.current_tenant(), 'p1@x.test', 'Ana Baker')");
	with_db_sql(w, "INSERT INTO ctok.name_doubt (tenant_id, person_id, contact_id, seen_at) SELECT tenant_id, 1, contact_id, "
		       "now() FROM ctok.contact");
	completed(w, 1, 1, "2026-04-29T08:00:00Z");
	completed(w, 1, 2, "2026-04-30T08:00:00Z");
	completed(w, 2, 1, "2026-04-30T08:00:00Z");
	assert_int_equal(certify(w, "2026-05-01T03:00:00Z"), 2);
	expect_text(
	    "each once, however many wait", queued(w), "certificate-waiting 1 2026-04-30, certificate-waiting 2 2026-04-30");
	assert_int_equal(certify(w, "2026-05-02T03:00:00Z"), 0);
	/* Both are answered before the mail went: in the shop, and in Moodle. */
	with_db_sql(w, "UPDATE ctok.name_doubt SET settled_at = now()");
	with_db_sql(w, "UPDATE ctok.mirror_user SET firstname = 'Bo' WHERE user_id = 102");
	certify(w, "2026-05-03T03:00:00Z");
	expect_text("then they have their certificates, and are asked no more", queued(w),
	    "certificate 1 2026-04-29, certificate 1 2026-04-30, certificate 2 2026-04-30");
	sent(w);
	/* Asked, and nobody answers: the others are asked for after a fortnight. */
	learner(w, 3, "\U00010380");
	completed(w, 3, 1, "2026-05-04T08:00:00Z");
	assert_int_equal(certify(w, "2026-05-05T03:00:00Z"), 1);
	sent(w);
	completed(w, 3, 2, "2026-05-05T08:00:00Z");
	assert_int_equal(certify(w, "2026-05-18T03:00:00Z"), 0);
	assert_int_equal(certify(w, "2026-05-20T03:00:00Z"), 1);
	expect_text("of the other course", queued(w), "certificate-waiting 3 2026-05-05");
	/* What is wrong with a course is no learner's to mend. */
	with_db_sql(w, "UPDATE ctok.mirror_course SET fullname = E'\\U00010380' WHERE course_id = 1");
	learner(w, 4, "Cy");
	completed(w, 4, 1, "2026-05-19T08:00:00Z");
	assert_int_equal(certify(w, "2026-06-20T03:00:00Z"), 0);
	expect_text("refused for the course", one(w, "SELECT state FROM ctok.issue WHERE person_id = 4"), "refused");
}

static void
test_the_operator_hears_of_a_night_once(void **state)
{
	struct with_db *w = *state;
	struct err err = ERR_INIT;
	bool added;

	w->night.now_utc = WITH_DB_NOW - 4 * 3600; /* before midnight in UTC, after it in Madrid */
	with_db_sql(w,
	    arena_printf(&w->arena,
		"INSERT INTO ctok.run (tenant_id, run_id, night_id, program, effective_at, known_at, ended_at, exit_code, "
		"counts) OVERRIDING SYSTEM VALUE SELECT ctok.current_tenant(), 700 + n, %lld, p, now(), now(), now(), c, t::jsonb "
		"FROM (VALUES (1, 'ctok-pull-sales', 0, '{\"documents\": 12}'), (2, 'ctok-apply', 65, '{\"enrol\": 4}')) x (n, p, "
		"c, t)",
		(long long)w->night.id));
	with_db_sql(w, "UPDATE ctok.run SET program = 'ctok-nightly' WHERE run_id < 700");
	with_db_sql(w, "INSERT INTO ctok.finding (tenant_id, finding_id, class, risk, risk_minor, currency, first_seen, opened_run)"
		       " SELECT ctok.current_tenant(), 'F' || n, 'ALREADY_ENROLLED', 'paid_without_access', 9900, 'EUR', "
		       "'2026-04-30T03:00:00Z', 1 FROM generate_series(1, 3) n");
	expect_ok("mail", summary_mail(&w->arena, w->db, &w->config, &w->tenant, &w->night, EXIT_SOME, &added, &err), &err);
	assert_true(added);
	expect_text("to whom, of which night",
	    one(w,
		"SELECT concat_ws(' / ', recipient, person_id, template, locale, facts ->> 'operator', facts ->> 'date', facts ->> "
		"'findings') FROM ctok.outbox"),
	    "ops@acme.example / operator-summary / en / Training desk / 2026-05-01 / 3");
	expect_text("what it did", one(w, "SELECT facts ->> 'lines' FROM ctok.outbox"),
	    "! some items failed: see sheet Exceptions (exit 65)\n"
	    "ctok-pull-sales: documents 12\n"
	    "! ctok-apply: some items failed: see sheet Exceptions (enrol 4)\n"
	    "3 × ALREADY_ENROLLED, at risk 297.00 EUR, since 2026-04-30\n");
	expect_ok("again", summary_mail(&w->arena, w->db, &w->config, &w->tenant, &w->night, EXIT_OK, &added, &err), &err);
	assert_false(added);
	w->tenant.mail.operator_to = "nobody";
	assert_int_equal(summary_mail(&w->arena, w->db, &w->config, &w->tenant, &w->night, EXIT_OK, &added, &err), -1);
	assert_int_equal(err.code, ERR_CONFIG);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_a_certificate_says_until_when_it_is_valid_and_where_to_check_it, setup),
		cmocka_unit_test_setup(test_the_end_of_a_certificate_is_told_in_time, setup),
		cmocka_unit_test_setup(test_whose_name_is_in_question_is_asked_once, setup),
		cmocka_unit_test_setup(test_the_operator_hears_of_a_night_once, setup),
	};

	return cmocka_run_group_tests(tests, with_db_open, with_db_close);
}
