/* From sales to rights, on a real database: each case sells, gives back or waits, runs a reconcile, and reads what is owed. */
#include "expect.h"

#include <stdio.h>

#include "base/clock.h"
#include "brake/approval.h"
#include "db/rules.h"
#include "entitle/entitle.h"
#include "entitle/live.h"
#include "finding/finding.h"
#include "party/party.h"
#include "plan/plan.h"
#include "selling.h"
#include "with_db.h"

static const char *const course_one[] = { "C1" }, *const bundle[] = { "C1", "C2" };

/* The rules of every case. Term in the pattern's name. */
static struct config_product products[] = {
	{ .source = "shop",
	    .match = "sku:YEAR",
	    .site = "campus",
	    .courses = { (const char **)(uintptr_t)course_one, 1 },
	    .term = "P1Y",
	    .grace_days = 14,
	    .notice_days = 3 },
	{ .source = "shop",
	    .match = "sku:MONTH",
	    .site = "campus",
	    .courses = { (const char **)(uintptr_t)course_one, 1 },
	    .term = "P1M",
	    .grace_days = 0,
	    .notice_days = 3,
	    .renews = true },
	{ .source = "shop",
	    .match = "sku:EVER",
	    .site = "campus",
	    .courses = { (const char **)(uintptr_t)course_one, 1 },
	    .grace_days = 14,
	    .notice_days = 3 },
	{ .source = "shop",
	    .match = "sku:BUNDLE",
	    .site = "campus",
	    .courses = { (const char **)(uintptr_t)bundle, 2 },
	    .term = "P1Y",
	    .grace_days = 14,
	    .notice_days = 3,
	    .price = "100.00 EUR" },
	{ .source = "shop",
	    .match = "sku:KEEP",
	    .site = "campus",
	    .courses = { (const char **)(uintptr_t)course_one, 1 },
	    .term = "P1Y",
	    .grace_days = 0,
	    .notice_days = 3,
	    .on_expiry = "keep",
	    .on_refund = "unenrol" },
	{ .source = "shop",
	    .match = "sku:FORM",
	    .site = "campus",
	    .courses = { (const char **)(uintptr_t)course_one, 1 },
	    .term = "P1Y",
	    .grace_days = 14,
	    .notice_days = 3,
	    .learner = "form" },
	{ .source = "shop", .match = "sku:BOOK*", .site = "campus", .grace_days = 14, .notice_days = 3, .exclude = true },
	{ .source = "shop",
	    .match = "sku:TIE-*",
	    .site = "campus",
	    .courses = { (const char **)(uintptr_t)course_one, 1 },
	    .grace_days = 14,
	    .notice_days = 3 },
	{ .source = "shop",
	    .match = "sku:*-TIE",
	    .site = "campus",
	    .courses = { (const char **)(uintptr_t)course_one, 1 },
	    .grace_days = 14,
	    .notice_days = 3 },
	{ .source = "shop",
	    .match = "sku:PATIENT",
	    .site = "campus",
	    .courses = { (const char **)(uintptr_t)course_one, 1 },
	    .term = "P1Y",
	    .grace_days = CONFIG_NEVER,
	    .notice_days = 3,
	    .on_refund = "unenrol" },
	{ .source = "shop",
	    .match = "sku:EDITION",
	    .site = "campus",
	    .courses = { (const char **)(uintptr_t)course_one, 1 },
	    .until = "2026-06-30",
	    .grace_days = 0,
	    .notice_days = 3 },
	{ .source = "shop",
	    .match = "sku:WARY",
	    .site = "campus",
	    .courses = { (const char **)(uintptr_t)course_one, 1 },
	    .term = "P1Y",
	    .grace_days = 0,
	    .notice_days = 3,
	    .on_dispute = "suspend",
	    .price = "100.00 EUR",
	    .price_tolerance = "3" },
	{ .source = "shop",
	    .match = "sku:PROUD",
	    .site = "campus",
	    .courses = { (const char **)(uintptr_t)course_one, 1 },
	    .term = "P1M",
	    .grace_days = 14,
	    .notice_days = 3,
	    .on_dispute = "suspend" },
	{ .source = "shop", .match = "name:Special*", .site = "campus", .grace_days = 14, .notice_days = 3, .exclude = true },
};

/* A case's world: two courses, a rule for each SKU, the shop live since ever. */
static int
setup(void **state)
{
	struct err err = ERR_INIT;
	struct with_db *w;
	bool changed;
	size_t i;

	if (with_db_fresh(state) != 0)
		return -1;
	w = *state;
	for (i = 0; i < COUNT_OF(products); i++) {
		struct config_product *p = &products[i];

		p->delivery = "direct";
		p->learner = p->learner != NULL ? p->learner : "form_or_buyer";
		p->on_expiry = p->on_expiry != NULL ? p->on_expiry : "suspend";
		p->on_refund = p->on_refund != NULL ? p->on_refund : "suspend";
		p->on_dispute = p->on_dispute != NULL ? p->on_dispute : "keep";
		p->price_tolerance = p->price_tolerance != NULL ? p->price_tolerance : "0";
	}
	w->tenant.products = products;
	w->tenant.product_count = COUNT_OF(products);
	expect_ok("rules_at", rules_at(w->db, WITH_DB_NOW, "Europe/Madrid", &err), &err);
	expect_ok("rules", entitle_sync_rules(&w->arena, w->db, &w->tenant, &changed, &err), &err);
	assert_true(changed);
	with_db_sql(w, "INSERT INTO ctok.mirror_course SELECT ctok.current_tenant(), site_id, n, 'C' || n, '', 'Course ' || n, "
		       "true, true, true"
		       " FROM ctok.site, generate_series(1, 2) AS n");
	with_db_sql(w, "INSERT INTO ctok.live SELECT ctok.current_tenant(), site_id, source_id, '-infinity', now() FROM ctok.site, "
		       "ctok.source");
	return 0;
}

static void
test_a_sale_becomes_access(void **state)
{
	struct with_db *w = *state;

	sell(w, "1", "ana@x.test", "", "YEAR", "2026-04-30T10:20:30Z", 1, 9900);
	night(w, "2026-05-01T03:00:00Z", false);
	expect_text("a year ends at 00:00 of the next day", access_of(w, "ana@x.test", "C1"),
	    "active active 2026-04-30 12:20 2027-05-01 00:00");
	expect_text("account, then enrolment", actions(w), "create_account enrol");
	expect_text("start in whole minutes; end after grace and tail",
	    one(w, "SELECT to_char(to_timestamp(after_start), 'YYYY-MM-DD HH24:MI:SS') || ' ' || to_char(to_timestamp(after_end) "
		   "AT TIME ZONE"
		   " 'Europe/Madrid', 'YYYY-MM-DD HH24:MI') FROM ctok.action WHERE kind = 'enrol'"),
	    "2026-04-30 10:20:00 2027-05-22 00:00");
	expect_text("open until it is done", classes(w), "open ACCESS x1");
	expect_text("one finding", findings(w), "NOT_APPLIED");
	expect_text("ties", untied(w), "ties");
	carry_out(w);
	night(w, "2026-05-02T03:00:00Z", false);
	expect_text("matched", classes(w), "matched x1");
	expect_text("nothing to do", actions(w), "");
	expect_text("no finding", findings(w), "");
	night(w, "2026-05-02T03:00:00Z", true);
	expect_text("nor after a full look", actions(w), "");
	expect_text("ties still", untied(w), "ties");
}

static void
test_renewals_chain(void **state)
{
	struct with_db *w = *state;

	sell(w, "1", "ana@x.test", "", "YEAR", "2026-01-10T12:00:00Z", 1, 9900);
	sell(w, "2", "ana@x.test", "", "YEAR", "2026-03-01T12:00:00Z", 1, 9900);
	night(w, "2026-05-01T03:00:00Z", false);
	expect_text("the second year follows the first", access_of(w, "ana@x.test", "C1"),
	    "active active 2026-01-10 13:00 2028-01-11 00:00");
	expect_text("two cycles", one(w, "SELECT string_agg(cycle::text, ',' ORDER BY sold_at) FROM ctok.entitlement"), "1,2");
	sell(w, "3", "ana@x.test", "", "YEAR", "2025-01-10T12:00:00Z", 1, 9900);
	night(w, "2026-05-01T03:00:00Z", false);
	expect_text("an older sale that comes late moves the others on", access_of(w, "ana@x.test", "C1"),
	    "active active 2026-01-11 00:00 2028-01-11 00:00");
	change(w, "1", "paid", 9900, "2026-04-01T12:00:00Z");
	night(w, "2026-05-01T03:00:00Z", false);
	expect_text("what was given back takes no part in the chain",
	    one(w, "SELECT string_agg(to_char(ends_at AT TIME ZONE 'Europe/Madrid', 'YYYY-MM-DD'), ',' ORDER BY sold_at) FROM "
		   "ctok.entitlement"),
	    "2026-01-11,2026-04-01,2027-03-02");
}

static void
test_units_of_one_order_share_their_term(void **state)
{
	struct with_db *w = *state;

	sell(w, "1", "ana@x.test", "", "BUNDLE", "2026-04-01T08:00:00Z", 1, 10000);
	sell(w, "2", "ana@x.test", "", "YEAR", "2026-04-02T08:00:00Z", 1, 9900);
	night(w, "2026-05-01T03:00:00Z", false);
	expect_text(
	    "both courses of the bundle", access_of(w, "ana@x.test", "C2"), "active active 2026-04-01 10:00 2027-04-02 00:00");
	expect_text("the year bought a day later follows it", access_of(w, "ana@x.test", "C1"),
	    "active active 2026-04-01 10:00 2028-04-02 00:00");
}

static void
test_no_term_never_ends(void **state)
{
	struct with_db *w = *state;

	sell(w, "1", "ana@x.test", "", "EVER", "2020-04-01T08:00:00Z", 1, 9900);
	night(w, "2026-05-01T03:00:00Z", false);
	expect_text("without end", access_of(w, "ana@x.test", "C1"), "active active 2020-04-01 10:00 ever");
	expect_text("0 in Moodle", one(w, "SELECT after_end::text FROM ctok.action WHERE kind = 'enrol'"), "0");
}

static void
test_refunds(void **state)
{
	struct with_db *w = *state;

	sell(w, "1", "ana@x.test", "", "YEAR", "2026-04-01T08:00:00Z", 1, 9900);
	sell(w, "2", "bo@x.test", "", "YEAR", "2026-04-01T08:00:00Z", 1, 9900);
	sell(w, "3", "cy@x.test", "", "YEAR", "2026-04-01T08:00:00Z", 2, 9900);
	night(w, "2026-04-02T03:00:00Z", false);
	carry_out(w);
	change(w, "1", "paid", 9900, "2026-04-20T08:00:00Z");
	change(w, "2", "paid", 5000, "2026-04-20T08:00:00Z");
	change(w, "3", "paid", 9900, "2026-04-20T08:00:00Z");
	night(w, "2026-04-21T03:00:00Z", false);
	expect_text("a full refund ends access, after grace", access_of(w, "ana@x.test", "C1"),
	    "grace active 2026-04-01 10:00 2026-04-20 10:00");
	expect_text("less is goodwill", access_of(w, "bo@x.test", "C1"), "active active 2026-04-01 10:00 2027-04-02 00:00");
	expect_text("one of two units: nobody knows which, access is kept", access_of(w, "cy@x.test", "C1"),
	    "active active 2026-04-01 10:00 2027-04-02 00:00");
	expect_text("and said; the second unit names nobody", findings(w), "NO_LEARNER REFUND_AMBIGUOUS");
	change(w, "3", "paid", 19800, "2026-04-22T08:00:00Z");
	night(w, "2026-04-23T03:00:00Z", false);
	expect_text(
	    "the rest too: both are void", access_of(w, "cy@x.test", "C1"), "grace active 2026-04-01 10:00 2026-04-22 10:00");
	expect_text("what never entitled is excluded", classes(w), "excluded REFUNDED x1, matched x3");
	expect_text("ties", untied(w), "ties");
}

static void
test_a_payment_that_is_taken_back(void **state)
{
	struct with_db *w = *state;
	static const char risk[] =
	    "SELECT string_agg(class || ' ' || risk_minor || ' ' || detail, ', ') FROM ctok.finding WHERE cleared_at "
	    "IS NULL";

	sell(w, "1", "ana@x.test", "", "BUNDLE", "2026-04-01T08:00:00Z", 1, 10000);
	sell(w, "2", "bo@x.test", "", "YEAR", "2026-04-01T08:00:00Z", 1, 9900);
	sell(w, "3", "cy@x.test", "", "YEAR", "2026-04-01T08:00:00Z", 1, 9900);
	sell(w, "4", "cy@x.test", "", "YEAR", "2026-04-01T09:00:00Z", 1, 9900);
	night(w, "2026-04-02T03:00:00Z", false);
	carry_out(w);
	change(w, "1", "unpaid", 0, "2026-04-20T08:00:00Z");
	night(w, "2026-04-21T03:00:00Z", false);
	expect_text("unpaid again, once for both courses", one(w, risk), "PAYMENT_REVERSED 10000 unpaid now");
	change(w, "1", "paid", 0, "2026-04-21T08:00:00Z");
	change(w, "2", "test", 0, "2026-04-21T08:00:00Z");
	change(w, "3", "test", 0, "2026-04-21T08:00:00Z");
	night(w, "2026-04-22T03:00:00Z", false);
	expect_text("paid after all; another is a test now; a third's place is paid by a fourth", one(w, risk),
	    "PAYMENT_REVERSED 9900 a test order now");
	expect_text("a test order gives grace and no more", access_of(w, "bo@x.test", "C1"),
	    "grace active 2026-04-01 10:00 2026-04-21 10:00");
	expect_text(
	    "and says why", one(w, "SELECT string_agg(DISTINCT why, ' ') FROM ctok.access WHERE state = 'grace'"), "test_order");
	change(w, "2", "test", 0, "2026-04-23T08:00:00Z");
	night(w, "2026-04-24T03:00:00Z", false);
	expect_text("its moment stays", access_of(w, "bo@x.test", "C1"), "grace active 2026-04-01 10:00 2026-04-21 10:00");
	with_db_sql(
	    w, "UPDATE ctok.outbox SET state = 'sent', accepted_at = '2026-04-22T04:00:00Z', recipient = NULL, facts = '{}'");
	night(w, "2026-05-06T03:00:00Z", false);
	expect_text("then it ends", actions(w), "suspend");
	carry_out(w);
	night(w, "2026-05-07T03:00:00Z", false);
	expect_text("and nothing is at risk any more", findings(w), "");
	change(w, "2", "paid", 0, "2026-05-07T08:00:00Z");
	night(w, "2026-05-08T03:00:00Z", false);
	expect_text("a real one after all", access_of(w, "bo@x.test", "C1"), "active active 2026-04-01 10:00 2027-04-02 00:00");
}

static void
test_a_cancelled_order_comes_back(void **state)
{
	struct with_db *w = *state;

	sell(w, "1", "ana@x.test", "", "KEEP", "2026-04-01T08:00:00Z", 1, 9900);
	night(w, "2026-04-02T03:00:00Z", false);
	carry_out(w);
	change(w, "1", "cancelled", 0, "2026-04-03T08:00:00Z");
	night(w, "2026-04-04T03:00:00Z", false);
	expect_text(
	    "no grace: over at once", access_of(w, "ana@x.test", "C1"), "revoked unenrolled 2026-04-01 10:00 2026-04-03 10:00");
	expect_text("policy on_refund", actions(w), "unenrol");
	change(w, "1", "paid", 0, "2026-04-05T08:00:00Z");
	night(w, "2026-04-06T03:00:00Z", false);
	expect_text("as if it had not been", access_of(w, "ana@x.test", "C1"), "active active 2026-04-01 10:00 2027-04-02 00:00");
	expect_text("the removal is off", actions(w), "");
}

/* What is kept at the end of its term has no end in Moodle either, whoever set one. */
static void
test_what_is_kept_has_no_end(void **state)
{
	struct with_db *w = *state;

	sell(w, "1", "ana@x.test", "", "KEEP", "2025-04-01T08:00:00Z", 1, 9900);
	night(w, "2025-04-02T03:00:00Z", false);
	expect_text("without end from the first day on",
	    one(w, "SELECT concat_ws(' ', kind, after_status, after_end) FROM ctok.action WHERE state = 'open' AND kind = 'enrol'"),
	    "enrol 0 0");
	carry_out(w);
	with_db_sql(w,
	    "UPDATE ctok.mirror_enrolment SET time_end = 1780000000; INSERT INTO ctok.dirty_access SELECT tenant_id, site_id,"
	    " user_id, course_id FROM ctok.mirror_enrolment");
	night(w, "2025-04-03T03:00:00Z", false);
	expect_text("an end is taken away",
	    one(w, "SELECT concat_ws(' ', kind, after_status, after_end) FROM ctok.action WHERE state = 'open'"), "extend 0 0");
	carry_out(w);
	night(w, "2026-04-02T03:00:00Z", false);
	expect_text("kept", access_of(w, "ana@x.test", "C1"), "ended untouched 2025-04-01 10:00 2026-04-02 00:00");
	expect_text("nothing to do", actions(w), "");
	/* A later one that is not to be kept governs the end; it is ours then, for Moodle's never moves in. */
	sell(w, "2", "ana@x.test", "", "YEAR", "2026-05-01T08:00:00Z", 1, 9900);
	night(w, "2026-05-02T03:00:00Z", false);
	expect_text("paid for again", access_of(w, "ana@x.test", "C1"), "active active 2026-05-01 10:00 2027-05-02 00:00");
	expect_text("as it is", actions(w), "");
	expect_text("matched", classes(w), "matched x2");
}

static void
test_expiry_with_grace_and_notice(void **state)
{
	struct with_db *w = *state;

	sell(w, "1", "ana@x.test", "", "YEAR", "2025-04-01T08:00:00Z", 1, 9900);
	night(w, "2025-04-02T03:00:00Z", false);
	carry_out(w);
	night(w, "2026-04-01T21:00:00Z", false);
	expect_text(
	    "the last day is a whole one", access_of(w, "ana@x.test", "C1"), "active active 2025-04-01 10:00 2026-04-02 00:00");
	night(w, "2026-04-02T03:00:00Z", false);
	expect_text("then grace", access_of(w, "ana@x.test", "C1"), "grace active 2025-04-01 10:00 2026-04-02 00:00");
	expect_text("one notice", one(w, "SELECT count(*) || ' ' || min(template) FROM ctok.outbox"), "1 grace-notice");
	expect_text("that names the end of grace", one(w, "SELECT facts ->> 'date' FROM ctok.outbox"), "2026-04-16");
	night(w, "2026-04-20T03:00:00Z", false);
	expect_text("nobody is cut off before the notice was taken", access_of(w, "ana@x.test", "C1"),
	    "grace active 2025-04-01 10:00 2026-04-02 00:00");
	expect_text("Moodle's own end moves out meanwhile", actions(w), "extend");
	carry_out(w);
	with_db_sql(w, "UPDATE ctok.outbox SET state = 'sent', accepted_at = '2026-04-20T04:00:00Z', sent_at = now(), recipient = "
		       "NULL, facts = '{}'");
	night(w, "2026-04-21T03:00:00Z", false);
	expect_text("three days after it was", access_of(w, "ana@x.test", "C1"), "grace active 2025-04-01 10:00 2026-04-02 00:00");
	night(w, "2026-04-23T05:00:00Z", false);
	expect_text("suspended", access_of(w, "ana@x.test", "C1"), "suspended suspended 2025-04-01 10:00 2026-04-02 00:00");
	expect_text("planned", actions(w), "suspend");
	carry_out(w);
	expect_text("as the notice said: no other mail", mails(w), "grace-notice sent");
	sell(w, "2", "ana@x.test", "", "YEAR", "2026-05-01T08:00:00Z", 1, 9900);
	night(w, "2026-05-02T03:00:00Z", false);
	expect_text("paid again", access_of(w, "ana@x.test", "C1"), "active active 2026-05-01 10:00 2027-05-02 00:00");
	expect_text("given back", actions(w), "resume");
	expect_text("the debt is cured", one(w, "SELECT count(*)::text FROM ctok.debt_episode WHERE cured_at IS NOT NULL"), "1");
}

/* A debt that seemed paid and is owed again from the same moment: the learner heard otherwise meanwhile. */
static void
test_a_debt_opened_again_is_told_again(void **state)
{
	struct with_db *w = *state;

	sell(w, "1", "ana@x.test", "", "YEAR", "2025-04-01T08:00:00Z", 1, 9900);
	night(w, "2025-04-02T03:00:00Z", false);
	carry_out(w);
	night(w, "2026-04-02T03:00:00Z", false);
	with_db_sql(w, "UPDATE ctok.outbox SET state = 'sent', accepted_at = '2026-04-02T04:00:00Z', sent_at = now(), recipient = "
		       "NULL, facts = '{}'");
	/* A renewal that came late, and was refunded before it began. */
	sell(w, "2", "ana@x.test", "", "YEAR", "2026-04-01T08:00:00Z", 1, 9900);
	night(w, "2026-04-03T03:00:00Z", false);
	expect_text("renewed", access_of(w, "ana@x.test", "C1"), "active active 2026-04-02 00:00 2027-04-02 00:00");
	change(w, "2", "paid", 9900, "2026-04-01T09:00:00Z");
	night(w, "2026-04-18T03:00:00Z", false);
	expect_text(
	    "the same debt", one(w, "SELECT count(*) || ' ' || max(opened) FROM ctok.debt_episode WHERE cured_at IS NULL"), "1 2");
	expect_text("told again", mails(w), "grace-notice queued, grace-notice sent");
	expect_text(
	    "and suspended only after that", access_of(w, "ana@x.test", "C1"), "grace active 2025-04-01 10:00 2026-04-02 00:00");
	night(w, "2026-04-18T04:00:00Z", true);
	expect_text("once", mails(w), "grace-notice queued, grace-notice sent");
	change(w, "2", "paid", 0, "2026-04-18T08:00:00Z");
	night(w, "2026-04-19T03:00:00Z", false);
	expect_text("cured: what waits is not sent", mails(w), "grace-notice sent, grace-notice withdrawn");
	change(w, "2", "paid", 9900, "2026-04-01T09:00:00Z");
	night(w, "2026-04-20T03:00:00Z", false);
	expect_text("owed once more", mails(w), "grace-notice queued, grace-notice sent, grace-notice withdrawn");
	expect_text("events of one debt",
	    one(w, "SELECT string_agg(substr(event, strpos(event || '.', '.')), ' ' ORDER BY mail_id) FROM ctok.outbox"), " .2 .3");
	with_db_sql(w, "UPDATE ctok.outbox SET state = 'sent', accepted_at = '2026-04-20T04:00:00Z', sent_at = now(), recipient = "
		       "NULL, facts = '{}' WHERE state = 'queued'");
	night(w, "2026-04-23T05:00:00Z", false);
	expect_text("three days after the last one", access_of(w, "ana@x.test", "C1"),
	    "suspended suspended 2025-04-01 10:00 2026-04-02 00:00");
	carry_out(w);
	expect_text("as it said", mails(w), "grace-notice sent, grace-notice sent, grace-notice withdrawn");
}

/* Each write may mail the learner. */
static void
test_a_held_end_moves_once_in_a_tail(void **state)
{
	struct with_db *w = *state;
	static const struct {
		const char *now, *actions;
	} nights[] = {
		{ "2026-04-19T03:00:00Z", "" },       /* Moodle's own end is 2026-04-23: far enough */
		{ "2026-04-20T03:00:00Z", "extend" }, /* to 2026-04-28 */
		{ "2026-04-21T03:00:00Z", "" },
		{ "2026-04-22T03:00:00Z", "" },
		{ "2026-04-24T03:00:00Z", "" },
		{ "2026-04-25T03:00:00Z", "extend" }, /* to 2026-05-03 */
		{ "2026-04-26T03:00:00Z", "" },
	};
	size_t i;

	with_db_sql(w, "UPDATE ctok.product_rule SET notice_days = 10");
	sell(w, "1", "ana@x.test", "", "YEAR", "2025-04-01T08:00:00Z", 1, 9900);
	night(w, "2025-04-02T03:00:00Z", false);
	carry_out(w);
	night(w, "2026-04-02T03:00:00Z", false);
	/* Nobody takes the notice for now. */
	with_db_sql(w, "UPDATE ctok.outbox SET queued_at = 'infinity'");
	for (i = 0; i < COUNT_OF(nights); i++) {
		night(w, nights[i].now, i % 2 == 1);
		expect_text(nights[i].now, actions(w), nights[i].actions);
		carry_out(w);
	}
	with_db_sql(w,
	    "UPDATE ctok.outbox SET state = 'sent', queued_at = '2026-04-26T04:00:00Z', accepted_at = '2026-04-26T04:00:00Z', "
	    "recipient = NULL, facts = '{}'");
	night(w, "2026-04-27T03:00:00Z", false);
	expect_text("taken: Moodle ends no earlier than the day that it names",
	    one(w, "SELECT to_char(to_timestamp(after_end) AT TIME ZONE "
		   "'Europe/Madrid', 'YYYY-MM-DD HH24:MI') FROM ctok.action WHERE state = 'open'"),
	    "2026-05-07 00:00");
	carry_out(w);
	night(w, "2026-04-28T03:00:00Z", false);
	expect_text("and that is all", actions(w), "");
	night(w, "2026-05-06T05:00:00Z", false);
	expect_text("until then", actions(w), "suspend");
}

/* What a tenant may do without: welcome, reminders, paused, back. */
static void
test_learners_are_kept_informed(void **state)
{
	struct with_db *w = *state;
	static const char sent[] =
	    "UPDATE ctok.outbox SET state = 'sent', accepted_at = rule.now(), sent_at = rule.now(), recipient = NULL,"
	    " facts = '{}' WHERE state = 'queued'";

	with_db_sql(w, "UPDATE ctok.tenant SET mails = '{welcome,expiry-soon,suspended,restored}', expiry_days = '{14,3}'");
	with_db_sql(w, "UPDATE ctok.site SET url = 'https://m.example'");
	sell(w, "1", "ana@x.test", "", "YEAR", "2025-04-01T08:00:00Z", 1, 9900);
	night(w, "2025-04-02T03:00:00Z", false);
	expect_text("nobody is told before it is done", mails(w), "");
	carry_out(w);
	expect_text("welcome", one(w, "SELECT concat_ws(' ', template, facts ->> 'course', facts ->> 'until') FROM ctok.outbox"),
	    "welcome Course 1 2026-04-01");
	expect_text("with the way to the course",
	    one(w, "SELECT (facts ->> 'course_url') ~ '^https://m.example/course/view.php[?]id=[0-9]+$' FROM "
		   "ctok.outbox"),
	    "t");
	expect_text("and how to sign in",
	    one(w, "SELECT concat_ws(' ', facts ->> 'username', facts ->> 'password_url') FROM ctok.outbox"),
	    "u1001 https://m.example/login/forgot_password.php");
	with_db_sql(w, sent);
	/* A fortnight before the last day, and not a day earlier. */
	night(w, "2026-03-17T03:00:00Z", false);
	expect_text("too early", mails(w), "welcome sent");
	night(w, "2026-03-18T03:00:00Z", false);
	expect_text("reminded",
	    one(w, "SELECT concat_ws(' ', template, facts ->> 'date', facts ->> 'days') FROM ctok.outbox WHERE state = 'queued'"),
	    "expiry-soon 2026-04-01 14");
	night(w, "2026-03-19T03:00:00Z", true);
	expect_text("once", mails(w), "expiry-soon queued, welcome sent");
	/* The reminder could not be sent, and it was paid meanwhile; then taken back. */
	sell(w, "2", "ana@x.test", "", "YEAR", "2026-03-19T08:00:00Z", 1, 9900);
	night(w, "2026-03-20T03:00:00Z", false);
	expect_text("renewed: not sent any more", mails(w), "expiry-soon withdrawn, welcome sent");
	change(w, "2", "paid", 9900, "2026-03-20T08:00:00Z");
	/* The nights before did not run: the nearest reminder counts, the one before is past. */
	night(w, "2026-03-30T03:00:00Z", false);
	expect_text("two days are left",
	    one(w, "SELECT concat_ws(' ', substring(event FROM '[0-9]+$'), facts ->> 'days') FROM ctok.outbox WHERE "
		   "state = 'queued'"),
	    "3 2");
	with_db_sql(w, sent);
	night(w, "2026-04-02T03:00:00Z", false);
	expect_text("then the notice", mails(w), "expiry-soon sent, expiry-soon withdrawn, grace-notice queued, welcome sent");
	with_db_sql(w, sent);
	night(w, "2026-04-17T03:00:00Z", false);
	carry_out(w);
	expect_text("paused, as it said",
	    one(w, "SELECT concat_ws(' ', template, facts ->> 'date') FROM ctok.outbox WHERE state = 'queued'"),
	    "suspended 2026-04-17");
	with_db_sql(w, sent);
	sell(w, "3", "ana@x.test", "", "YEAR", "2026-05-01T08:00:00Z", 1, 9900);
	night(w, "2026-05-02T03:00:00Z", false);
	carry_out(w);
	expect_text("back", one(w, "SELECT concat_ws(' ', template, facts ->> 'until') FROM ctok.outbox WHERE state = 'queued'"),
	    "restored 2027-05-01");
	with_db_sql(w, sent);
	/* Where accounts are another service's, there is no password to set. */
	with_db_sql(w, "UPDATE ctok.site SET passwords = false");
	sell(w, "5", "cy@x.test", "", "YEAR", "2026-05-01T08:00:00Z", 1, 9900);
	night(w, "2026-05-02T03:00:00Z", false);
	carry_out(w);
	expect_text("signed in elsewhere",
	    one(w, "SELECT concat_ws(' ', template, facts ->> 'username', facts ->> 'password_url') FROM ctok.outbox WHERE state = "
		   "'queued'"),
	    "welcome");
	with_db_sql(w, sent);
	/* Done without the mails that nobody needs. */
	with_db_sql(w, "UPDATE ctok.tenant SET mails = '{}'");
	sell(w, "4", "bo@x.test", "", "YEAR", "2026-05-02T08:00:00Z", 1, 9900);
	night(w, "2026-05-03T03:00:00Z", false);
	carry_out(w);
	night(w, "2027-04-28T03:00:00Z", false);
	expect_text("nobody else was told", one(w, "SELECT count(*)::text FROM ctok.outbox WHERE state = 'queued'"), "0");
}

/* What happens to the payment of an order, as its provider tells it. */
static void
settle(struct with_db *w, const char *number, const char *kind, const char *at)
{
	with_db_sql(
	    w, arena_printf(&w->arena,
		   "WITH s AS (INSERT INTO ctok.settlement (tenant_id, source_id, kind, external_key, payment_key, intent_key, "
		   "amount_minor, currency, effective_at, known_at, run_id, document_id) SELECT tenant_id, source_id, '%s', 'dp-' "
		   "|| number, "
		   "'ch', "
		   "'pi', -9900, 'EUR', '%s', now(), 1, document_id FROM ctok.document WHERE number = '%s' RETURNING *)"
		   " INSERT INTO ctok.dirty_document SELECT tenant_id, document_id FROM s ON CONFLICT DO NOTHING",
		   kind, at, number));
}

/* Whose access waits while its payment is disputed is told; who has it keeps it and is not. */
static void
test_who_waits_for_a_dispute_is_told(void **state)
{
	struct with_db *w = *state;

	with_db_sql(w, "UPDATE ctok.tenant SET mails = '{access-held}'");
	sell(w, "1", "ana@x.test", "", "YEAR", "2025-04-01T08:00:00Z", 1, 9900);
	sell(w, "2", "bo@x.test", "", "YEAR", "2025-04-02T22:30:00Z", 1, 9900);
	settle(w, "2", "dispute_opened", "2025-04-02T22:45:00Z");
	night(w, "2025-04-03T03:00:00Z", false);
	expect_text("she waits", access_of(w, "bo@x.test", "C1"), "held untouched 2025-04-03 00:30 2026-04-04 00:00");
	expect_text("and is told since when",
	    one(w, "SELECT concat_ws(' ', template, recipient, facts ->> 'course', facts ->> 'date') FROM ctok.outbox"),
	    "access-held bo@x.test Course 1 2025-04-03");
	carry_out(w);
	settle(w, "1", "dispute_opened", "2025-04-03T08:00:00Z");
	night(w, "2025-04-04T03:00:00Z", true);
	expect_text("who has access is not", mails(w), "access-held queued");
	settle(w, "2", "dispute_won", "2025-04-04T08:00:00Z");
	night(w, "2025-04-05T03:00:00Z", false);
	expect_text("settled before it was sent", mails(w), "access-held withdrawn");
	expect_text("she gets it", access_of(w, "bo@x.test", "C1"), "active active 2025-04-03 00:30 2026-04-04 00:00");
}

static void
test_no_grace_suspends_at_once(void **state)
{
	struct with_db *w = *state;

	sell(w, "1", "ana@x.test", "", "MONTH", "2026-01-31T08:00:00Z", 1, 900);
	night(w, "2026-02-01T03:00:00Z", false);
	expect_text("a month from the 31st; the tail of what renews is longer",
	    one(w, "SELECT to_char(to_timestamp(after_end) AT TIME ZONE 'Europe/Madrid', 'YYYY-MM-DD HH24:MI') FROM ctok.action "
		   "WHERE kind = 'enrol'"),
	    "2026-03-31 00:00");
	carry_out(w);
	night(w, "2026-03-01T03:00:00Z", false);
	expect_text("over", access_of(w, "ana@x.test", "C1"), "suspended suspended 2026-01-31 09:00 2026-03-01 00:00");
	expect_text("suspended", actions(w), "suspend");
	expect_text("nobody is told before it is done", mails(w), "");
	carry_out(w);
	expect_text("then the learner is, with the day",
	    one(w, "SELECT concat_ws(' ', template, facts ->> 'course', facts ->> 'date', recipient) FROM ctok.outbox"),
	    "access-ended Course 1 2026-03-01 ana@x.test");
	/* Somebody gives it back in Moodle: it is taken again, and not told again. */
	with_db_sql(w,
	    "UPDATE ctok.mirror_enrolment SET status = 0, active = true; INSERT INTO ctok.dirty_access SELECT tenant_id, site_id,"
	    " user_id, course_id FROM ctok.mirror_enrolment");
	night(w, "2026-03-02T03:00:00Z", false);
	expect_text("taken again", actions(w), "suspend");
	carry_out(w);
	expect_text("told once", mails(w), "access-ended queued");
	sell(w, "2", "ana@x.test", "", "MONTH", "2026-03-03T08:00:00Z", 1, 900);
	night(w, "2026-03-04T03:00:00Z", false);
	expect_text("paid before it was sent: not sent", mails(w), "access-ended withdrawn");
	carry_out(w);
	night(w, "2026-05-01T03:00:00Z", false);
	carry_out(w);
	expect_text("another debt, another mail", mails(w), "access-ended queued, access-ended withdrawn");
	change(w, "2", "paid", 900, "2026-03-20T08:00:00Z");
	night(w, "2026-05-02T03:00:00Z", false);
	expect_text("given back since: another debt, but access has ended all the same", mails(w),
	    "access-ended queued, access-ended withdrawn");
}

static void
test_a_refund_without_grace_is_told_as_one(void **state)
{
	struct with_db *w = *state;

	sell(w, "1", "ana@x.test", "", "MONTH", "2026-04-20T08:00:00Z", 1, 900);
	sell(w, "2", "bo@x.test", "", "KEEP", "2026-04-20T08:00:00Z", 1, 900);
	sell(w, "3", "cy@x.test", "", "YEAR", "2026-04-20T08:00:00Z", 1, 900);
	night(w, "2026-04-21T03:00:00Z", false);
	carry_out(w);
	change(w, "1", "paid", 900, "2026-04-22T08:00:00Z");
	change(w, "2", "cancelled", 0, "2026-04-22T08:00:00Z");
	change(w, "3", "paid", 900, "2026-04-22T08:00:00Z");
	night(w, "2026-04-23T03:00:00Z", false);
	expect_text("two at once, one with grace", actions(w), "suspend unenrol");
	carry_out(w);
	expect_text("each is told once", mails(w), "access-revoked queued, access-revoked queued, grace-notice queued");
	/* In trial nothing is done and nothing told. */
	with_db_sql(w, "DELETE FROM ctok.live");
	sell(w, "4", "di@x.test", "", "MONTH", "2026-04-20T08:00:00Z", 1, 900);
	night(w, "2026-06-23T03:00:00Z", true);
	expect_text("trial tells nobody", one(w, "SELECT count(*)::text FROM ctok.outbox"), "3");
}

static void
test_access_while_any_entitlement_holds(void **state)
{
	struct with_db *w = *state;

	sell(w, "1", "ana@x.test", "", "YEAR", "2026-01-01T08:00:00Z", 1, 9900);
	sell(w, "2", "boss@x.test", "ana@x.test", "YEAR", "2026-02-01T08:00:00Z", 1, 9900);
	night(w, "2026-03-01T03:00:00Z", false);
	carry_out(w);
	change(w, "1", "paid", 9900, "2026-03-02T08:00:00Z");
	night(w, "2026-03-03T03:00:00Z", false);
	expect_text(
	    "the other sale carries it", access_of(w, "ana@x.test", "C1"), "active active 2026-02-01 09:00 2027-02-02 00:00");
	expect_text("nothing is taken", actions(w), "");
	expect_text("the buyer is no learner", one(w, "SELECT count(*)::text FROM ctok.access"), "1");
}

static void
test_what_entitles_nobody(void **state)
{
	struct with_db *w = *state;

	sell(w, "1", "ana@x.test", "", "UNKNOWN", "2026-04-01T08:00:00Z", 3, 100);
	sell(w, "2", "ana@x.test", "", "BOOK-7", "2026-04-01T08:00:00Z", 1, 100);
	sell(w, "3", "ana@x.test", "", "TIE-TIE", "2026-04-01T08:00:00Z", 1, 100);
	sell(w, "4", "ana@x.test", "", "FORM", "2026-04-01T08:00:00Z", 1, 100);
	sell(w, "5", "ana@x.test", "", "YEAR", "2026-04-01T08:00:00Z", 1, 100);
	sell(w, "6", "ana@x.test", "", "YEAR", "2026-04-01T08:00:00Z", 1, 100);
	sell(w, "7", "ana@x.test", "", "YEAR", "2026-04-01T08:00:00Z", 1, 100);
	with_db_sql(w, "UPDATE ctok.document SET status = 'test' WHERE number = '5'");
	with_db_sql(
	    w, "DELETE FROM ctok.movement m USING ctok.document d WHERE d.document_id = m.document_id AND d.number IN ('5', '6')");
	with_db_sql(w, "UPDATE ctok.document SET status = 'unpaid' WHERE number = '6'");
	change(w, "7", "cancelled", 0, "2026-04-01T09:00:00Z");
	night(w, "2026-05-01T03:00:00Z", false);
	expect_text("each unit once", classes(w),
	    "excluded CANCELLED x1, excluded NOT_A_COURSE x1, excluded NOT_PAID x1, excluded TEST_ORDER x1, open NO_LEARNER x1, "
	    "open RULE_TIE x1, "
	    "open UNMAPPED_PRODUCT x3");
	expect_text("an unmapped product is one finding", findings(w), "NO_LEARNER RULE_TIE UNMAPPED_PRODUCT");
	expect_text("of three units and their money",
	    one(w, "SELECT units || ' ' || risk_minor FROM ctok.finding WHERE class = 'UNMAPPED_PRODUCT'"), "3 300");
	expect_text("nobody is enrolled", actions(w), "");
	expect_text("ties", untied(w), "ties");
}

static void
test_facts_before_go_live(void **state)
{
	struct with_db *w = *state;
	struct err err = ERR_INIT;
	int64_t since, pairs, approved;

	with_db_sql(w, "DELETE FROM ctok.live");
	sell(w, "1", "ana@x.test", "", "YEAR", "2026-03-01T08:00:00Z", 1, 9900);
	sell(w, "2", "bo@x.test", "", "YEAR", "2026-04-20T08:00:00Z", 1, 9900);
	night(w, "2026-05-01T03:00:00Z", false);
	expect_text("trial plans everything",
	    one(w, "SELECT count(*) || ' ' || bool_and(trial) FROM ctok.action WHERE state = 'open'"), "4 true");
	expect_text("and says so", findings(w), "TRIAL TRIAL");
	expect_ok("since", clock_parse("2026-04-01T00:00:00Z", &since, NULL, &err), &err);
	expect_ok("live", live_begin(&w->arena, w->db, NULL, NULL, since, &pairs, &approved, &err), &err);
	assert_int_equal(pairs, 1);
	night(w, "2026-05-02T03:00:00Z", false);
	expect_text("only what is not older is acted on",
	    one(w, "SELECT count(*) || ' ' || bool_or(trial) FROM ctok.action WHERE state = 'open'"), "2 false");
	expect_text("the older is on record", classes(w), "excluded BEFORE_GO_LIVE x1, open ACCESS x1");
	expect_text("ties", untied(w), "ties");
}

/* A second source, not live, that sells years of C1. */
static void
add_trial_source(struct with_db *w)
{
	with_db_sql(w,
	    "INSERT INTO ctok.source (tenant_id, name, kind, role) VALUES (ctok.current_tenant(), 'fair', 'squarespace', 'sale')");
	with_db_sql(w,
	    "INSERT INTO ctok.product_rule (tenant_id, digest, source_id, match_kind, pattern, site_id, role, term, grace_days,"
	    " notice_days, delivery, learner, on_expiry, on_refund, renews, certificate, exclude) SELECT r.tenant_id, 'fair',"
	    " s.source_id, match_kind, pattern, site_id, r.role, term, 0, notice_days, delivery, learner, on_expiry, on_refund, "
	    "renews,"
	    " certificate, exclude FROM ctok.product_rule r, ctok.source s WHERE r.pattern = 'YEAR' AND s.name = 'fair'");
	with_db_sql(w, "INSERT INTO ctok.rule_target SELECT t.tenant_id, n.rule_id, t.target_id FROM ctok.rule_target t JOIN "
		       "ctok.product_rule r"
		       " USING (tenant_id, rule_id) JOIN ctok.product_rule n ON n.digest = 'fair' WHERE r.pattern = 'YEAR' AND "
		       "r.digest <> 'fair'");
}

/* That order was the second source's. */
static void
sold_in_trial(struct with_db *w, const char *number)
{
	with_db_sql(w,
	    "INSERT INTO ctok.product (tenant_id, source_id, product_key, variant_key, sku, name) SELECT s.tenant_id, s.source_id,"
	    " 'p', '', 'YEAR', 'Product' FROM ctok.source s WHERE s.name = 'fair' ON CONFLICT DO NOTHING");
	with_db_sql(
	    w, arena_printf(&w->arena,
		   "WITH s AS (SELECT source_id FROM ctok.source WHERE name = 'fair'), d AS (UPDATE ctok.document SET source_id ="
		   " s.source_id FROM s WHERE number = '%s' RETURNING document_id) UPDATE ctok.line l SET product_id = "
		   "p.product_id FROM d,"
		   " ctok.product p JOIN s USING (source_id) WHERE l.document_id = d.document_id",
		   number));
}

static void
test_what_is_in_trial_does_not_hold_back_what_is_live(void **state)
{
	struct with_db *w = *state;

	add_trial_source(w);
	sell(w, "1", "ana@x.test", "", "YEAR", "2026-04-01T08:00:00Z", 1, 9900);
	sold_in_trial(w, "1");
	night(w, "2026-04-02T03:00:00Z", false);
	expect_text("in trial alone", one(w, "SELECT string_agg(kind || ' ' || trial, ', ' ORDER BY action_id) FROM ctok.action"),
	    "create_account true, enrol true");
	sell(w, "2", "ana@x.test", "", "MONTH", "2026-04-10T08:00:00Z", 1, 9900);
	night(w, "2026-04-11T03:00:00Z", false);
	expect_text("a live sale does not wait for the one in trial to end", access_of(w, "ana@x.test", "C1"),
	    "active active 2026-04-10 10:00 2026-05-11 00:00");
	expect_text("and is carried out",
	    one(w, "SELECT string_agg(kind || ' ' || trial, ', ' ORDER BY action_id) FROM ctok.action WHERE state = 'open'"),
	    "create_account false, enrol false");
	carry_out(w);
	night(w, "2026-04-12T03:00:00Z", false);
	expect_text("what the trial adds is shown", classes(w), "matched x1, open TRIAL x1");
	expect_text("in a finding",
	    one(w,
		"SELECT string_agg(class || ' ' || units || ' ' || risk_minor, ', ') FROM ctok.finding WHERE cleared_at IS NULL"),
	    "TRIAL 1 9900");
	expect_text("ties", untied(w), "ties");
	night(w, "2026-05-12T03:00:00Z", false);
	expect_text("over, it is not taken while one in trial runs", access_of(w, "ana@x.test", "C1"),
	    "active active 2026-04-01 10:00 2027-04-02 00:00");
	expect_text("but shown", one(w, "SELECT string_agg(kind || ' ' || trial, ', ') FROM ctok.action WHERE state = 'open'"),
	    "extend true");
	expect_text("as open", classes(w), "open ACCESS x2");
	expect_text("ties", untied(w), "ties");
	night(w, "2027-04-03T03:00:00Z", false);
	expect_text("with that it ends", access_of(w, "ana@x.test", "C1"), "suspended suspended 2026-04-10 10:00 2026-05-11 00:00");
	expect_text("for good", one(w, "SELECT string_agg(kind || ' ' || trial, ', ') FROM ctok.action WHERE state = 'open'"),
	    "suspend false");
	night(w, "2027-04-03T03:00:00Z", true);
	expect_text("a full look says the same",
	    one(w, "SELECT string_agg(kind || ' ' || trial, ', ') FROM ctok.action WHERE state = 'open'"), "suspend false");
}

static void
test_foreign_enrolments_are_left_alone(void **state)
{
	struct with_db *w = *state;
	static const struct {
		const char *title, *row, *expected;
	} cases[] = {
		{ "active: reported", "true, 0, 0, 0, 'student', 1", "ALREADY_ENROLLED" },
		{ "suspended by hand: reported", "false, 1, 0, 0, 'student', 1", "FOREIGN_ROW" },
		{ "not started: reported", "false, 0, 4102444800, 0, 'student', 1", "FOREIGN_ROW" },
		{ "ended by itself: taken over", "false, 0, 0, 1700000000, 'student', 1", "take_over" },
		{ "level 3 cannot tell: reported", "false, NULL, NULL, NULL, 'student', 3", "FOREIGN_ROW" },
		{ "a teacher: never touched", "false, 0, 0, 1700000000, 'editingteacher', 1", "PROTECTED_ACCOUNT" },
	};
	size_t i;

	for (i = 0; i < COUNT_OF(cases); i++) {
		assert_int_equal(setup(state), 0);
		w = *state;
		with_db_sql(w, "INSERT INTO ctok.mirror_user SELECT ctok.current_tenant(), site_id, 7, 'ana', 'Ana@X.test', "
			       "'ana@x.test', 'Ana', 'B', false FROM ctok.site");
		with_db_sql(w, arena_printf(&w->arena,
				   "INSERT INTO ctok.mirror_enrolment (tenant_id, site_id, course_id, user_id, method, active, "
				   "status, time_start, time_end, roles,"
				   " read_level) SELECT ctok.current_tenant(), site_id, 1, 7, 'manual', %s FROM ctok.site",
				   cases[i].row));
		if (strstr(cases[i].row, "3") != NULL && strstr(cases[i].title, "level 3") != NULL)
			with_db_sql(w, "UPDATE ctok.mirror_enrolment SET method = '?'");
		sell(w, "1", "ana@x.test", "", "YEAR", "2026-04-30T10:20:30Z", 1, 9900);
		night(w, "2026-05-01T03:00:00Z", false);
		expect_text(cases[i].title, one(w, "SELECT gap FROM rule.access_gap"), cases[i].expected);
		expect_text(cases[i].title, actions(w), strcmp(cases[i].expected, "take_over") == 0 ? "take_over" : "");
		expect_text("ties", untied(w), "ties");
	}
}

static void
test_accounts(void **state)
{
	struct with_db *w = *state;

	with_db_sql(w, "INSERT INTO ctok.mirror_user SELECT ctok.current_tenant(), site_id, 7, 'ana', 'Ana@X.test', 'ana@x.test', "
		       "'Ana', 'B', false FROM ctok.site");
	with_db_sql(w, "INSERT INTO ctok.mirror_user SELECT ctok.current_tenant(), site_id, n, 'bo' || n, 'bo@x.test', "
		       "'bo@x.test', 'Bo', 'B', false"
		       " FROM ctok.site, generate_series(8, 9) AS n");
	sell(w, "1", "ana@x.test", "", "YEAR", "2026-04-30T10:20:30Z", 1, 9900);
	sell(w, "2", "bo@x.test", "", "YEAR", "2026-04-30T10:20:30Z", 1, 9900);
	night(w, "2026-05-01T03:00:00Z", false);
	expect_text("found whatever the letter case; two of an address are nobody's", actions(w), "enrol");
	expect_text("said", findings(w), "AMBIGUOUS_ACCOUNT NOT_APPLIED");
	expect_text("ana's", one(w, "SELECT user_id::text FROM ctok.action WHERE state = 'open'"), "7");
}

/* An account that was shut out as a whole gives no access, whatever its enrolments say. */
static void
test_a_suspended_account(void **state)
{
	struct with_db *w = *state;

	with_db_sql(w, "INSERT INTO ctok.mirror_user SELECT ctok.current_tenant(), site_id, 7, 'ana', 'ana@x.test', 'ana@x.test', "
		       "'Ana', 'B', true FROM ctok.site");
	sell(w, "1", "ana@x.test", "", "MONTH", "2026-04-30T10:20:30Z", 1, 9900);
	night(w, "2026-05-01T03:00:00Z", false);
	expect_text("enrolled all the same", actions(w), "enrol");
	carry_out(w);
	night(w, "2026-05-02T03:00:00Z", false);
	expect_text("nothing is written for it", actions(w), "");
	expect_text("but it is no access", classes(w), "open ACCESS x1");
	expect_text("paid for",
	    one(w, "SELECT concat_ws(' ', class, risk, units, risk_minor) FROM ctok.finding WHERE cleared_at IS NULL"),
	    "ACCOUNT_SUSPENDED paid_without_access 1 9900");
	expect_text("said in the workbook", one(w, "SELECT moodle FROM rule.report_access"), "account suspended");
	expect_text("ties", untied(w), "ties");
	with_db_sql(w, "UPDATE ctok.mirror_user SET suspended = false");
	night(w, "2026-05-03T03:00:00Z", false);
	expect_text("lifted", classes(w), "matched x1");
	expect_text("no finding", findings(w), "");
	with_db_sql(w, "UPDATE ctok.mirror_user SET suspended = true");
	night(w, "2026-06-01T03:00:00Z", false);
	expect_text("at its end it is suspended like any other", actions(w), "suspend");
	carry_out(w);
	night(w, "2026-06-02T03:00:00Z", false);
	expect_text("no money, no finding", findings(w), "");
}

static void
test_a_deleted_unit_does_not_tie(void **state)
{
	struct with_db *w = *state;

	sell(w, "1", "ana@x.test", "", "BOOK", "2026-04-30T10:20:30Z", 1, 9900);
	night(w, "2026-05-01T03:00:00Z", false);
	expect_text("ties", untied(w), "ties");
	with_db_sql(w, "DELETE FROM ctok.unit");
	expect_text("says by how much", untied(w), "MONEY_OF_UNITS 9900/0, UNITS_OF_LINES 1/0");
}

static void
test_what_is_deleted_behind_our_back_is_missed(void **state)
{
	struct with_db *w = *state;

	sell(w, "1", "ana@x.test", "", "YEAR", "2026-04-30T10:20:30Z", 1, 9900);
	sell(w, "2", "bo@x.test", "", "BOOK", "2026-04-30T10:20:30Z", 1, 9900);
	night(w, "2026-05-01T03:00:00Z", false);
	expect_text("ties", untied(w), "ties");
	with_db_sql(w, "DELETE FROM ctok.unit");
	/* Two contacts, one entitlement, an account to make and an enrolment; the open unit's finding goes with it. */
	expect_text(
	    "a unit with an entitlement", untied(w), "MONEY_OF_UNITS 19800/0, OPEN_IN_FINDINGS 0/1, UNITS_OF_LINES 2/0, WHOLE 5/4");
}

/* Another word of the configuration about products[0], the rule for YEAR. */
static void
say(struct with_db *w, struct config_product *now)
{
	struct err err = ERR_INIT;
	bool changed;

	products[0] = *now;
	expect_ok("rules", entitle_sync_rules(&w->arena, w->db, &w->tenant, &changed, &err), &err);
	assert_true(changed);
}

static void
test_a_trial_follows_the_rules_as_they_are(void **state)
{
	struct with_db *w = *state;
	struct config_product was = products[0], other = was, none = was;

	other.courses = (struct config_list){ (const char **)(uintptr_t)bundle, 2 };
	other.term = "P2Y";
	none.exclude = true;
	none.courses = (struct config_list){ NULL, 0 };
	none.term = NULL;
	with_db_sql(w, "DELETE FROM ctok.live");
	sell(w, "1", "ana@x.test", "", "YEAR", "2026-04-30T10:20:30Z", 1, 9900);
	night(w, "2026-05-01T03:00:00Z", false);
	expect_text("as the rule says", access_of(w, "ana@x.test", "C1"), "active active 2026-04-30 12:20 2027-05-01 00:00");
	say(w, &other);
	night(w, "2026-05-02T03:00:00Z", false);
	expect_text(
	    "corrected: a longer term", access_of(w, "ana@x.test", "C1"), "active active 2026-04-30 12:20 2028-05-01 00:00");
	expect_text("and another course", access_of(w, "ana@x.test", "C2"), "active active 2026-04-30 12:20 2028-05-01 00:00");
	expect_text("planned so", actions(w), "create_account enrol enrol");
	expect_text("ties", untied(w), "ties");
	say(w, &none);
	night(w, "2026-05-03T03:00:00Z", false);
	expect_text("no course at all", classes(w), "excluded NOT_A_COURSE x1");
	expect_text("nobody has access by it", one(w, "SELECT count(*)::text FROM ctok.access"), "0");
	expect_text("nothing is planned", actions(w), "");
	expect_text("nothing is open", findings(w), "");
	say(w, &was);
	night(w, "2026-05-04T03:00:00Z", false);
	expect_text("back", access_of(w, "ana@x.test", "C1"), "active active 2026-04-30 12:20 2027-05-01 00:00");

	/* From go-live on what was matched stays as it was sold. */
	with_db_sql(w, "INSERT INTO ctok.live SELECT ctok.current_tenant(), site_id, source_id, '-infinity', now() FROM ctok.site, "
		       "ctok.source");
	say(w, &other);
	night(w, "2026-05-05T03:00:00Z", true);
	expect_text(
	    "live, a sale keeps its rule", access_of(w, "ana@x.test", "C1"), "active active 2026-04-30 12:20 2027-05-01 00:00");
	expect_text("and its course", one(w, "SELECT count(*)::text FROM ctok.access"), "1");
	products[0] = was;
}

static void
test_findings_keep_their_age(void **state)
{
	struct with_db *w = *state;

	sell(w, "1", "ana@x.test", "", "UNKNOWN", "2026-04-01T08:00:00Z", 1, 100);
	night(w, "2026-04-02T03:00:00Z", false);
	night(w, "2026-04-03T03:00:00Z", false);
	expect_text("first seen stays", one(w, "SELECT to_char(first_seen, 'YYYY-MM-DD') FROM ctok.finding"), "2026-04-02");
	with_db_sql(w, "UPDATE ctok.document SET status = 'test'");
	night(w, "2026-04-04T03:00:00Z", false);
	expect_text("cleared", findings(w), "");
	with_db_sql(w, "UPDATE ctok.document SET status = 'paid'");
	night(w, "2026-04-05T03:00:00Z", false);
	expect_text("come back with the same id and a new age",
	    one(w, "SELECT count(*) || ' ' || to_char(min(first_seen), 'YYYY-MM-DD') FROM ctok.finding"), "1 2026-04-05");
}

static void
test_calendar(void **state)
{
	struct with_db *w = *state;
	static const struct {
		const char *start, *term, *end;
	} cases[] = {
		{ "2024-02-29 10:00", "1 year", "2025-03-01 00:00" }, /* 28 February is the last day */
		{ "2026-01-31 10:00", "1 mon", "2026-03-01 00:00" },
		{ "2026-03-28 10:00", "1 day", "2026-03-30 00:00" },  /* the clocks go forward on the 29th */
		{ "2026-10-24 10:00", "1 day", "2026-10-26 00:00" },  /* and back on the 25th */
		{ "2026-05-01 00:00", "7 days", "2026-05-08 00:00" }, /* a whole day stays whole: renewals do not creep */
		{ "2026-05-01 00:00:01", "7 days", "2026-05-09 00:00" },
		{ "2026-05-01 23:59:59", "2 years", "2028-05-02 00:00" },
	};
	size_t i;

	for (i = 0; i < COUNT_OF(cases); i++)
		expect_text(cases[i].start,
		    one(w, arena_printf(&w->arena,
			       "SELECT to_char(rule.term_end('%s Europe/Madrid'::timestamptz, '%s', 'Europe/Madrid') AT TIME ZONE "
			       "'Europe/Madrid',"
			       " 'YYYY-MM-DD HH24:MI')",
			       cases[i].start, cases[i].term)),
		    cases[i].end);
	expect_text("no term", one(w, "SELECT rule.term_end(now(), NULL, 'UTC')::text"), "infinity");
}

/* Grace without end: nobody is told of an end, none comes, and what is owed stands in a finding. */
static void
test_grace_may_have_no_end(void **state)
{
	struct with_db *w = *state;

	sell(w, "1", "ana@x.test", "", "PATIENT", "2025-04-01T08:00:00Z", 1, 9900);
	night(w, "2025-04-02T03:00:00Z", false);
	expect_text("Moodle does not end it either", one(w, "SELECT after_end::text FROM ctok.action WHERE kind = 'enrol'"), "0");
	carry_out(w);
	night(w, "2026-04-02T03:00:00Z", false);
	expect_text("owed", access_of(w, "ana@x.test", "C1"), "grace active 2025-04-01 10:00 2026-04-02 00:00");
	expect_text("said, with what it costs",
	    one(w, "SELECT string_agg(concat_ws(' ', class, risk, risk_minor, detail), ', ') FROM ctok.finding WHERE cleared_at IS "
		   "NULL"),
	    "PAST_DUE access_without_money 9900 since 2026-04-02");
	night(w, "2036-04-02T03:00:00Z", true);
	expect_text("ten years later", access_of(w, "ana@x.test", "C1"), "grace active 2025-04-01 10:00 2026-04-02 00:00");
	expect_text("nothing is planned", actions(w), "");
	expect_text("nobody was told of an end", mails(w), "");
	expect_text("ties", untied(w), "ties");
	sell(w, "2", "ana@x.test", "", "YEAR", "2036-05-01T08:00:00Z", 1, 9900);
	night(w, "2036-05-02T03:00:00Z", false);
	expect_text("paid at last", findings(w), "");
	expect_text("cured", one(w, "SELECT count(*) || ' ' || count(cured_at) FROM ctok.debt_episode"), "1 1");
}

static void
test_a_fixed_day_ends_it_for_all(void **state)
{
	struct with_db *w = *state;
	static const char others[] =
	    "SELECT string_agg(to_char(starts_at AT TIME ZONE 'Europe/Madrid', 'MM-DD') || ' to ' || "
	    "to_char(ends_at AT TIME ZONE 'Europe/Madrid', 'YYYY-MM-DD'), ', ' ORDER BY sold_at) FROM ctok.entitlement e "
	    "JOIN ctok.person p USING (tenant_id, person_id) WHERE p.email = '%s'";

	sell(w, "1", "ana@x.test", "", "EDITION", "2026-01-10T12:00:00Z", 1, 9900);
	sell(w, "2", "bo@x.test", "", "EDITION", "2026-06-29T12:00:00Z", 1, 9900);
	sell(w, "3", "cy@x.test", "", "EDITION", "2026-01-10T12:00:00Z", 1, 9900);
	sell(w, "4", "cy@x.test", "", "MONTH", "2026-03-01T12:00:00Z", 1, 900);
	sell(w, "5", "di@x.test", "", "YEAR", "2026-01-01T12:00:00Z", 1, 9900);
	sell(w, "6", "di@x.test", "", "EDITION", "2026-03-01T12:00:00Z", 1, 9900);
	sell(w, "7", "di@x.test", "", "MONTH", "2026-04-01T12:00:00Z", 1, 900);
	night(w, "2026-06-30T03:00:00Z", false);
	carry_out(w);
	expect_text("sold in winter", access_of(w, "ana@x.test", "C1"), "active active 2026-01-10 13:00 2026-07-01 00:00");
	expect_text("or the day before", access_of(w, "bo@x.test", "C1"), "active active 2026-06-29 14:00 2026-07-01 00:00");
	expect_text("a month bought meanwhile follows it", one(w, arena_printf(&w->arena, others, "cy@x.test")),
	    "01-10 to 2026-07-01, 07-01 to 2026-08-01");
	expect_text("it adds nothing to a year that lasts longer, and takes nothing from what follows that",
	    one(w, arena_printf(&w->arena, others, "di@x.test")), "01-01 to 2027-01-02, 03-01 to 2026-07-01, 01-02 to 2027-02-02");
	sell(w, "8", "ed@x.test", "", "EDITION", "2026-07-02T12:00:00Z", 1, 9900);
	night(w, "2026-07-03T03:00:00Z", false);
	expect_text("it ends for all at once",
	    one(w, "SELECT count(*)::text FROM ctok.action WHERE state = 'open' AND kind = 'suspend'"), "2");
	expect_text("what is sold later gives nothing, and says so",
	    one(w, "SELECT class || ' ' || code FROM rule.unit_class c JOIN ctok.document d USING (tenant_id, document_id) WHERE "
		   "d.number = '8'"),
	    "excluded TERM_OVER");
	expect_text("ties", untied(w), "ties");
}

/* What a payment provider tells of an order's payment. */
static void
dispute(struct with_db *w, const char *number, const char *kind, int minor, const char *at)
{
	with_db_sql(w, arena_printf(&w->arena,
			   "WITH d AS (SELECT tenant_id, source_id, document_id FROM ctok.document WHERE number = '%s'), s AS "
			   "(INSERT INTO ctok.settlement (tenant_id, "
			   "source_id, kind, external_key, payment_key, intent_key, amount_minor, currency, effective_at, "
			   "known_at, run_id, document_id)"
			   " SELECT tenant_id, source_id, 'dispute_%s', 'dp_%s', 'ch', '', %d, 'EUR', '%s', now(), %lld, "
			   "document_id FROM d RETURNING *),"
			   " m AS (INSERT INTO ctok.movement (tenant_id, document_id, settlement_id, kind, external_key, "
			   "amount_minor, currency, effective_at, known_at, "
			   "run_id) SELECT tenant_id, document_id, settlement_id, kind, external_key, amount_minor, currency, "
			   "effective_at, known_at, run_id FROM s)"
			   " INSERT INTO ctok.dirty_document SELECT tenant_id, document_id FROM d ON CONFLICT DO NOTHING",
			   number, kind, number, minor, at, (long long)w->night.run_id));
}

static void
test_a_dispute_keeps_or_suspends(void **state)
{
	struct with_db *w = *state;

	sell(w, "1", "ana@x.test", "", "YEAR", "2026-04-01T08:00:00Z", 1, 9900);
	sell(w, "2", "bo@x.test", "", "WARY", "2026-04-01T08:00:00Z", 1, 9900);
	sell(w, "3", "cy@x.test", "", "WARY", "2026-04-01T08:00:00Z", 1, 9900);
	sell(w, "4", "di@x.test", "", "WARY", "2026-04-10T08:00:00Z", 1, 9900);
	night(w, "2026-04-02T03:00:00Z", false);
	with_db_sql(w, "UPDATE ctok.action SET state = 'superseded' WHERE person_id IN (SELECT person_id FROM ctok.person WHERE "
		       "email = 'di@x.test')");
	carry_out(w);
	dispute(w, "1", "opened", -9900, "2026-04-11T08:00:00Z");
	dispute(w, "2", "opened", -9900, "2026-04-11T08:00:00Z");
	dispute(w, "3", "opened", -9900, "2026-04-11T08:00:00Z");
	dispute(w, "4", "opened", -9900, "2026-04-11T08:00:00Z");
	night(w, "2026-04-12T03:00:00Z", false);
	expect_text("kept", access_of(w, "ana@x.test", "C1"), "held active 2026-04-01 10:00 2027-04-02 00:00");
	expect_text("suspended by its rule", access_of(w, "bo@x.test", "C1"), "held suspended 2026-04-01 10:00 2027-04-02 00:00");
	expect_text("what was not given yet is not given", access_of(w, "di@x.test", "C1"),
	    "held untouched 2026-04-10 10:00 2027-04-11 00:00");
	expect_text("two wait", actions(w), "suspend suspend");
	expect_text(
	    "as disputed", one(w, "SELECT string_agg(DISTINCT reason, ' ') FROM ctok.action WHERE state = 'open'"), "disputed");
	carry_out(w);
	expect_text("and are told that", mails(w), "access-held queued, access-held queued");
	night(w, "2026-04-13T03:00:00Z", true);
	expect_text("once", actions(w), "");
	expect_text(
	    "open, with the money", findings(w), "DISPUTED DISPUTED DISPUTED DISPUTE_OPEN DISPUTE_OPEN DISPUTE_OPEN DISPUTE_OPEN");
	expect_text("ties", untied(w), "ties");
	dispute(w, "2", "won", 9900, "2026-04-14T08:00:00Z");
	dispute(w, "3", "lost", 0, "2026-04-14T08:00:00Z");
	dispute(w, "1", "lost", 0, "2026-04-14T08:00:00Z");
	night(w, "2026-04-15T03:00:00Z", false);
	expect_text("won: back as it was", access_of(w, "bo@x.test", "C1"), "active active 2026-04-01 10:00 2027-04-02 00:00");
	expect_text(
	    "lost: over from then on", access_of(w, "cy@x.test", "C1"), "revoked suspended 2026-04-01 10:00 2026-04-14 10:00");
	expect_text("with grace where the rule has some", access_of(w, "ana@x.test", "C1"),
	    "grace active 2026-04-01 10:00 2026-04-14 10:00");
	expect_text("one is given back", actions(w), "resume");
	carry_out(w);
	expect_text("the mail that it waits did not go out in time",
	    one(w, "SELECT string_agg(o.state, ' ') FROM ctok.outbox o JOIN ctok.person p USING (tenant_id, person_id) WHERE "
		   "p.email = 'bo@x.test'"),
	    "withdrawn");
	night(w, "2026-04-16T03:00:00Z", true);
	expect_text("and that is all", actions(w), "");
}

/* Grace keeps access that there is. What a dispute had suspended is opened again for its grace only by winning. */
static void
test_grace_opens_nothing_that_a_dispute_suspended(void **state)
{
	struct with_db *w = *state;
	int i;

	/* Five of eleven are no more than a brake lets pass. */
	for (i = 11; i <= 16; i++)
		sell(w, arena_printf(&w->arena, "%d", i), arena_printf(&w->arena, "b%d@x.test", i), "", "YEAR",
		    "2026-04-01T08:00:00Z", 1, 9900);
	sell(w, "1", "ana@x.test", "", "PROUD", "2026-04-01T08:00:00Z", 1, 9900);
	sell(w, "2", "bo@x.test", "", "PROUD", "2026-04-01T08:00:00Z", 1, 9900);
	sell(w, "3", "cy@x.test", "", "PROUD", "2026-04-01T08:00:00Z", 1, 9900);
	sell(w, "4", "di@x.test", "", "PROUD", "2026-04-01T08:00:00Z", 1, 9900);
	sell(w, "5", "ei@x.test", "", "PROUD", "2026-04-01T08:00:00Z", 1, 9900);
	night(w, "2026-04-02T03:00:00Z", false);
	carry_out(w);
	dispute(w, "1", "opened", -9900, "2026-04-11T08:00:00Z");
	dispute(w, "2", "opened", -9900, "2026-04-11T08:00:00Z");
	dispute(w, "3", "opened", -9900, "2026-04-11T08:00:00Z");
	dispute(w, "4", "opened", -9900, "2026-04-11T08:00:00Z");
	dispute(w, "5", "opened", -9900, "2026-04-11T08:00:00Z");
	night(w, "2026-04-12T03:00:00Z", false);
	expect_text("all wait", actions(w), "suspend suspend suspend suspend suspend");
	carry_out(w);
	dispute(w, "1", "lost", 0, "2026-04-20T08:00:00Z");
	night(w, "2026-04-21T03:00:00Z", false);
	expect_text("lost: no grace", access_of(w, "ana@x.test", "C1"), "revoked suspended 2026-04-01 10:00 2026-04-20 10:00");
	expect_text("nothing is done", actions(w), "");
	change(w, "5", "paid", 9900, "2026-04-28T08:00:00Z");
	dispute(w, "5", "won", 9900, "2026-04-29T08:00:00Z");
	night(w, "2026-05-03T03:00:00Z", false);
	expect_text("over meanwhile: it waits on", access_of(w, "bo@x.test", "C1"),
	    "suspended suspended 2026-04-01 10:00 2026-05-02 00:00");
	expect_text(
	    "won, and refunded before", access_of(w, "ei@x.test", "C1"), "revoked suspended 2026-04-01 10:00 2026-04-28 10:00");
	expect_text("nothing is done yet", actions(w), "");
	dispute(w, "2", "won", 9900, "2026-05-05T08:00:00Z");
	dispute(w, "3", "lost", 0, "2026-05-05T08:00:00Z");
	night(w, "2026-05-06T03:00:00Z", false);
	expect_text(
	    "won: the rest of its grace", access_of(w, "bo@x.test", "C1"), "grace active 2026-04-01 10:00 2026-05-02 00:00");
	expect_text("lost: none", access_of(w, "cy@x.test", "C1"), "revoked suspended 2026-04-01 10:00 2026-05-02 00:00");
	expect_text("one is opened", actions(w), "resume");
	carry_out(w);
	dispute(w, "4", "won", 9900, "2026-05-20T08:00:00Z");
	night(w, "2026-05-21T03:00:00Z", false);
	expect_text(
	    "won when grace was over", access_of(w, "di@x.test", "C1"), "suspended suspended 2026-04-01 10:00 2026-05-02 00:00");
}

/* A renewal under dispute is held from the day on which it begins, not from when somebody looks again. */
static void
test_a_disputed_renewal_is_held_on_its_day(void **state)
{
	struct with_db *w = *state;

	sell(w, "1", "ana@x.test", "", "PROUD", "2026-04-01T08:00:00Z", 1, 9900);
	sell(w, "2", "ana@x.test", "", "PROUD", "2026-04-20T08:00:00Z", 1, 9900);
	sell(w, "3", "bo@x.test", "", "PROUD", "2026-04-01T08:00:00Z", 1, 9900);
	sell(w, "4", "bo@x.test", "", "PROUD", "2026-04-20T08:00:00Z", 1, 9900);
	night(w, "2026-04-21T03:00:00Z", false);
	carry_out(w);
	dispute(w, "2", "opened", -9900, "2026-04-22T08:00:00Z");
	dispute(w, "3", "opened", -9900, "2026-04-22T08:00:00Z");
	night(w, "2026-04-23T03:00:00Z", false);
	expect_text(
	    "what runs is not disputed", access_of(w, "ana@x.test", "C1"), "active active 2026-04-01 10:00 2026-06-02 00:00");
	expect_text("what runs is", access_of(w, "bo@x.test", "C1"), "held suspended 2026-04-01 10:00 2026-06-02 00:00");
	carry_out(w);
	night(w, "2026-05-03T03:00:00Z", false);
	expect_text("now it is", access_of(w, "ana@x.test", "C1"), "held suspended 2026-05-02 00:00 2026-06-02 00:00");
	expect_text("and now it is not", access_of(w, "bo@x.test", "C1"), "active active 2026-05-02 00:00 2026-06-02 00:00");
	expect_text("both in Moodle", actions(w), "resume suspend");
}

/* A subscription of which these orders are the cycles. */
static void
subscribe(struct with_db *w, const char *name, const char *numbers, const char *period_to, const char *ended_at)
{
	with_db_sql(
	    w, arena_printf(&w->arena,
		   "INSERT INTO ctok.document_reference SELECT tenant_id, document_id, 'subscription', '%s' FROM ctok.document "
		   "WHERE number = ANY ('{%s}') ON "
		   "CONFLICT DO NOTHING; INSERT INTO ctok.subscription (tenant_id, source_id, external_id, status, paused, "
		   "period_to, ended_at, known_at)"
		   " SELECT tenant_id, min(source_id), '%s', 'canceled', false, '%s', %s, now() FROM ctok.source GROUP BY tenant_id"
		   " ON CONFLICT (tenant_id, source_id, external_id) DO UPDATE SET period_to = excluded.period_to, ended_at = "
		   "excluded.ended_at;"
		   " INSERT INTO ctok.dirty_document SELECT tenant_id, document_id FROM ctok.document WHERE number = ANY ('{%s}') "
		   "ON CONFLICT DO NOTHING",
		   name, numbers, name, period_to, ended_at, numbers));
}

static void
test_cancelled_at_once_ends_the_cycle_that_runs(void **state)
{
	struct with_db *w = *state;
	static const char cycles[] =
	    "SELECT string_agg(to_char(starts_at AT TIME ZONE 'Europe/Madrid', 'MM-DD') || ' to ' || to_char(ends_at AT TIME "
	    "ZONE 'Europe/Madrid', 'YYYY-MM-DD'), ', ' ORDER BY sold_at) FROM ctok.entitlement";

	sell(w, "1", "ana@x.test", "", "MONTH", "2026-01-01T08:00:00Z", 1, 900);
	sell(w, "2", "ana@x.test", "", "MONTH", "2026-02-01T08:00:00Z", 1, 900);
	sell(w, "3", "ana@x.test", "", "MONTH", "2026-03-01T08:00:00Z", 1, 900);
	sell(w, "4", "ana@x.test", "", "YEAR", "2026-03-05T08:00:00Z", 1, 9900);
	subscribe(w, "sub_ana", "1,2,3", "2026-04-04T00:00:00Z", "NULL");
	night(w, "2026-03-10T03:00:00Z", false);
	carry_out(w);
	expect_text("three months, and a year after them", one(w, cycles),
	    "01-01 to 2026-02-02, 02-02 to 2026-03-02, 03-02 to 2026-04-02, 04-02 to 2027-04-02");
	subscribe(w, "sub_ana", "1,2,3", "2026-04-04T00:00:00Z", "'2026-03-15T10:00:00Z'");
	night(w, "2026-03-16T03:00:00Z", false);
	expect_text("what was used was paid; the year is a whole one, from then on", one(w, cycles),
	    "01-01 to 2026-02-02, 02-02 to 2026-03-02, 03-02 to 2026-03-15, 03-15 to 2027-03-16");
	expect_text("nothing is taken", access_of(w, "ana@x.test", "C1"), "active active 2026-03-15 11:00 2027-03-16 00:00");
	expect_text("nor given", actions(w), "");
	/* The year is refunded: the subscription ended on the 15th, and that was the last of it. */
	change(w, "4", "paid", 9900, "2026-03-12T08:00:00Z");
	night(w, "2026-03-17T03:00:00Z", false);
	expect_text("over since then",
	    one(w, "SELECT state || ' ' || why || ' ' || to_char(debt_at, 'MM-DD HH24:MI') FROM ctok.access"),
	    "suspended subscription 03-15 10:00");
	carry_out(w);
	/* Sold and ended before the first night that saw it. */
	sell(w, "5", "bo@x.test", "", "MONTH", "2026-03-17T08:00:00Z", 1, 900);
	subscribe(w, "sub_bo", "5", "2026-04-17T00:00:00Z", "'2026-03-17T10:00:00Z'");
	night(w, "2026-03-18T03:00:00Z", false);
	expect_text(
	    "nothing is left of it to give", access_of(w, "bo@x.test", "C1"), "ended untouched 2026-03-17 09:00 2026-03-17 11:00");
	night(w, "2026-03-18T04:00:00Z", true);
	expect_text("a full look says the same", actions(w), "");
}

/* The time that an order was paid for, as its source says. */
static void
paid_for(struct with_db *w, const char *number, const char *from, const char *to)
{
	with_db_sql(
	    w, arena_printf(&w->arena,
		   "UPDATE ctok.line l SET period_from = '%s', period_to = '%s' FROM ctok.document d WHERE d.number = '%s' AND "
		   "l.document_id = d.document_id",
		   from, to, number));
}

/* Each entitlement as "cycle: from to to, why". */
static const char *
cycles(struct with_db *w)
{
	return one(w,
	    "SELECT string_agg(cycle || ': ' || coalesce(to_char(starts_at AT TIME ZONE 'Europe/Madrid', 'MM-DD') || ' to ' ||"
	    " to_char(ends_at AT TIME ZONE 'Europe/Madrid', 'YYYY-MM-DD'), 'none') || coalesce(' ' || revoked_why, ''), ', '"
	    " ORDER BY sold_at, document_id, ends_at) FROM ctok.entitlement");
}

static void
test_a_cycle_lasts_what_was_paid_for(void **state)
{
	struct with_db *w = *state;

	/* A trial of a week, then a month, then a plan that bills by the year and credits what was left; the rule says a month of each. */
	sell(w, "1", "ana@x.test", "", "MONTH", "2026-01-01T08:00:00Z", 1, 0);
	paid_for(w, "1", "2026-01-01T07:00:00Z", "2026-01-08T07:00:00Z");
	sell(w, "2", "ana@x.test", "", "MONTH", "2026-01-08T08:00:00Z", 1, 900);
	paid_for(w, "2", "2026-01-08T07:00:00Z", "2026-02-08T07:00:00Z");
	night(w, "2026-01-09T03:00:00Z", false);
	expect_text("one follows the other without a gap", cycles(w), "1: 01-01 to 2026-01-09, 2: 01-08 to 2026-02-09");
	sell(w, "3", "ana@x.test", "", "MONTH", "2026-01-20T08:00:00Z", 1, 9000);
	paid_for(w, "3", "2026-01-20T07:00:00Z", "2027-01-20T07:00:00Z");
	night(w, "2026-01-21T03:00:00Z", false);
	expect_text("a change of plan leaves what runs as it was sold", cycles(w),
	    "1: 01-01 to 2026-01-09, 2: 01-08 to 2026-02-09, 3: 01-20 to 2027-01-21");
	expect_text("for what it cost", one(w, "SELECT string_agg(price_minor::text, ',' ORDER BY sold_at) FROM ctok.entitlement"),
	    "0,900,9000");
	expect_text("access is all of it", access_of(w, "ana@x.test", "C1"), "active active 2026-01-08 08:00 2027-01-21 00:00");
	/* What is read of it later is another matter: it is fixed. In trial it follows. */
	paid_for(w, "3", "2026-01-20T07:00:00Z", "2026-02-20T07:00:00Z");
	with_db_sql(w, "INSERT INTO ctok.dirty_document SELECT tenant_id, document_id FROM ctok.document");
	night(w, "2026-01-22T03:00:00Z", true);
	expect_text("fixed", access_of(w, "ana@x.test", "C1"), "active active 2026-01-08 08:00 2027-01-21 00:00");
	with_db_sql(w, "DELETE FROM ctok.live");
	night(w, "2026-01-23T03:00:00Z", true);
	expect_text("in trial as it is read", access_of(w, "ana@x.test", "C1"), "active active 2026-01-08 08:00 2026-02-21 00:00");
	with_db_sql(w, "INSERT INTO ctok.live SELECT ctok.current_tenant(), site_id, source_id, '-infinity', now() FROM ctok.site, "
		       "ctok.source");
	/* Beside another sale: the longest counts; a course bought meanwhile follows what is paid for. */
	sell(w, "4", "bo@x.test", "", "MONTH", "2026-01-01T08:00:00Z", 1, 900);
	paid_for(w, "4", "2026-01-01T07:00:00Z", "2026-02-01T07:00:00Z");
	sell(w, "5", "bo@x.test", "", "YEAR", "2026-01-10T08:00:00Z", 1, 9900);
	sell(w, "6", "bo@x.test", "", "MONTH", "2026-02-01T08:00:00Z", 1, 900);
	paid_for(w, "6", "2026-02-01T07:00:00Z", "2026-03-01T07:00:00Z");
	night(w, "2026-02-02T03:00:00Z", false);
	expect_text("together", access_of(w, "bo@x.test", "C1"), "active active 2026-02-01 08:00 2027-02-02 00:00");
	change(w, "5", "paid", 9900, "2026-02-10T08:00:00Z");
	night(w, "2026-02-11T03:00:00Z", false);
	expect_text("the year is refunded: what is left is paid for", access_of(w, "bo@x.test", "C1"),
	    "active active 2026-02-01 08:00 2026-03-02 00:00");
	/* A rule's own last day is the last. Without a term there is the period's. */
	sell(w, "7", "cy@x.test", "", "EDITION", "2026-06-01T08:00:00Z", 1, 900);
	paid_for(w, "7", "2026-06-01T07:00:00Z", "2026-07-01T07:00:00Z");
	sell(w, "8", "di@x.test", "", "EVER", "2026-06-01T08:00:00Z", 1, 900);
	paid_for(w, "8", "2026-06-01T07:00:00Z", "2026-07-01T07:00:00Z");
	night(w, "2026-06-02T03:00:00Z", false);
	expect_text("its last day", access_of(w, "cy@x.test", "C1"), "active active 2026-06-01 09:00 2026-07-01 00:00");
	expect_text("no longer than paid", access_of(w, "di@x.test", "C1"), "active active 2026-06-01 09:00 2026-07-02 00:00");
	/* Billed in time and paid later: it is the time that was billed. */
	sell(w, "9", "di@x.test", "", "EVER", "2026-07-01T08:00:00Z", 1, 900);
	paid_for(w, "9", "2026-07-01T07:00:00Z", "2026-08-01T07:00:00Z");
	with_db_sql(w,
	    "UPDATE ctok.movement m SET effective_at = '2026-07-09T08:00:00Z' FROM ctok.document d WHERE d.number = '9' AND "
	    "m.document_id = d.document_id");
	night(w, "2026-07-10T03:00:00Z", false);
	expect_text("the next cycle", access_of(w, "di@x.test", "C1"), "active active 2026-07-01 09:00 2026-08-02 00:00");
	/* What had to wait at a gate counts from when that opened; a time that was paid for is the same. */
	sell(w, "10", "ed@x.test", "", "MONTH", "2026-07-01T08:00:00Z", 1, 900);
	night(w, "2026-07-10T03:00:00Z", false);
	with_db_sql(w,
	    "INSERT INTO ctok.gate (tenant_id, unit_id, target_id, rule_id, known_at, opened_at) SELECT e.tenant_id, unit_id, "
	    "target_id, "
	    "rule_id, now(), '2026-07-08T08:00:00Z' FROM ctok.entitlement e JOIN ctok.document USING (document_id) WHERE number IN "
	    "('9', '10')");
	night(w, "2026-07-10T03:00:00Z", true);
	expect_text("waited", access_of(w, "ed@x.test", "C1"), "active active 2026-07-08 10:00 2026-08-09 00:00");
	expect_text(
	    "waited, and paid for a time", access_of(w, "di@x.test", "C1"), "active active 2026-07-01 09:00 2026-08-02 00:00");
	with_db_sql(w, "DELETE FROM ctok.gate");
	night(w, "2026-07-10T03:00:00Z", true);
	expect_text("ties", untied(w), "ties");
}

/* An order's charges, instead of the one at its sale: "moment amount" each. */
static void
paid_on(struct with_db *w, const char *number, const char *charges)
{
	with_db_sql(w, arena_printf(&w->arena,
			   "DELETE FROM ctok.movement m USING ctok.document d WHERE d.number = '%s' AND m.document_id = "
			   "d.document_id AND m.kind IN "
			   "('charge', 'adjustment')",
			   number));
	with_db_sql(w, arena_printf(&w->arena,
			   "INSERT INTO ctok.movement (tenant_id, document_id, kind, external_key, amount_minor, currency, "
			   "effective_at, known_at, run_id)"
			   " SELECT tenant_id, document_id, CASE WHEN c.amount > 0 THEN 'charge' ELSE 'adjustment' END, 'at ' || "
			   "c.at, c.amount, 'EUR', c.at, "
			   "now(), %lld FROM ctok.document, (VALUES %s) c (at, amount) WHERE number = '%s'",
			   (long long)w->night.run_id, charges, number));
}

static void
test_what_is_paid_late_has_its_whole_term(void **state)
{
	struct with_db *w = *state;

	sell(w, "1", "ana@x.test", "", "YEAR", "2026-01-01T08:00:00Z", 1, 9000);
	paid_on(w, "1", "(timestamptz '2026-01-26T08:00:00Z', 9000)");
	sell(w, "2", "bo@x.test", "", "YEAR", "2026-01-01T08:00:00Z", 1, 9000);
	paid_on(w, "2", "(timestamptz '2026-01-05T08:00:00Z', 3000), ('2026-01-20T08:00:00Z', 6000)");
	/* On the day of the sale, too. */
	sell(w, "3", "cy@x.test", "", "YEAR", "2026-01-01T08:00:00Z", 1, 9000);
	paid_on(w, "3", "(timestamptz '2026-01-01T21:00:00Z', 9000)");
	/* What renews was billed for the time from its sale on. */
	sell(w, "4", "di@x.test", "", "MONTH", "2026-01-01T08:00:00Z", 1, 900);
	paid_on(w, "4", "(timestamptz '2026-01-26T08:00:00Z', 900)");
	/* Taken back and paid again before anything was given for it: the payment that stands. */
	sell(w, "5", "ed@x.test", "", "YEAR", "2026-01-01T08:00:00Z", 1, 9000);
	paid_on(
	    w, "5", "(timestamptz '2026-01-10T08:00:00Z', 9000), ('2026-01-15T08:00:00Z', -9000), ('2026-01-25T08:00:00Z', 9000)");
	/* Never all of it, and given all the same because the source says that it is paid. */
	sell(w, "6", "fay@x.test", "", "YEAR", "2026-01-01T08:00:00Z", 1, 9000);
	paid_on(w, "6", "(timestamptz '2026-01-10T08:00:00Z', 4000)");
	night(w, "2026-01-27T03:00:00Z", false);
	expect_text("paid after 25 days", access_of(w, "ana@x.test", "C1"), "active active 2026-01-26 09:00 2027-01-27 00:00");
	expect_text("in two parts", access_of(w, "bo@x.test", "C1"), "active active 2026-01-20 09:00 2027-01-21 00:00");
	expect_text("on the same day", access_of(w, "cy@x.test", "C1"), "active active 2026-01-01 22:00 2027-01-02 00:00");
	expect_text("a subscription", access_of(w, "di@x.test", "C1"), "active active 2026-01-01 09:00 2026-02-02 00:00");
	expect_text("the one that stands", access_of(w, "ed@x.test", "C1"), "active active 2026-01-25 09:00 2027-01-26 00:00");
	expect_text("in part", access_of(w, "fay@x.test", "C1"), "active active 2026-01-01 09:00 2027-01-02 00:00");
	carry_out(w);
	/* An order that grows later does not begin anew. */
	with_db_sql(w, "UPDATE ctok.document SET total_minor = 12000 WHERE number = '1'");
	paid_on(w, "1", "(timestamptz '2026-01-26T08:00:00Z', 9000), ('2026-03-01T08:00:00Z', 3000)");
	/* Nor does one that was given, and whose payment was taken back and came again. */
	paid_on(
	    w, "2", "(timestamptz '2026-01-20T08:00:00Z', 9000), ('2026-02-10T08:00:00Z', -9000), ('2026-02-20T08:00:00Z', 9000)");
	with_db_sql(w, "INSERT INTO ctok.dirty_document SELECT tenant_id, document_id FROM ctok.document");
	night(w, "2026-03-02T03:00:00Z", true);
	expect_text("paid again", access_of(w, "bo@x.test", "C1"), "active active 2026-01-20 09:00 2027-01-21 00:00");
	expect_text("grown", access_of(w, "ana@x.test", "C1"), "active active 2026-01-26 09:00 2027-01-27 00:00");
	/* Sold first and paid last: what runs meanwhile is not put off, and the two follow each other. */
	sell(w, "7", "gus@x.test", "", "YEAR", "2026-01-01T08:00:00Z", 1, 9000);
	paid_on(w, "7", "(timestamptz '2026-03-05T08:00:00Z', 9000)");
	with_db_sql(w, "UPDATE ctok.document SET status = 'unpaid' WHERE number = '7'");
	sell(w, "8", "gus@x.test", "", "YEAR", "2026-02-01T08:00:00Z", 1, 9000);
	night(w, "2026-03-03T03:00:00Z", false);
	expect_text("the second runs", access_of(w, "gus@x.test", "C1"), "active active 2026-02-01 09:00 2027-02-02 00:00");
	with_db_sql(w, "UPDATE ctok.document SET status = 'paid' WHERE number = '7'; INSERT INTO ctok.dirty_document SELECT "
		       "tenant_id, document_id "
		       "FROM ctok.document WHERE number = '7'");
	night(w, "2026-03-06T03:00:00Z", false);
	expect_text("then the first", access_of(w, "gus@x.test", "C1"), "active active 2026-02-01 09:00 2028-02-02 00:00");
	expect_text("in the order in which they count",
	    one(w, "SELECT string_agg(d.number || ' ' || e.cycle, ', ' ORDER BY e.cycle) FROM ctok.entitlement e JOIN "
		   "ctok.document d USING "
		   "(document_id) WHERE d.number IN ('7', '8')"),
	    "8 1, 7 2");
}

static void
test_who_completed_before_the_sale_was_paid(void **state)
{
	struct with_db *w = *state;
	static const char said[] =
	    "SELECT coalesce(string_agg(coalesce(cycle::text, 'none'), ', ' ORDER BY person_id), '') FROM rule.completion_cycle";

	sell(w, "1", "ana@x.test", "", "YEAR", "2026-01-01T08:00:00Z", 1, 9000);
	paid_on(w, "1", "(timestamptz '2026-02-26T08:00:00Z', 9000)");
	night(w, "2026-02-27T03:00:00Z", false);
	carry_out(w);
	with_db_sql(w, "INSERT INTO ctok.mirror_completion (tenant_id, site_id, course_id, user_id, completed_at) SELECT "
		       "tenant_id, site_id, 1, user_id, "
		       "'2026-01-20T08:00:00Z' FROM ctok.account");
	expect_text("let in by hand while the invoice was open", one(w, said), "1");
	with_db_sql(w, "UPDATE ctok.mirror_completion SET completed_at = '2025-12-20T08:00:00Z'");
	expect_text("not what was before the sale", one(w, said), "none");
	/* Renewed while a cycle ran, and paid after it: what was completed in the one that ran is of that. */
	sell(w, "2", "ana@x.test", "", "YEAR", "2027-02-01T08:00:00Z", 1, 9000);
	paid_on(w, "2", "(timestamptz '2027-04-01T08:00:00Z', 9000)");
	night(w, "2027-04-02T03:00:00Z", false);
	with_db_sql(w, "UPDATE ctok.mirror_completion SET completed_at = '2027-02-10T08:00:00Z'");
	expect_text("the first ran still", one(w, said), "1");
	with_db_sql(w, "UPDATE ctok.mirror_completion SET completed_at = '2027-03-10T08:00:00Z'");
	expect_text("it was over", one(w, said), "2");
}

/* What a provider says of a subscription by now. */
static void
subscription_is(struct with_db *w, const char *name, const char *status, bool paused, const char *cancel_at, const char *ended_at)
{
	with_db_sql(w,
	    arena_printf(&w->arena,
		"UPDATE ctok.subscription SET status = '%s', paused = %s, cancel_at = %s, ended_at = %s WHERE external_id = '%s';"
		" INSERT INTO ctok.dirty_document SELECT tenant_id, document_id FROM ctok.document_reference WHERE name = "
		"'subscription' AND value = '%s' ON CONFLICT DO NOTHING",
		status, paused ? "true" : "false", cancel_at, ended_at, name, name));
}

static void
test_what_becomes_of_a_subscription(void **state)
{
	struct with_db *w = *state;

	/* Three months under a subscription, and a year beside that follows them. With the second a book of another's, without a time of its own. */
	sell(w, "1", "ana@x.test", "", "MONTH", "2026-01-01T08:00:00Z", 1, 900);
	sell(w, "2", "ana@x.test", "", "MONTH", "2026-02-01T08:00:00Z", 1, 900);
	sell(w, "3", "ana@x.test", "", "YEAR", "2026-02-05T08:00:00Z", 1, 9900);
	paid_for(w, "1", "2026-01-01T07:00:00Z", "2026-02-01T07:00:00Z");
	paid_for(w, "2", "2026-02-01T07:00:00Z", "2026-03-01T07:00:00Z");
	subscribe(w, "sub_ana", "1,2", "2026-03-01T07:00:00Z", "NULL");
	night(w, "2026-02-10T03:00:00Z", false);
	carry_out(w);
	static const char sold[] = "1: 01-01 to 2026-02-02, 2: 02-01 to 2026-03-02, 3: 03-02 to 2027-03-02";
	expect_text("as sold", cycles(w), sold);
	/* The status alone is nothing, be it stale or not; nor is an end of a period that was never paid. */
	subscription_is(w, "sub_ana", "unpaid", true, "NULL", "NULL");
	with_db_sql(w, "UPDATE ctok.subscription SET period_to = '2026-04-01T07:00:00Z'");
	night(w, "2026-02-11T03:00:00Z", false);
	expect_text("unpaid and paused", cycles(w), sold);
	subscription_is(w, "sub_ana", "active", false, "'2026-03-01T07:00:00Z'", "NULL");
	night(w, "2026-02-12T03:00:00Z", false);
	expect_text("to end with what was paid", cycles(w), sold);
	subscription_is(w, "sub_ana", "active", false, "'2026-02-20T07:00:00Z'", "NULL");
	night(w, "2026-02-13T03:00:00Z", false);
	expect_text(
	    "to end before that", cycles(w), "1: 01-01 to 2026-02-02, 2: 02-01 to 2026-02-20 subscription, 3: 02-20 to 2027-02-21");
	subscription_is(w, "sub_ana", "active", false, "NULL", "NULL");
	night(w, "2026-02-14T03:00:00Z", false);
	expect_text("taken back", cycles(w), sold);
	subscription_is(w, "sub_ana", "canceled", true, "NULL", "'2026-02-14T12:00:00Z'");
	night(w, "2026-02-15T03:00:00Z", false);
	expect_text("deleted while it paused: the cycle that runs is cut, what was used stays used, the year is a whole one",
	    cycles(w), "1: 01-01 to 2026-02-02, 2: 02-01 to 2026-02-14 subscription, 3: 02-14 to 2027-02-15");
	expect_text("only that one was",
	    one(w, "SELECT string_agg(d.number, ',') FROM ctok.entitlement e JOIN ctok.document d USING (document_id) "
		   "WHERE e.revoked_at IS NOT NULL"),
	    "2");
	expect_text("nothing is taken", actions(w), "");
	expect_text("ties", untied(w), "ties");
	/* Sold besides on the same invoice, without a time of its own: not the subscription's. */
	with_db_sql(w,
	    "INSERT INTO ctok.line (tenant_id, document_id, line_no, line_key, product_id, quantity, unit_price_minor, net_minor)"
	    " SELECT tenant_id, document_id, 2, '2', product_id, 1, 0, 0 FROM ctok.line WHERE period_to = '2026-03-01T07:00:00Z';"
	    " INSERT INTO ctok.unit (tenant_id, document_id, line_no, unit_no, net_minor) SELECT tenant_id, document_id, 2, 1, 0 "
	    "FROM ctok.line "
	    "WHERE line_no = 2");
	expect_text("not ended with it", one(w, "SELECT string_agg(line_no::text, ',') FROM rule.line_ended"), "1");
}

static void
test_who_cancelled_is_reminded(void **state)
{
	struct with_db *w = *state;
	static const char queued[] =
	    "SELECT coalesce(string_agg(concat_ws(' ', substring(event FROM '[0-9]+$'), facts ->> 'date', facts ->> 'days'), "
	    "', ' ORDER BY mail_id), '') FROM ctok.outbox WHERE template = 'expiry-soon' AND state = 'queued'";

	with_db_sql(w, "UPDATE ctok.tenant SET mails = '{expiry-soon}', expiry_days = '{14,7,3}'");
	sell(w, "1", "ana@x.test", "", "MONTH", "2026-01-01T08:00:00Z", 1, 900);
	paid_for(w, "1", "2026-01-01T07:00:00Z", "2026-01-31T07:00:00Z");
	subscribe(w, "sub_ana", "1", "2026-01-31T07:00:00Z", "NULL");
	/* By a rule that does not know that it is a subscription: it renews all the same. */
	sell(w, "2", "bo@x.test", "", "YEAR", "2026-01-01T08:00:00Z", 1, 900);
	paid_for(w, "2", "2026-01-01T07:00:00Z", "2026-01-31T07:00:00Z");
	subscribe(w, "sub_bo", "2", "2026-01-31T07:00:00Z", "NULL");
	night(w, "2026-01-02T03:00:00Z", false);
	carry_out(w);
	night(w, "2026-01-20T03:00:00Z", false);
	expect_text("nobody whose subscription renews", one(w, queued), "");
	subscription_is(w, "sub_ana", "active", false, "'2026-01-31T07:00:00Z'", "NULL");
	night(w, "2026-01-21T03:00:00Z", false);
	expect_text("who cancelled: the smallest that applies", one(w, queued), "14 2026-01-31 10");
	subscription_is(w, "sub_ana", "active", false, "NULL", "NULL");
	night(w, "2026-01-22T03:00:00Z", false);
	expect_text("not if they think better of it", one(w, queued), "");
	/* At the end of a later period: this one renews. */
	subscription_is(w, "sub_ana", "active", false, "'2026-03-31T07:00:00Z'", "NULL");
	night(w, "2026-01-23T03:00:00Z", false);
	expect_text("nor before the last", one(w, queued), "");
	/* The nights in which it was due did not run. */
	subscription_is(w, "sub_ana", "active", false, "'2026-01-31T07:00:00Z'", "NULL");
	night(w, "2026-01-29T03:00:00Z", false);
	expect_text("once, late", one(w, queued), "3 2026-01-31 2");
	night(w, "2026-01-30T03:00:00Z", true);
	expect_text("once", one(w, queued), "3 2026-01-31 2");
}

/* Another line of an order, for nothing. */
static void
add_line(struct with_db *w, const char *number, int line_no, const char *sku)
{
	with_db_sql(w,
	    arena_printf(&w->arena,
		"WITH d AS (SELECT tenant_id, source_id, document_id FROM ctok.document WHERE number = '%s'),"
		" p AS (INSERT INTO ctok.product (tenant_id, source_id, product_key, variant_key, sku, name) SELECT tenant_id, "
		"source_id, 'p', '', '%s', 'Product' FROM d ON CONFLICT (tenant_id, source_id, product_key, variant_key, sku, "
		"name) "
		"DO UPDATE SET name = excluded.name RETURNING product_id),"
		" n AS (INSERT INTO ctok.line (tenant_id, document_id, line_no, line_key, product_id, quantity, unit_price_minor, "
		"net_minor) SELECT tenant_id, document_id, %d, '%d', product_id, 1, 0, 0 FROM d, p RETURNING tenant_id, "
		"document_id)"
		" INSERT INTO ctok.unit (tenant_id, document_id, line_no, unit_no, net_minor) SELECT tenant_id, document_id, %d, "
		"1, 0 FROM n",
		number, sku, line_no, line_no, line_no));
}

static void
test_a_fixed_day_and_a_term_in_one_order(void **state)
{
	struct with_db *w = *state;

	sell(w, "1", "ana@x.test", "", "EDITION", "2026-06-10T08:00:00Z", 1, 9000);
	add_line(w, "1", 2, "MONTH");
	sell(w, "2", "ana@x.test", "", "YEAR", "2026-06-20T08:00:00Z", 1, 9000);
	night(w, "2026-06-21T03:00:00Z", false);
	expect_text("the year follows the month, not for ever", cycles(w),
	    "1: 06-10 to 2026-07-01, 1: 06-10 to 2026-07-11, 2: 07-11 to 2027-07-11");
	/* With what has no end, another sale has nothing to follow. */
	sell(w, "3", "bo@x.test", "", "EDITION", "2026-06-10T08:00:00Z", 1, 9000);
	add_line(w, "3", 2, "EVER");
	night(w, "2026-06-21T03:00:00Z", false);
	expect_text("without end", access_of(w, "bo@x.test", "C1"), "active active 2026-06-10 10:00 ever");
}

static void
test_several_rights_add_up(void **state)
{
	struct with_db *w = *state;

	/* What its rule keeps is not lost by buying more. */
	sell(w, "1", "ana@x.test", "", "KEEP", "2026-01-01T08:00:00Z", 1, 9000);
	sell(w, "2", "bo@x.test", "", "KEEP", "2026-01-01T08:00:00Z", 1, 9000);
	sell(w, "3", "cy@x.test", "", "YEAR", "2026-01-01T08:00:00Z", 1, 9000);
	sell(w, "4", "di@x.test", "", "WARY", "2026-01-01T08:00:00Z", 1, 9000);
	sell(w, "5", "ed@x.test", "", "YEAR", "2026-01-01T08:00:00Z", 1, 9000);
	add_line(w, "5", 2, "MONTH");
	sell(w, "6", "fay@x.test", "", "MONTH", "2026-01-01T08:00:00Z", 1, 9000);
	add_line(w, "6", 2, "YEAR");
	night(w, "2026-01-02T03:00:00Z", false);
	carry_out(w);
	/* One moment ends both: the year's grace, whichever line it was. */
	change(w, "5", "paid", 9000, "2026-01-10T08:00:00Z");
	change(w, "6", "paid", 9000, "2026-01-10T08:00:00Z");
	/* What is disputed says what a dispute does, not what begins later. */
	sell(w, "7", "cy@x.test", "", "WARY", "2026-01-05T08:00:00Z", 1, 9000);
	sell(w, "8", "di@x.test", "", "YEAR", "2026-01-05T08:00:00Z", 1, 9000);
	dispute(w, "3", "opened", -9000, "2026-01-10T08:00:00Z");
	dispute(w, "4", "opened", -9000, "2026-01-10T08:00:00Z");
	night(w, "2026-01-11T03:00:00Z", false);
	expect_text(
	    "the year and then the month", access_of(w, "ed@x.test", "C1"), "grace active 2026-01-01 09:00 2026-01-10 09:00");
	expect_text(
	    "the month and then the year", access_of(w, "fay@x.test", "C1"), "grace active 2026-01-01 09:00 2026-01-10 09:00");
	expect_text("to be kept", access_of(w, "cy@x.test", "C1"), "held active 2026-01-01 09:00 2028-01-02 00:00");
	expect_text("to be suspended", access_of(w, "di@x.test", "C1"), "held suspended 2026-01-01 09:00 2028-01-02 00:00");
	carry_out(w);
	/* Under dispute beside what goes on by itself. */
	sell(w, "9", "ana@x.test", "", "MONTH", "2027-01-10T08:00:00Z", 1, 900);
	sell(w, "10", "bo@x.test", "", "WARY", "2027-01-10T08:00:00Z", 1, 900);
	dispute(w, "10", "opened", -900, "2027-01-12T08:00:00Z");
	night(w, "2027-01-13T03:00:00Z", true);
	expect_text("a month more", access_of(w, "ana@x.test", "C1"), "active active 2027-01-10 09:00 2027-02-11 00:00");
	expect_text("kept all the same", access_of(w, "bo@x.test", "C1"), "active active 2027-01-10 09:00 2028-01-11 00:00");
	carry_out(w);
	night(w, "2027-02-12T03:00:00Z", false);
	expect_text("over, and kept", access_of(w, "ana@x.test", "C1"), "ended untouched 2026-01-01 09:00 2027-02-11 00:00");
	/* Given back, it keeps nothing any more. */
	change(w, "1", "paid", 9000, "2027-02-20T08:00:00Z");
	night(w, "2027-02-21T03:00:00Z", false);
	expect_text("given back", access_of(w, "ana@x.test", "C1"), "suspended suspended 2027-01-10 09:00 2027-02-11 00:00");
	night(w, "2027-02-21T03:00:00Z", true);
	expect_text(
	    "a full look says the same", access_of(w, "ana@x.test", "C1"), "suspended suspended 2027-01-10 09:00 2027-02-11 00:00");
}

/* Money that came back later outranks the debt that was there before: a term that is kept by its rule is not kept for nothing. */
static void
test_a_refund_after_the_term(void **state)
{
	struct with_db *w = *state;

	sell(w, "1", "ana@x.test", "", "KEEP", "2025-04-01T08:00:00Z", 1, 9900);
	night(w, "2025-04-02T03:00:00Z", false);
	carry_out(w);
	night(w, "2026-04-02T03:00:00Z", false);
	expect_text("kept after its term", access_of(w, "ana@x.test", "C1"), "ended untouched 2025-04-01 10:00 2026-04-02 00:00");
	change(w, "1", "paid", 9900, "2026-05-01T08:00:00Z");
	night(w, "2026-05-02T03:00:00Z", false);
	expect_text(
	    "not without the money", access_of(w, "ana@x.test", "C1"), "revoked unenrolled 2025-04-01 10:00 2026-04-02 00:00");
	expect_text("as the rule says of refunds", actions(w), "unenrol");
}

/* Void from the moment of its sale, but given meanwhile: that ends as anything does, with grace and a notice. */
static void
test_what_was_void_from_the_start_has_its_grace(void **state)
{
	struct with_db *w = *state;

	sell(w, "1", "ana@x.test", "", "YEAR", "2026-04-01T08:00:00Z", 1, 9900);
	night(w, "2026-04-02T03:00:00Z", false);
	carry_out(w);
	change(w, "1", "cancelled", 0, "2026-04-01T08:00:00Z");
	night(w, "2026-04-10T03:00:00Z", false);
	expect_text("grace", access_of(w, "ana@x.test", "C1"), "grace active 2026-04-01 10:00 2026-04-01 10:00");
	expect_text("told", mails(w), "grace-notice queued");
	expect_text("nothing is taken yet", actions(w), "");
	expect_text("one debt, from that moment",
	    one(w, "SELECT string_agg(why || to_char(debt_at, ' MM-DD'), ', ') FROM ctok.debt_episode"), "cancelled 04-01");
	with_db_sql(
	    w, "UPDATE ctok.outbox SET state = 'sent', accepted_at = '2026-04-14T04:00:00Z', recipient = NULL, facts = '{}'");
	night(w, "2026-04-16T03:00:00Z", false);
	expect_text("three days after it was told at least", actions(w), "");
	night(w, "2026-04-17T05:00:00Z", false);
	expect_text("over", access_of(w, "ana@x.test", "C1"), "revoked suspended 2026-04-01 10:00 2026-04-01 10:00");
	expect_text("taken", actions(w), "suspend");
	carry_out(w);
	change(w, "1", "paid", 0, "2026-04-18T08:00:00Z");
	night(w, "2026-04-19T03:00:00Z", false);
	expect_text("a real sale after all", access_of(w, "ana@x.test", "C1"), "active active 2026-04-01 10:00 2027-04-02 00:00");
	expect_text("given back", actions(w), "resume");
}

/* A site whose learners have another role than Moodle's own "student". */
static void
test_a_site_with_a_role_of_its_own(void **state)
{
	struct with_db *w = *state;

	with_db_sql(w, "UPDATE ctok.site SET role = 'learner'");
	sell(w, "1", "ana@x.test", "", "YEAR", "2026-04-01T08:00:00Z", 1, 9900);
	night(w, "2026-04-02T03:00:00Z", false);
	expect_text(
	    "asked for by its name", one(w, "SELECT string_agg(role, ' ') FROM ctok.action WHERE kind = 'enrol'"), "learner");
	carry_out(w);
	with_db_sql(w, "UPDATE ctok.mirror_enrolment SET roles = 'learner'; INSERT INTO ctok.dirty_access SELECT tenant_id, "
		       "site_id, user_id, course_id"
		       " FROM ctok.mirror_enrolment");
	night(w, "2026-04-03T03:00:00Z", false);
	expect_text("who has it is a learner, not staff", findings(w), "");
	expect_text("matched", classes(w), "matched x1");
	with_db_sql(w, "UPDATE ctok.mirror_enrolment SET roles = 'learner,teacher'; INSERT INTO ctok.dirty_access SELECT "
		       "tenant_id, site_id, user_id,"
		       " course_id FROM ctok.mirror_enrolment");
	night(w, "2026-04-04T03:00:00Z", false);
	expect_text("with another one beside it, staff", findings(w), "PROTECTED_ACCOUNT");
}

/* Ours and paid for, and somebody takes it away in Moodle: we do not give it back over their head every night, and we do not keep silent. */
static void
test_what_staff_takes_away(void **state)
{
	struct with_db *w = *state;
	struct err err = ERR_INIT;
	struct approval approval;
	static const char held[] = "SELECT coalesce(string_agg(concat_ws(' ', a.kind, a.held_why), ', ' ORDER BY a.kind), '') FROM "
				   "ctok.action a WHERE a.state "
				   "= 'held'";
	static const char moved[] =
	    "INSERT INTO ctok.dirty_access SELECT tenant_id, site_id, user_id, course_id FROM ctok.managed ON CONFLICT DO NOTHING";

	sell(w, "1", "ana@x.test", "", "YEAR", "2026-04-01T08:00:00Z", 1, 9900);
	sell(w, "2", "bo@x.test", "", "YEAR", "2026-04-01T08:00:00Z", 1, 9900);
	sell(w, "3", "cy@x.test", "", "YEAR", "2026-04-01T08:00:00Z", 1, 9900);
	night(w, "2026-04-02T03:00:00Z", false);
	carry_out(w);
	with_db_sql(w, "UPDATE ctok.mirror_enrolment m SET status = 1, active = false FROM ctok.account k JOIN ctok.person p USING "
		       "(tenant_id, person_id)"
		       " WHERE k.user_id = m.user_id AND p.email = 'ana@x.test'");
	with_db_sql(w, "DELETE FROM ctok.mirror_enrolment m USING ctok.account k JOIN ctok.person p USING (tenant_id, person_id)"
		       " WHERE k.user_id = m.user_id AND p.email = 'bo@x.test'");
	with_db_sql(w, moved);
	night(w, "2026-04-03T03:00:00Z", false);
	expect_text("nothing is done", actions(w), "");
	expect_text("two changes wait", one(w, held), "enrol staff, resume staff");
	expect_text("each is a finding with its money and what was done",
	    one(w, "SELECT string_agg(concat_ws(' ', class, risk, risk_minor, detail), ', ' ORDER BY detail) FROM ctok.finding "
		   "WHERE cleared_at IS NULL"),
	    "TAKEN_AWAY paid_without_access 9900 the enrolment was removed in Moodle, TAKEN_AWAY paid_without_access 9900 the "
	    "enrolment was suspended in "
	    "Moodle");
	expect_text("open, once", classes(w), "matched x1, open ACCESS x2");
	expect_text("ties", untied(w), "ties");
	night(w, "2026-04-04T03:00:00Z", true);
	expect_text("nor the night after", one(w, held), "enrol staff, resume staff");
	/* New money does not overrule them either. */
	sell(w, "4", "ana@x.test", "", "YEAR", "2026-04-04T08:00:00Z", 1, 9900);
	night(w, "2026-04-05T03:00:00Z", false);
	expect_text("nor for a renewal", one(w, held), "enrol staff, resume staff");
	/* Whoever lets a wave pass does not mean these. */
	expect_ok("begin", db_begin(w->db, &err), &err);
	assert_int_equal(approval_make(&w->arena, w->db, w->night.run_id,
			     &(struct approval_ask){ .who = "Eva", .reason = "checked" }, &approval, &err),
	    -1);
	expect_err("all", &err, ERR_NOT_FOUND, "nothing is held");
	err_reset(&err);
	db_rollback(w->db);
	expect_ok("begin", db_begin(w->db, &err), &err);
	expect_ok("approve",
	    approval_make(&w->arena, w->db, w->night.run_id,
		&(struct approval_ask){ .kind = "taken_away", .who = "Eva", .reason = "it was a mistake" }, &approval, &err),
	    &err);
	expect_ok("release", plan_release(w->db, &err), &err);
	expect_ok("end", approval_end(w->db, w->night.run_id, &err), &err);
	expect_ok("commit", db_commit(w->db, &err), &err);
	expect_text("given back by a person's word", actions(w), "enrol resume");
	carry_out(w);
	night(w, "2026-04-06T03:00:00Z", false);
	expect_text("in step", classes(w), "matched x4");
	expect_text("no finding", findings(w), "");
	/* Taken away again, and put right by hand. */
	with_db_sql(w, "UPDATE ctok.mirror_enrolment SET status = 1, active = false");
	with_db_sql(w, moved);
	night(w, "2026-04-07T03:00:00Z", false);
	expect_text("an approval was for once", one(w, held), "resume staff, resume staff, resume staff");
	with_db_sql(w, "UPDATE ctok.mirror_enrolment SET status = 0, active = true");
	with_db_sql(w, moved);
	night(w, "2026-04-08T03:00:00Z", false);
	expect_text("put right in Moodle", findings(w), "");
	/* At its end what they suspended needs nothing of us. */
	with_db_sql(w, "UPDATE ctok.mirror_enrolment SET status = 1, active = false");
	with_db_sql(w, moved);
	with_db_sql(w, "UPDATE ctok.product_rule SET grace_days = 0");
	night(w, "2029-04-07T03:00:00Z", false);
	expect_text("over", one(w, "SELECT string_agg(state, ' ') FROM ctok.access"), "suspended suspended suspended");
	expect_text("as they left it", actions(w), "");
	expect_text("no finding", findings(w), "");
}

static void
test_a_price_may_be_about_right(void **state)
{
	struct with_db *w = *state;

	sell(w, "1", "ana@x.test", "", "WARY", "2026-04-01T08:00:00Z", 1, 9700);
	sell(w, "2", "bo@x.test", "", "WARY", "2026-04-01T08:00:00Z", 1, 10300);
	sell(w, "3", "cy@x.test", "", "WARY", "2026-04-01T08:00:00Z", 1, 9699);
	sell(w, "4", "di@x.test", "", "WARY", "2026-04-01T08:00:00Z", 2, 10301);
	sell(w, "5", "ed@x.test", "", "BUNDLE", "2026-04-01T08:00:00Z", 1, 9999);
	night(w, "2026-04-02T03:00:00Z", false);
	expect_text("by 3 percent and no more; without a tolerance to the cent",
	    one(w, "SELECT string_agg(d.number || ' ' || f.risk_minor, ', ' ORDER BY d.number) FROM ctok.finding f JOIN "
		   "ctok.document d USING (tenant_id, "
		   "document_id) WHERE f.class = 'PRICE_DIFFERS'"),
	    "3 301, 4 602, 5 1");
}

/* Rules of before could not say these: those that say nothing of them are the same rules still, and their access goes on. */
static void
test_rules_that_say_nothing_new_are_the_same(void **state)
{
	struct with_db *w = *state;
	struct err err = ERR_INIT;
	bool changed;

	/* As the version before made it of all that it knew. */
	expect_text("digest",
	    one(w, "SELECT string_agg(r.pattern, ' ') FROM ctok.product_rule r WHERE r.digest = md5(concat_ws('|', r.source_id, "
		   "r.match_kind, r.pattern,"
		   " coalesce(r.site_id::text, '-'), r.role, CASE WHEN r.term IS NULL THEN '-' ELSE 'P1Y' END, r.grace_days, "
		   "r.notice_days, r.delivery, r.learner,"
		   " r.on_expiry, r.on_refund, r.renews, coalesce(r.price_minor::text, '-'), coalesce(r.price_currency, '-'), "
		   "r.certificate, '-', r.exclude,"
		   " 'shortname:C1')) AND r.pattern IN ('YEAR', 'EVER', 'PATIENT', 'EDITION', 'WARY')"),
	    "YEAR EVER");
	expect_ok("rules", entitle_sync_rules(&w->arena, w->db, &w->tenant, &changed, &err), &err);
	assert_false(changed);
}

/* A change is looked up, a wave is swept: which of them costs less goes by how many there are in all. */
static void
test_few_are_looked_up(void **state)
{
	struct with_db *w = *state;

	expect_text("few",
	    one(w, "SELECT set_config('ctok.sweep', 'off', false) || ': ' || string_agg(looks || ' of ' || among || ' ' || "
		   "rule.few(looks, among), "
		   "', ' ORDER BY looks, among)"
		   "  FROM (VALUES (0::bigint, 0::bigint), (199, 199), (200, 4999), (200, 5000), (1000, 1000000), (40001, "
		   "1000000)) v (looks, among)"),
	    "off: 0 of 0 true, 199 of 199 true, 200 of 4999 false, 200 of 5000 true, 1000 of 1000000 true, 40001 of 1000000 "
	    "false");
	expect_text("all", one(w, "SELECT set_config('ctok.sweep', 'on', false) || ' ' || rule.few(1, 1000000)"), "on false");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_a_sale_becomes_access, setup),
		cmocka_unit_test_setup(test_renewals_chain, setup),
		cmocka_unit_test_setup(test_units_of_one_order_share_their_term, setup),
		cmocka_unit_test_setup(test_no_term_never_ends, setup),
		cmocka_unit_test_setup(test_refunds, setup),
		cmocka_unit_test_setup(test_a_payment_that_is_taken_back, setup),
		cmocka_unit_test_setup(test_a_cancelled_order_comes_back, setup),
		cmocka_unit_test_setup(test_what_is_kept_has_no_end, setup),
		cmocka_unit_test_setup(test_expiry_with_grace_and_notice, setup),
		cmocka_unit_test_setup(test_a_debt_opened_again_is_told_again, setup),
		cmocka_unit_test_setup(test_a_held_end_moves_once_in_a_tail, setup),
		cmocka_unit_test_setup(test_learners_are_kept_informed, setup),
		cmocka_unit_test_setup(test_who_waits_for_a_dispute_is_told, setup),
		cmocka_unit_test_setup(test_no_grace_suspends_at_once, setup),
		cmocka_unit_test_setup(test_a_refund_without_grace_is_told_as_one, setup),
		cmocka_unit_test_setup(test_access_while_any_entitlement_holds, setup),
		cmocka_unit_test_setup(test_what_entitles_nobody, setup),
		cmocka_unit_test_setup(test_facts_before_go_live, setup),
		cmocka_unit_test_setup(test_what_is_in_trial_does_not_hold_back_what_is_live, setup),
		cmocka_unit_test_setup(test_foreign_enrolments_are_left_alone, setup),
		cmocka_unit_test_setup(test_accounts, setup),
		cmocka_unit_test_setup(test_a_suspended_account, setup),
		cmocka_unit_test_setup(test_a_deleted_unit_does_not_tie, setup),
		cmocka_unit_test_setup(test_what_is_deleted_behind_our_back_is_missed, setup),
		cmocka_unit_test_setup(test_a_trial_follows_the_rules_as_they_are, setup),
		cmocka_unit_test_setup(test_findings_keep_their_age, setup),
		cmocka_unit_test_setup(test_calendar, setup),
		cmocka_unit_test_setup(test_few_are_looked_up, setup),
		cmocka_unit_test_setup(test_grace_may_have_no_end, setup),
		cmocka_unit_test_setup(test_a_fixed_day_ends_it_for_all, setup),
		cmocka_unit_test_setup(test_a_dispute_keeps_or_suspends, setup),
		cmocka_unit_test_setup(test_grace_opens_nothing_that_a_dispute_suspended, setup),
		cmocka_unit_test_setup(test_a_disputed_renewal_is_held_on_its_day, setup),
		cmocka_unit_test_setup(test_cancelled_at_once_ends_the_cycle_that_runs, setup),
		cmocka_unit_test_setup(test_a_cycle_lasts_what_was_paid_for, setup),
		cmocka_unit_test_setup(test_what_is_paid_late_has_its_whole_term, setup),
		cmocka_unit_test_setup(test_who_completed_before_the_sale_was_paid, setup),
		cmocka_unit_test_setup(test_what_becomes_of_a_subscription, setup),
		cmocka_unit_test_setup(test_who_cancelled_is_reminded, setup),
		cmocka_unit_test_setup(test_a_fixed_day_and_a_term_in_one_order, setup),
		cmocka_unit_test_setup(test_several_rights_add_up, setup),
		cmocka_unit_test_setup(test_a_refund_after_the_term, setup),
		cmocka_unit_test_setup(test_what_was_void_from_the_start_has_its_grace, setup),
		cmocka_unit_test_setup(test_a_site_with_a_role_of_its_own, setup),
		cmocka_unit_test_setup(test_what_staff_takes_away, setup),
		cmocka_unit_test_setup(test_a_price_may_be_about_right, setup),
		cmocka_unit_test_setup(test_rules_that_say_nothing_new_are_the_same, setup),
	};

	return cmocka_run_group_tests(tests, with_db_open, with_db_close);
}
