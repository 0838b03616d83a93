/* Nobody loses access on the word of a source that is silent. Ana's month ended on 2026-05-02; each case lets something be silent, or
 * gone from the configuration, and looks at what a reconcile makes of it, and at what may be carried out. */
#include "expect.h"

#include "base/clock.h"
#include "db/rules.h"
#include "db/store.h"
#include "entitle/entitle.h"
#include "finding/finding.h"
#include "party/party.h"
#include "plan/plan.h"
#include "sql.h"
#include "with_db.h"

static const char *const course_one[] = { "C1" };
static struct config_source sources[2];

static struct config_product products[] = {
	{ .source = "shop",
	    .match = "sku:MONTH",
	    .site = "campus",
	    .courses = { (const char **)(uintptr_t)course_one, 1 },
	    .term = "P1M" },
	{ .source = "erp",
	    .match = "sku:MONTH",
	    .site = "campus",
	    .courses = { (const char **)(uintptr_t)course_one, 1 },
	    .term = "P1M" },
};

static const char *
one(struct with_db *w, const char *sql)
{
	const char *text = with_db_text(w, sql);

	return text != NULL ? text : "(none)";
}

static void
at(struct with_db *w, const char *now)
{
	struct err err = ERR_INIT;
	int64_t now_utc;

	expect_ok(now, clock_parse(now, &now_utc, NULL, &err), &err);
	expect_ok("rules_at", rules_at(w->db, now_utc, "Europe/Madrid", &err), &err);
}

static void
reconcile(struct with_db *w, bool full)
{
	struct err err = ERR_INIT;
	struct entitle_counts rights;
	struct plan_counts plan = { 0 };
	int64_t persons;
	bool changed;

	expect_ok("rules", entitle_sync_rules(&w->arena, w->db, &w->tenant, &changed, &err), &err);
	expect_ok("begin", db_begin(w->db, &err), &err);
	expect_ok("entitle_begin", entitle_begin(w->db, full, &err), &err);
	expect_ok("plan_settle", plan_settle(w->db, w->night.run_id, &plan, &err), &err);
	expect_ok("party_reckon", party_reckon(w->db, &persons, &err), &err);
	expect_ok("entitle_reckon", entitle_reckon(w->db, &rights, &err), &err);
	expect_ok("plan_make", plan_make(w->db, w->night.run_id, &plan, &err), &err);
	expect_ok("commit", db_commit(w->db, &err), &err);
}

static const char *
actions(struct with_db *w)
{
	return one(
	    w, "SELECT coalesce(string_agg(kind, ' ' ORDER BY action_id), '') FROM ctok.action WHERE state IN ('open', 'held')");
}

/* The plan, which a full look makes the same. */
static const char *
planned(struct with_db *w)
{
	const char *plan;

	reconcile(w, /* full= */ false);
	plan = actions(w);
	reconcile(w, /* full= */ true);
	expect_text("a full look plans the same", actions(w), plan);
	return plan;
}

static const char *
findings(struct with_db *w)
{
	struct finding_counts counts;
	struct err err = ERR_INIT;

	expect_ok("findings", finding_refresh(&w->arena, w->db, w->night.run_id, &counts, &err), &err);
	expect_text("every open unit is in one finding",
	    one(w, "SELECT string_agg(control, ' ') FROM rule.control_now WHERE expected <> actual AND control IN ('UNITS_CLASSED',"
		   " 'OPEN_IN_FINDINGS', 'MANAGED_IS_OWED')"),
	    "(none)");
	return one(w, "SELECT coalesce(string_agg(class || ' ' || units || ' ' || risk_minor || ' ' || detail, ' + ' ORDER BY "
		      "class, detail), '')"
		      " FROM ctok.finding WHERE cleared_at IS NULL");
}

/* What ctok-apply would take on now. */
static const char *
ready(struct with_db *w)
{
	struct err err = ERR_INIT;
	int64_t count;

	expect_ok("plan_ready", plan_ready(&w->arena, w->db, "campus", &count, &err), &err);
	return arena_printf(&w->arena, "%lld", (long long)count);
}

/* Source ${name} is, or the site, when it is "campus", was last read completely then. */
static void
read_at(struct with_db *w, const char *name, const char *when)
{
	with_db_sql(
	    w, arena_printf(&w->arena,
		   "UPDATE ctok.source_state t SET last_complete_at = '%s' FROM ctok.source s WHERE s.source_id = t.source_id AND"
		   " s.name = '%s'; UPDATE ctok.site_state SET last_complete_at = '%s' WHERE '%s' = 'campus'",
		   when, name, when, name));
}

static void
configure(struct with_db *w, size_t source_count, size_t product_count)
{
	struct err err = ERR_INIT;

	w->tenant.sources = sources;
	w->tenant.source_count = source_count;
	w->tenant.products = products;
	w->tenant.product_count = product_count;
	expect_ok("sync", store_sync(w->db, &w->config, &err), &err);
	expect_ok("tenant", db_tenant(w->db, w->tenant_id, &err), &err);
}

/* Ana bought a month in the shop on 2026-04-01, and has access. */
static int
setup(void **state)
{
	struct with_db *w = *state;
	size_t i;

	w->tenant.sources = &w->source;
	w->tenant.source_count = 1;
	if (with_db_fresh(state) != 0)
		return -1;
	for (i = 0; i < 2; i++) {
		sources[i] = w->source;
		sources[i].name = i == 0 ? "shop" : "erp";
		sources[i].closed = false;
		products[i].delivery = "direct";
		products[i].learner = "buyer";
		products[i].notice_days = 3;
		products[i].on_expiry = "suspend";
		products[i].on_refund = "suspend";
		products[i].on_dispute = "keep";
		products[i].price_tolerance = "0";
		products[i].certificate = "none";
	}
	configure(w, 1, 1);
	at(w, "2026-04-02T03:00:00Z");
	with_db_read(w);
	with_db_sql(w,
	    "INSERT INTO ctok.mirror_course SELECT ctok.current_tenant(), site_id, 1, 'C1', '', 'Course', true, true, true FROM"
	    " ctok.site; INSERT INTO ctok.live SELECT ctok.current_tenant(), site_id, source_id, '-infinity', now() FROM ctok.site,"
	    " ctok.source; INSERT INTO ctok.mirror_user SELECT tenant_id, site_id, 7, 'ana', 'ana@x.test', 'ana@x.test', 'Ana',"
	    " '-', false FROM ctok.site");
	with_db_sql(w,
	    "INSERT INTO ctok.contact (tenant_id, email, name) VALUES (ctok.current_tenant(), 'ana@x.test', 'Ana'); INSERT INTO"
	    " ctok.product (tenant_id, source_id, product_key, variant_key, sku, name) SELECT ctok.current_tenant(), source_id, "
	    "'p',"
	    " '', 'MONTH', 'Month' FROM ctok.source; INSERT INTO ctok.document (tenant_id, source_id, external_id, number, kind,"
	    " version, effective_at, modified_at, known_at, changed_at, status, currency, total_minor, subtotal_minor,"
	    " discount_minor, tax_minor, shipping_minor, refunded_minor, unallocated_minor, tax_included, buyer_contact_id) SELECT"
	    " p.tenant_id, source_id, '1', '1', 'order', 1, '2026-04-01 08:00Z', '2026-04-01 08:00Z', now(), now(), 'paid', 'EUR',"
	    " 900, 900, 0, 0, 0, 0, 0, false, contact_id FROM ctok.product p, ctok.contact; INSERT INTO ctok.line (tenant_id,"
	    " document_id, line_no, line_key, product_id, quantity, unit_price_minor, net_minor) SELECT d.tenant_id, document_id, "
	    "1,"
	    " '1', product_id, 1, 900, 900 FROM ctok.document d, ctok.product; INSERT INTO ctok.unit (tenant_id, document_id,"
	    " line_no, unit_no, net_minor) SELECT tenant_id, document_id, 1, 1, 900 FROM ctok.document; INSERT INTO"
	    " ctok.dirty_document SELECT tenant_id, document_id FROM ctok.document");
	reconcile(w, /* full= */ false);
	expect_text("at first", actions(w), "enrol");
	with_db_sql(w,
	    "INSERT INTO ctok.mirror_enrolment (tenant_id, site_id, course_id, user_id, method, active, status, time_start, "
	    "time_end,"
	    " roles, read_level) SELECT tenant_id, site_id, 1, 7, 'manual', true, 0, wanted_start, wanted_end, 'student', 1 FROM"
	    " ctok.access; INSERT INTO ctok.managed SELECT a.tenant_id, a.site_id, 1, 7, action_id, wanted_start, wanted_end, 0 "
	    "FROM"
	    " ctok.access a, ctok.action; UPDATE ctok.action SET state = 'done'");
	/* Her month ends at 00:00 in Madrid. */
	at(w, "2026-05-02T03:00:00Z");
	with_db_read(w);
	return 0;
}

static void
test_a_silent_source_ends_nothing(void **state)
{
	struct with_db *w = *state;

	read_at(w, "shop", "2026-04-30T03:00:00Z");
	expect_text("nothing is planned", planned(w), "");
	expect_text("it is said, with the money, and who is silent since when", findings(w),
	    "END_WAITS 1 900 source \"shop\" last read completely 2026-04-30 05:00 + SOURCE_SILENT 0 0 source \"shop\" last read "
	    "completely"
	    " 2026-04-30 05:00; the end of 1 access waits for it");
	at(w, "2026-05-03T03:00:00Z");
	with_db_read(w);
	expect_text("read again, it ends by itself, without a full look", planned(w), "suspend");
	expect_text("and may be carried out", ready(w), "1");
	expect_text("nothing is silent", findings(w), "NOT_APPLIED 1 900 ");
}

static void
test_an_incomplete_reading_is_silence_whatever_its_age(void **state)
{
	struct with_db *w = *state;

	with_db_sql(w,
	    "INSERT INTO ctok.pull (tenant_id, source_id, run_id, window_from, window_to, begun_at, failure) SELECT tenant_id,"
	    " source_id, 0, rule.now(), rule.now(), rule.now(), 'the answer is HTML' FROM ctok.source");
	expect_text("nothing is planned", planned(w), "");
	expect_text("and why", findings(w),
	    "END_WAITS 1 900 source \"shop\" last read completely 2026-05-02 05:00 + SOURCE_SILENT 0 0 source \"shop\" last read "
	    "completely"
	    " 2026-05-02 05:00; the end of 1 access waits for it; the answer is HTML");
}

static void
test_the_age_is_the_setting(void **state)
{
	struct with_db *w = *state;

	read_at(w, "shop", "2026-05-01T01:00:00Z");
	expect_text("26 hours are not too old", planned(w), "suspend");
	read_at(w, "shop", "2026-05-01T00:59:59Z");
	expect_text("a second more is", planned(w), "");
	sources[0].max_age_s = 30 * 3600;
	configure(w, 1, 1);
	expect_text("unless the setting says so", planned(w), "suspend");
}

static void
test_a_site_not_read_ends_nothing(void **state)
{
	struct with_db *w = *state;

	read_at(w, "campus", "2026-04-30T03:00:00Z");
	expect_text("nothing is planned", planned(w), "");
	expect_text("it is said", findings(w),
	    "END_WAITS 1 900 site \"campus\" last read completely 2026-04-30 05:00 + SOURCE_SILENT 0 0 site \"campus\" last read "
	    "completely"
	    " 2026-04-30 05:00; the end of 1 access waits for it");
}

static void
test_every_source_of_the_course_is_needed(void **state)
{
	struct with_db *w = *state;

	configure(w, 2, 1);
	expect_text("a source without a rule for the course does not matter", planned(w), "suspend");
	configure(w, 2, 2);
	expect_text("one with a rule does, from the first day", planned(w), "");
	expect_text("it is said", findings(w),
	    "END_WAITS 1 900 source \"erp\" never read completely + SOURCE_SILENT 0 0 source \"erp\" never read completely; the "
	    "end of 1 access"
	    " waits for it");
	with_db_read(w);
	expect_text("read, it has no objection", planned(w), "suspend");
	sources[1].closed = true;
	configure(w, 2, 2);
	read_at(w, "erp", "2025-01-01T00:00:00Z");
	expect_text("nor when it sells no more", planned(w), "suspend");
}

static void
test_what_was_planned_waits_when_a_source_falls_silent(void **state)
{
	struct with_db *w = *state;

	expect_text("planned", planned(w), "suspend");
	expect_text("to be carried out", ready(w), "1");
	read_at(w, "shop", "2026-04-30T03:00:00Z");
	expect_text("not any more", ready(w), "0");
	with_db_read(w);
	with_db_sql(w, "INSERT INTO ctok.dirty_document SELECT tenant_id, document_id FROM ctok.document");
	expect_text("nor while the ledger has news that no plan has seen", ready(w), "0");
	reconcile(w, /* full= */ false);
	expect_text("reconciled, it may", ready(w), "1");
	read_at(w, "shop", "2026-04-30T03:00:00Z");
	expect_text("the next plan drops it", planned(w), "");
}

static void
test_a_refund_waits_too(void **state)
{
	struct with_db *w = *state;

	at(w, "2026-04-10T03:00:00Z");
	with_db_read(w);
	configure(w, 2, 2);
	/* Given back before its first second: no term is left. */
	with_db_sql(w,
	    "UPDATE ctok.document SET refunded_minor = 900; INSERT INTO ctok.movement (tenant_id, document_id, kind, external_key,"
	    " amount_minor, currency, effective_at, known_at, run_id) SELECT tenant_id, document_id, 'refund', 'r', -900, 'EUR',"
	    " '2026-04-01 08:00Z', now(), 1 FROM ctok.document; INSERT INTO ctok.dirty_document SELECT tenant_id, document_id FROM"
	    " ctok.document");
	expect_text("the other source may know more", planned(w), "");
	with_db_read(w);
	expect_text("it does not", planned(w), "suspend");
}

static void
test_a_rule_that_is_removed_ends_nothing(void **state)
{
	struct with_db *w = *state;

	configure(w, 1, 0);
	expect_text("nothing is planned", planned(w), "");
	expect_text("it is said", findings(w),
	    "END_WAITS 1 900 no rule leads from source \"shop\" to the course any more + RULE_GONE 0 0 no rule leads from source "
	    "\"shop\" to the"
	    " course any more; the end of 1 access waits for it");
	configure(w, 0, 0);
	expect_text("nor when the source is gone", planned(w), "");
	expect_text("it is said", findings(w),
	    "END_WAITS 1 900 source \"shop\" is no longer in the configuration + RULE_GONE 0 0 source \"shop\" is no longer in the"
	    " configuration; the end of 1 access waits for it");
	configure(w, 1, 1);
	expect_text("put back, it ends", planned(w), "suspend");
	sources[0].closed = true;
	configure(w, 1, 0);
	expect_text("and without its rule, when the source sells no more", planned(w), "suspend");
	products[0].grace_days = 0;
	products[0].notice_days = 5;
	sources[0].closed = false;
	configure(w, 1, 1);
	expect_text("a rule that reads otherwise now is there", planned(w), "suspend");
}

/* Moodle's row ends in so many hours from now on. */
static void
ends_in(struct with_db *w, int hours)
{
	with_db_sql(
	    w, arena_printf(&w->arena,
		   "UPDATE ctok.mirror_enrolment SET time_end = extract(epoch FROM rule.now() + interval '%d hours')", hours));
}

/* The open actions with Moodle's end after them. */
static const char *
ends(struct with_db *w)
{
	(void)planned(w);
	return one(w, "SELECT coalesce(string_agg(concat_ws(' ', kind, reason, to_timestamp(after_end)), ', '), '') FROM "
		      "ctok.action WHERE state"
		      " IN ('open', 'held')");
}

static void
carry_out(struct with_db *w)
{
	with_db_sql(w, "UPDATE ctok.mirror_enrolment m SET time_end = a.after_end FROM ctok.action a WHERE a.state = 'open'; "
		       "UPDATE ctok.managed"
		       " m SET written_end = a.after_end FROM ctok.action a WHERE a.state = 'open'; UPDATE ctok.action SET state = "
		       "'done' WHERE"
		       " state = 'open'");
}

static void
test_moodles_own_end_moves_out_once_in_a_tail(void **state)
{
	struct with_db *w = *state;

	read_at(w, "shop", "2026-04-30T03:00:00Z");
	ends_in(w, 73);
	expect_text("more than 3 days are enough", ends(w), "");
	ends_in(w, 71);
	expect_text("less are not: out by the tail", ends(w), "extend waits 2026-05-09 22:00:00+00");
	expect_text("it is to be carried out", ready(w), "1");
	carry_out(w);
	at(w, "2026-05-03T03:00:00Z");
	expect_text("the night after writes nothing", ends(w), "");
	at(w, "2026-05-06T21:00:00Z");
	expect_text("nor do the others while it is not near", ends(w), "");
	at(w, "2026-05-07T03:00:00Z");
	expect_text("near again, it moves again", ends(w), "extend waits 2026-05-14 22:00:00+00");
	with_db_read(w);
	expect_text("read, there is no need: it ends", ends(w), "suspend term 2026-05-09 22:00:00+00");
	read_at(w, "shop", "2026-04-30T03:00:00Z");
	at(w, "2026-05-09T22:00:00Z");
	expect_text("what Moodle ended is not begun anew", ends(w), "");
}

static void
test_a_held_end_is_not_left_to_moodle(void **state)
{
	struct with_db *w = *state;
	struct err err = ERR_INIT;

	expect_text("planned", planned(w), "suspend");
	with_db_sql(w, "UPDATE ctok.action SET state = 'held', held_why = 'brake' WHERE kind = 'suspend'");
	expect_text("held", one(w, "SELECT kind || ' ' || state FROM ctok.action WHERE state = 'held'"), "suspend held");
	ends_in(w, 200);
	with_db_sql(w,
	    "UPDATE ctok.action SET before_end = (SELECT time_end FROM ctok.mirror_enrolment), after_end = (SELECT time_end FROM"
	    " ctok.mirror_enrolment) WHERE state = 'held'");
	at(w, "2026-05-08T03:00:00Z");
	with_db_read(w);
	reconcile(w, /* full= */ false);
	expect_text("near the end, without a full look",
	    one(w, "SELECT string_agg(kind || ' ' || reason, ', ') FROM ctok.action WHERE state = 'open'"), "extend waits");
	/* The brakes count it all the same. */
	expect_ok("begin", db_begin(w->db, &err), &err);
	expect_ok("items", db_exec(w->db, sql_brake_items, DB_NONE, NULL, &err), &err);
	expect_ok("judged", db_exec(w->db, sql_plan_judged, DB_NONE, NULL, &err), &err);
	expect_text("counted, not held",
	    one(w, "SELECT string_agg(concat_ws(' ', item_id, kind), ', ') FROM brake_item WHERE kind IS NOT NULL"), "0 suspend");
	expect_ok("commit", db_commit(w->db, &err), &err);
}

static void
test_nobody_is_told_what_may_not_be_so(void **state)
{
	struct with_db *w = *state;
	struct err err = ERR_INIT;
	int64_t notices;

	at(w, "2026-04-02T03:00:00Z");
	with_db_sql(w, "UPDATE ctok.product_rule SET grace_days = 14");
	products[0].grace_days = 14;
	at(w, "2026-05-02T03:00:00Z");
	read_at(w, "shop", "2026-04-30T03:00:00Z");
	(void)planned(w);
	expect_ok("begin", db_begin(w->db, &err), &err);
	expect_ok("notices", entitle_notices(&w->arena, w->db, &w->night, "en", &notices, &err), &err);
	assert_int_equal(notices, 0);
	expect_ok("commit", db_commit(w->db, &err), &err);
	with_db_read(w);
	expect_ok("begin", db_begin(w->db, &err), &err);
	expect_ok("notices", entitle_notices(&w->arena, w->db, &w->night, "en", &notices, &err), &err);
	assert_int_equal(notices, 1);
	expect_ok("commit", db_commit(w->db, &err), &err);
	products[0].grace_days = 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_a_silent_source_ends_nothing, setup),
		cmocka_unit_test_setup(test_an_incomplete_reading_is_silence_whatever_its_age, setup),
		cmocka_unit_test_setup(test_the_age_is_the_setting, setup),
		cmocka_unit_test_setup(test_a_site_not_read_ends_nothing, setup),
		cmocka_unit_test_setup(test_every_source_of_the_course_is_needed, setup),
		cmocka_unit_test_setup(test_what_was_planned_waits_when_a_source_falls_silent, setup),
		cmocka_unit_test_setup(test_a_refund_waits_too, setup),
		cmocka_unit_test_setup(test_a_rule_that_is_removed_ends_nothing, setup),
		cmocka_unit_test_setup(test_moodles_own_end_moves_out_once_in_a_tail, setup),
		cmocka_unit_test_setup(test_a_held_end_is_not_left_to_moodle, setup),
		cmocka_unit_test_setup(test_nobody_is_told_what_may_not_be_so, setup),
	};

	return cmocka_run_group_tests(tests, with_db_open, with_db_close);
}
