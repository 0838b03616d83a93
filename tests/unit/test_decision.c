/* What people decide, on a real database: it is noted, holds from the next reconcile on, outranks the rules while it does, and is taken back. */
#include "expect.h"

#include "brake/approval.h"
#include "db/audit.h"
#include "entitle/decision.h"
#include "selling.h"
#include "sql.h"

static const char *const course_one[] = { "C1" }, *const course_two[] = { "C2" }, *const bundle[] = { "C1", "C2" };

static struct config_product products[] = {
	{ .match = "sku:YEAR", .courses = { (const char **)(uintptr_t)course_one, 1 }, .term = "P1Y", .grace_days = 0 },
	{ .match = "sku:MONTH", .courses = { (const char **)(uintptr_t)course_one, 1 }, .term = "P1M", .grace_days = 0 },
	{ .match = "sku:BOTH", .courses = { (const char **)(uintptr_t)bundle, 2 }, .term = "P1Y", .grace_days = 14 },
	{ .match = "sku:BOOK", .exclude = true },
	{ .match = "sku:AFTER",
	    .courses = { (const char **)(uintptr_t)course_one, 1 },
	    .term = "P1M",
	    .grace_days = 0,
	    .requires = { (const char **)(uintptr_t)course_two, 1 } },
	{ .match = "sku:KEPT",
	    .courses = { (const char **)(uintptr_t)course_one, 1 },
	    .term = "P1M",
	    .grace_days = 0,
	    .on_expiry = "keep" },
};

static const struct decision_word eva = { "Eva", "she called" };

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

		p->source = "shop";
		p->site = "campus";
		p->notice_days = 3;
		p->delivery = "direct";
		p->learner = "form_or_buyer";
		if (p->on_expiry == NULL)
			p->on_expiry = "suspend";
		p->on_refund = "suspend";
		p->on_dispute = "keep";
		p->price_tolerance = "0";
	}
	w->tenant.products = products;
	w->tenant.product_count = COUNT_OF(products);
	expect_ok("rules_at", rules_at(w->db, WITH_DB_NOW, "Europe/Madrid", &err), &err);
	expect_ok("rules", entitle_sync_rules(&w->arena, w->db, &w->tenant, &changed, &err), &err);
	with_db_sql(w, "INSERT INTO ctok.mirror_course SELECT ctok.current_tenant(), site_id, n, 'C' || n, '', 'Course ' || n, "
		       "true, true, true FROM ctok.site, generate_series(1, 2) AS n");
	with_db_sql(w, "INSERT INTO ctok.live SELECT ctok.current_tenant(), site_id, source_id, '-infinity', now() FROM ctok.site, "
		       "ctok.source");
	return 0;
}

/* The clock, as the commands see it. */
static void
at(struct with_db *w, const char *now)
{
	struct err err = ERR_INIT;
	int64_t utc;

	expect_ok(now, clock_parse(now, &utc, NULL, &err), &err);
	expect_ok(now, rules_at(w->db, utc, "Europe/Madrid", &err), &err);
}

/* A night in which everything that is open is done. */
static void
whole_night(struct with_db *w, const char *now)
{
	night(w, now, false);
	carry_out(w);
	night(w, now, false);
}

static const char *
row_of(struct with_db *w, const char *email, int course)
{
	return one(w, arena_printf(&w->arena,
			  "SELECT coalesce(min(CASE WHEN m.status = 0 THEN 'A' ELSE 'S' END), '-') FROM ctok.person p JOIN "
			  "ctok.account k USING "
			  "(tenant_id, person_id) JOIN ctok.mirror_enrolment m USING (tenant_id, user_id) WHERE p.email = '%s' AND "
			  "m.course_id = %d",
			  email, course));
}

static const char *
number_of(struct with_db *w, const char *class)
{
	return one(w,
	    arena_printf(&w->arena, "SELECT min(finding_id) FROM ctok.finding WHERE class = '%s' AND cleared_at IS NULL", class));
}

/* "kind why", of all actions that wait and are held. */
static const char *
held(struct with_db *w)
{
	return one(w, "SELECT coalesce(string_agg(concat_ws(' ', kind, held_why), ', ' ORDER BY kind), '') FROM ctok.action WHERE "
		      "state = 'held'");
}

static const char *
concat(struct with_db *w, const char *a, const char *b)
{
	return arena_printf(&w->arena, "%s %s", a, b);
}

/* All decisions as "kind state". */
static const char *
decisions(struct with_db *w)
{
	return one(w, "SELECT coalesce(string_agg(kind || ' ' || state, ', ' ORDER BY decision_id), '') FROM rule.decision_word");
}

static struct decision_noted
answered(struct with_db *w, const char *class, const char *first, const char *second)
{
	struct err err = ERR_INIT;
	struct decision_noted noted = { 0, false };
	const char *answers[] = { first, second };

	expect_ok(class,
	    decision_answer(
		&w->arena, w->db, w->night.run_id, number_of(w, class), answers, second != NULL ? 2 : 1, NULL, &eva, &noted, &err),
	    &err);
	return noted;
}

static struct decision_noted
overridden(struct with_db *w, const char *kind, const char *who, const char *until)
{
	struct err err = ERR_INIT;
	struct decision_noted noted = { 0, false };

	expect_ok(kind, decision_override(&w->arena, w->db, w->night.run_id, kind, who, "C1", until, &eva, &noted, &err), &err);
	return noted;
}

static void
revoked(struct with_db *w, const struct decision_noted *noted)
{
	struct err err = ERR_INIT;

	expect_ok("revoke",
	    decision_revoke(
		&w->arena, w->db, w->night.run_id, arena_printf(&w->arena, "%lld", (long long)noted->decision_id), &eva, &err),
	    &err);
}

static void
test_what_is_denied_is_suspended_until_it_is_not(void **state)
{
	struct with_db *w = *state;
	struct decision_noted noted, again;
	int64_t batches;
	struct err err = ERR_INIT;

	sell(w, "1", "ana@x.test", "", "YEAR", "2026-05-01T08:00:00Z", 1, 9900);
	whole_night(w, "2026-05-02T03:00:00Z");
	noted = overridden(w, "deny", "ana@x.test", "2026-05-05");
	expect_text("noted is not done", one(w, "SELECT concat_ws(' ', state, wanted) FROM ctok.access"), "active active");
	expect_text("nor does anything else see it", untied(w), "ties");
	again = overridden(w, "deny", "ana@x.test", "2026-05-05");
	expect_text("twice the same is one", decisions(w), "deny noted");
	assert_true(again.known && again.decision_id == noted.decision_id && !noted.known);
	night(w, "2026-05-03T03:00:00Z", false);
	expect_text("suspended, not removed", actions(w), "suspend");
	expect_text("with its reason", one(w, "SELECT reason FROM ctok.action WHERE state = 'open'"), "denied");
	carry_out(w);
	expect_text("who denied it tells the learner", mails(w), "");
	night(w, "2026-05-03T03:00:00Z", true);
	expect_text("in step", concat(w, row_of(w, "ana@x.test", 1), actions(w)), "S ");
	expect_text("a finding with the money",
	    one(w, "SELECT concat_ws(' ', class, risk, risk_minor, units, detail) FROM ctok.finding WHERE cleared_at IS NULL"),
	    "OVERRIDDEN paid_without_access 9900 0 denied by decision 1 until 2026-05-05");
	expect_text("excluded by a rule of its own", classes(w), "excluded DENIED x1");
	expect_text("ties", untied(w), "ties");
	night(w, "2026-05-05T21:59:00Z", false);
	expect_text("to the last minute of that day", actions(w), "");
	night(w, "2026-05-05T22:00:00Z", false);
	expect_text("then the rule is back", actions(w), "resume");
	expect_text("over", decisions(w), "deny expired");
	carry_out(w);
	night(w, "2026-05-05T22:00:00Z", false);
	expect_text("matched", classes(w), "matched x1");
	expect_text("no finding", findings(w), "");
	expect_ok("audit", audit_verify(&w->arena, w->db, &batches, &err), &err);
	expect_text("audited, without a name",
	    one(w, "SELECT string_agg(concat_ws(' ', what, subject, detail), ', ' ORDER BY at) FROM ctok.audit_row WHERE what LIKE "
		   "'decision%'"),
	    "decision noted decision 1 {\"kind\": \"deny\", \"matter\": \"access 1 1\"}");
}

static void
test_what_is_allowed_is_kept(void **state)
{
	struct with_db *w = *state;
	struct decision_noted noted;

	sell(w, "1", "ana@x.test", "", "MONTH", "2026-04-01T08:00:00Z", 1, 9900);
	whole_night(w, "2026-04-02T03:00:00Z");
	noted = overridden(w, "allow", "ana@x.test", NULL);
	whole_night(w, "2026-04-03T03:00:00Z");
	expect_text("what is so anyway is no override", concat(w, findings(w), one(w, "SELECT why FROM ctok.access")), " term");
	night(w, "2026-05-02T03:00:00Z", false);
	expect_text("the month is over, the access is not, nor has Moodle an end",
	    one(w, "SELECT concat_ws(' ', state, wanted, why, wanted_end, debt_at) FROM ctok.access"), "active active allowed 0");
	expect_text(
	    "so it is extended", one(w, "SELECT kind || ' ' || reason FROM ctok.action WHERE state = 'open'"), "extend allowed");
	carry_out(w);
	night(w, "2026-05-02T03:00:00Z", false);
	expect_text("a finding with the money",
	    one(w, "SELECT concat_ws(' ', class, risk, risk_minor, detail) FROM ctok.finding WHERE cleared_at IS NULL"),
	    "OVERRIDDEN access_without_money 9900 allowed by decision 1");
	expect_text("ties", untied(w), "ties");
	revoked(w, &noted);
	expect_text("taken back with the next reconcile", decisions(w), "allow revoking");
	whole_night(w, "2026-05-03T03:00:00Z");
	expect_text("the rule is back", concat(w, row_of(w, "ana@x.test", 1), decisions(w)), "S allow revoked");
	/* A newer word about the same takes the older's place. */
	noted = overridden(w, "allow", "ana@x.test", NULL);
	(void)overridden(w, "allow", "ana@x.test", "2026-06-30");
	expect_text("what no reconcile saw never was", decisions(w), "allow revoked, allow superseded, allow noted");
	whole_night(w, "2026-05-04T03:00:00Z");
	expect_text("allowed again", row_of(w, "ana@x.test", 1), "A");
	(void)overridden(w, "deny", "ana@x.test", NULL);
	whole_night(w, "2026-05-05T03:00:00Z");
	expect_text("denied instead: there is nothing to deny", concat(w, row_of(w, "ana@x.test", 1), decisions(w)),
	    "S allow revoked, allow superseded, allow superseded, deny holds");
}

static void
test_a_grant_is_an_access_without_a_sale(void **state)
{
	struct with_db *w = *state;
	struct err err = ERR_INIT;
	struct decision_noted noted, again;
	const char *revenue = "SELECT coalesce(sum(worth_minor), 0)::text FROM rule.revenue";

	sell(w, "1", "ana@x.test", "", "BOOK", "2026-05-01T08:00:00Z", 1, 900);
	sell(w, "2", "bo@x.test", "", "MONTH", "2026-05-01T08:00:00Z", 1, 9900);
	whole_night(w, "2026-05-02T03:00:00Z");
	at(w, "2026-05-02T09:00:00Z");
	expect_ok("grant",
	    decision_grant(&w->arena, w->db, w->night.run_id, "ana@x.test", "C1", NULL, "2026-05-05", &eva, &noted, &err), &err);
	expect_ok("grant again",
	    decision_grant(&w->arena, w->db, w->night.run_id, "ana@x.test", "course:C1", NULL, "2026-05-05", &eva, &again, &err),
	    &err);
	assert_true(again.known);
	expect_ok("grant to who pays",
	    decision_grant(&w->arena, w->db, w->night.run_id, "bo@x.test", "C1", "P10D", NULL, &eva, &noted, &err), &err);
	whole_night(w, "2026-05-03T03:00:00Z");
	expect_text(
	    "given until the end of that day", access_of(w, "ana@x.test", "C1"), "active active 2026-05-02 11:00 2026-05-06 00:00");
	expect_text("what is paid goes first, what is granted follows it", access_of(w, "bo@x.test", "C1"),
	    "active active 2026-05-01 10:00 2026-06-12 00:00");
	expect_text("no revenue, and it ties", concat(w, one(w, revenue), untied(w)), "10800 ties");
	expect_text("no finding", findings(w), "");
	expect_text("no unit of its own", classes(w), "excluded NOT_A_COURSE x1, matched x1");
	night(w, "2026-05-03T03:00:00Z", true);
	expect_text("nothing comes of a full look", actions(w), "");
	whole_night(w, "2026-05-05T21:00:00Z");
	expect_text("to its last day", row_of(w, "ana@x.test", 1), "A");
	whole_night(w, "2026-05-06T03:00:00Z");
	expect_text("it has no grace", row_of(w, "ana@x.test", 1), "S");
	night(w, "2026-05-07T03:00:00Z", false);
	expect_text("over", decisions(w), "grant over, grant holds");
	revoked(w, &noted);
	whole_night(w, "2026-05-08T03:00:00Z");
	expect_text("taken back, what is paid for is left", access_of(w, "bo@x.test", "C1"),
	    "active active 2026-05-01 10:00 2026-06-02 00:00");
	expect_text("ties still", untied(w), "ties");
	/* As the product gives it: both courses, for a year. */
	expect_ok("grant of a product",
	    decision_grant(&w->arena, w->db, w->night.run_id, "ana@x.test", "sku:BOTH", NULL, NULL, &eva, &noted, &err), &err);
	whole_night(w, "2026-05-09T03:00:00Z");
	expect_text("both", concat(w, row_of(w, "ana@x.test", 1), row_of(w, "ana@x.test", 2)), "A A");
	revoked(w, &noted);
	whole_night(w, "2026-05-10T03:00:00Z");
	expect_text("and none", concat(w, row_of(w, "ana@x.test", 1), row_of(w, "ana@x.test", 2)), "S S");
	expect_text("with its reason",
	    one(w, "SELECT DISTINCT why FROM ctok.access a JOIN ctok.person p USING (tenant_id, person_id) WHERE p.email = "
		   "'ana@x.test'"),
	    "decision");
	/* The configuration changes: rules of decisions are no rules of the configuration. */
	with_db_sql(w, "UPDATE ctok.document SET modified_at = modified_at");
	expect_text("the rule of a decision is made of all columns of the other one",
	    one(w, arena_printf(&w->arena,
		       "SELECT coalesce(string_agg(attname, ' ' ORDER BY attnum), '') FROM pg_attribute WHERE attrelid = "
		       "'ctok.product_rule'::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = '' AND "
		       "$sql$%s$sql$ !~ ('\\mn\\.' || attname || '\\M')",
		       sql_entitle_decision_rules)),
	    "");
	expect_text("nothing is sold by the rule of a decision",
	    one(w, "SELECT count(*)::text FROM ctok.product_rule WHERE decision_id IS NOT NULL AND NOT gone"), "0");
}

static void corrected(
    struct with_db *w, const char *document, const char *term, const char *grace, struct decision_noted *ret_noted);

/* Course C2 was completed then. */
static void
completed(struct with_db *w, const char *email, const char *when)
{
	with_db_sql(w,
	    arena_printf(&w->arena,
		"INSERT INTO ctok.account (tenant_id, site_id, person_id, user_id, made) SELECT p.tenant_id, s.site_id, "
		"p.person_id, 1000 + p.person_id, true FROM ctok.person p, ctok.site s WHERE p.email = '%s' ON CONFLICT DO NOTHING",
		email));
	with_db_sql(w, arena_printf(&w->arena,
			   "INSERT INTO ctok.mirror_completion (tenant_id, site_id, course_id, user_id, completed_at) SELECT "
			   "k.tenant_id, k.site_id, 2, k.user_id, '%s' FROM ctok.account k JOIN ctok.person p USING (tenant_id, "
			   "person_id) WHERE p.email = '%s'",
			   when, email));
}

static void
test_a_gate_is_opened_by_a_word(void **state)
{
	struct with_db *w = *state;
	struct err err = ERR_INIT;
	struct decision_noted noted;

	sell(w, "1", "ana@x.test", "", "AFTER", "2026-05-01T08:00:00Z", 1, 9900);
	sell(w, "2", "bo@x.test", "", "AFTER", "2026-05-01T08:00:00Z", 1, 9900);
	sell(w, "3", "cy@x.test", "", "BOOK", "2026-05-01T08:00:00Z", 1, 900);
	whole_night(w, "2026-05-02T03:00:00Z");
	expect_text("C2 is to be completed first", classes(w), "excluded NOT_A_COURSE x1, open GATE_SHUT x2");
	at(w, "2026-05-02T09:00:00Z");
	(void)overridden(w, "allow", "ana@x.test", "2026-05-04");
	corrected(w, "2", "P3M", NULL, &noted);
	expect_ok("grant",
	    decision_grant(&w->arena, w->db, w->night.run_id, "cy@x.test", "sku:AFTER", "P10D", NULL, &eva, &noted, &err), &err);
	whole_night(w, "2026-05-03T03:00:00Z");
	expect_text("allowed is open, whatever gate waits", concat(w, row_of(w, "ana@x.test", 1), access_of(w, "ana@x.test", "C1")),
	    "A active active 2026-05-01 10:00");
	expect_text("a corrected policy has the gate of the one it is made of",
	    concat(w, row_of(w, "bo@x.test", 1), access_of(w, "bo@x.test", "C1")), "- pending untouched 2026-05-01 10:00");
	expect_text(
	    "a grant waits for nothing", access_of(w, "cy@x.test", "C1"), "active active 2026-05-02 11:00 2026-05-13 00:00");
	expect_text("who was let in has what was paid for", classes(w), "excluded NOT_A_COURSE x1, matched x1, open GATE_SHUT x1");
	expect_text("an override without a risk, as it is paid for",
	    one(w,
		"SELECT string_agg(concat_ws(' ', class, risk, risk_minor, detail), ', ' ORDER BY class) FROM ctok.finding WHERE "
		"cleared_at IS NULL"),
	    "GATE_SHUT paid_without_access 9900 course C2 is not completed, "
	    "OVERRIDDEN none 0 allowed by decision 1 until 2026-05-04");
	expect_text("ties", untied(w), "ties");
	night(w, "2026-05-03T03:00:00Z", true);
	expect_text("nothing comes of a full look", actions(w), "");
	night(w, "2026-05-04T21:59:00Z", false);
	expect_text("to the last minute of that day", actions(w), "");
	night(w, "2026-05-04T22:00:00Z", false);
	expect_text("the rules again, that very night",
	    one(w, "SELECT kind || ' ' || reason FROM ctok.action WHERE state = 'open'"), "suspend decision");
	carry_out(w);
	night(w, "2026-05-05T03:00:00Z", true);
	expect_text("it waits at its gate", concat(w, row_of(w, "ana@x.test", 1), access_of(w, "ana@x.test", "C1")),
	    "S pending suspended 2026-05-01 10:00");
	expect_text("who said so tells the learner", concat(w, mails(w), actions(w)), " ");
	expect_text("and is a finding", classes(w), "excluded NOT_A_COURSE x1, open GATE_SHUT x2");
	completed(w, "ana@x.test", "2026-05-05T10:00:00Z");
	completed(w, "bo@x.test", "2026-05-05T10:00:00Z");
	whole_night(w, "2026-05-06T03:00:00Z");
	expect_text("open, the term counts from then", concat(w, row_of(w, "ana@x.test", 1), access_of(w, "ana@x.test", "C1")),
	    "A active active 2026-05-05 12:00 2026-06-06 00:00");
	expect_text("as corrected", concat(w, row_of(w, "bo@x.test", 1), access_of(w, "bo@x.test", "C1")),
	    "A active active 2026-05-05 12:00 2026-08-06 00:00");
	expect_text("no finding", findings(w), "");
	expect_text("ties in the end", untied(w), "ties");
}

static void
test_a_word_outranks_what_is_kept_and_who_is_disabled(void **state)
{
	struct with_db *w = *state;
	struct decision_noted noted;

	sell(w, "1", "ana@x.test", "", "KEPT", "2026-04-01T08:00:00Z", 1, 9900);
	sell(w, "2", "bo@x.test", "", "YEAR", "2026-04-01T08:00:00Z", 1, 9900);
	whole_night(w, "2026-04-02T03:00:00Z");
	with_db_sql(w, "UPDATE ctok.source SET on_disabled_client = 'suspend'");
	with_db_sql(w, "INSERT INTO ctok.document_reference (tenant_id, document_id, name, value) SELECT tenant_id, document_id, "
		       "'client', 'c2' FROM ctok.document WHERE number = '2'");
	with_db_sql(w, "INSERT INTO ctok.client_disabled (tenant_id, source_id, client_key, disabled_at, said) SELECT tenant_id, "
		       "source_id, 'c2', '2026-05-09 08:00Z', true FROM ctok.source");
	with_db_sql(w, "INSERT INTO ctok.dirty_document SELECT tenant_id, document_id FROM ctok.document WHERE number = '2'");
	whole_night(w, "2026-05-10T03:00:00Z");
	expect_text("over and kept; disabled", concat(w, access_of(w, "ana@x.test", "C1"), access_of(w, "bo@x.test", "C1")),
	    "ended untouched 2026-04-01 10:00 2026-05-02 00:00 suspended suspended 2026-04-01 10:00 2026-05-09 10:00");
	expect_text("so is Moodle", concat(w, row_of(w, "ana@x.test", 1), row_of(w, "bo@x.test", 1)), "A S");
	(void)overridden(w, "deny", "ana@x.test", NULL);
	noted = overridden(w, "allow", "bo@x.test", NULL);
	whole_night(w, "2026-05-11T03:00:00Z");
	expect_text("denied is suspended, although the rules keep it; allowed is open, although they do not",
	    concat(w, row_of(w, "ana@x.test", 1), row_of(w, "bo@x.test", 1)), "S A");
	expect_text("both are findings, and nothing is lost",
	    one(w,
		"SELECT string_agg(concat_ws(' ', class, risk, risk_minor, detail), ', ' ORDER BY class, detail) FROM ctok.finding "
		"WHERE cleared_at IS NULL"),
	    "CLIENT_DISABLED none 0 disabled since 2026-05-09; access is allowed by a decision, "
	    "OVERRIDDEN none 0 allowed by decision 2, OVERRIDDEN none 0 denied by decision 1");
	revoked(w, &noted);
	whole_night(w, "2026-05-12T03:00:00Z");
	expect_text("taken back, the rule is back", row_of(w, "bo@x.test", 1), "S");
	expect_text("ties", untied(w), "ties");
}

static void
corrected(struct with_db *w, const char *document, const char *term, const char *grace, struct decision_noted *ret_noted)
{
	struct err err = ERR_INIT;
	struct decision_policy policy = { .document = document, .term = term, .grace = grace };

	expect_ok(document, decision_policy_correct(&w->arena, w->db, w->night.run_id, &policy, &eva, ret_noted, &err), &err);
}

static void
test_a_policy_is_corrected(void **state)
{
	struct with_db *w = *state;
	struct err err = ERR_INIT;
	struct decision_noted noted;
	struct approval approval;
	const char *snapshots = "SELECT coalesce(string_agg(concat_ws(' ', f.term, '->', t.term, 'kept', to_char(c.kept_until, "
				"'YYYY-MM-DD')), ', ' ORDER BY change_id), '')"
				" FROM ctok.policy_change c JOIN ctok.product_rule f ON f.rule_id = c.from_rule_id JOIN "
				"ctok.product_rule t ON t.rule_id = c.to_rule_id";

	sell(w, "1", "ana@x.test", "", "MONTH", "2026-05-01T08:00:00Z", 1, 9900);
	sell(w, "2", "bo@x.test", "", "MONTH", "2026-05-01T08:00:00Z", 1, 9900);
	sell(w, "3", "cy@x.test", "", "MONTH", "2026-05-01T08:00:00Z", 1, 9900);
	whole_night(w, "2026-05-02T03:00:00Z");
	corrected(w, "1", "P3M", "14", &noted);
	corrected(w, "1", "P3M", "14", &noted);
	assert_true(noted.known);
	whole_night(w, "2026-05-03T03:00:00Z");
	expect_text("sold for a month, meant for three", access_of(w, "ana@x.test", "C1"),
	    "active active 2026-05-01 10:00 2026-08-02 00:00");
	expect_text("grace goes with it",
	    one(w, "SELECT string_agg(r.grace_days::text, ' ' ORDER BY e.person_id) FROM ctok.entitlement e JOIN ctok.product_rule "
		   "r USING (tenant_id, rule_id)"),
	    "14 0 0");
	expect_text("the price stays", one(w, "SELECT string_agg(price_minor::text, ' ') FROM ctok.entitlement"), "9900 9900 9900");
	expect_text("the snapshot that it was sold under is on record", one(w, snapshots), "P1M -> P3M kept 2026-06-01");
	expect_text(
	    "others' sales are as they were", access_of(w, "bo@x.test", "C1"), "active active 2026-05-01 10:00 2026-06-02 00:00");
	night(w, "2026-05-03T03:00:00Z", true);
	expect_text("once", one(w, snapshots), "P1M -> P3M kept 2026-06-01");
	expect_text("ties", untied(w), "ties");
	/* Shortened: what would not end yet is not ended without a word. */
	corrected(w, "2", "P7D", NULL, &noted);
	night(w, "2026-05-09T03:00:00Z", false);
	expect_text("seven days are over",
	    one(w, "SELECT string_agg(concat_ws(' ', state, held_why), ',') FROM ctok.action WHERE state IN ('open', 'held')"),
	    "held corrected");
	expect_text("and access is not", row_of(w, "bo@x.test", 1), "A");
	expect_text("it waits for an approval", one(w, "SELECT class || ' ' || detail FROM ctok.finding WHERE cleared_at IS NULL"),
	    "HELD held: it ends earlier only by a correction of its policy");
	expect_ok("begin", db_begin(w->db, &err), &err);
	expect_ok("approve",
	    approval_make(&w->arena, w->db, w->night.run_id,
		&(struct approval_ask){ .kind = "suspend", .who = "Eva", .reason = "right" }, &approval, &err),
	    &err);
	expect_ok("release", plan_release(w->db, &err), &err);
	expect_ok("lift", approval_end(w->db, w->night.run_id, &err), &err);
	expect_ok("commit", db_commit(w->db, &err), &err);
	carry_out(w);
	night(w, "2026-05-09T03:00:00Z", false);
	expect_text("approved, it ends", concat(w, row_of(w, "bo@x.test", 1), held(w)), "S ");
	/* Taken back: the term that was sold, and what ends now earlier than was said waits, too. */
	revoked(w, &noted);
	whole_night(w, "2026-05-10T03:00:00Z");
	expect_text("taken back, the month is back", concat(w, row_of(w, "bo@x.test", 1), access_of(w, "bo@x.test", "C1")),
	    "A active active 2026-05-01 10:00 2026-06-02 00:00");
	revoked(w, &(struct decision_noted){ 1, false });
	night(w, "2026-06-02T03:00:00Z", false);
	expect_text("who was given a month may lose it; who was told three, not without a word", held(w), "suspend corrected");
	expect_text("the others end", actions(w), "suspend suspend");
	expect_text("all that was so is on record", one(w, snapshots),
	    "P1M -> P3M kept 2026-06-01, P1M -> P7D kept 2026-06-01, P7D -> P1M kept 2026-05-08, P3M -> P1M kept 2026-08-15");
	night(w, "2026-08-16T03:00:00Z", false);
	expect_text("when that time is over, too, it ends", held(w), "");
}

static void
test_money_without_a_word_is_for_a_seat(void **state)
{
	struct with_db *w = *state;
	struct decision_noted noted;

	sell(w, "1", "ana@x.test", "", "YEAR", "2026-05-01T08:00:00Z", 2, 9900);
	/* The second seat is named later, as ERPs do. */
	whole_night(w, "2026-05-02T03:00:00Z");
	change(w, "1", "paid", 9900, "2026-05-03T08:00:00Z");
	whole_night(w, "2026-05-04T03:00:00Z");
	expect_text("access is kept, a person decides", concat(w, row_of(w, "ana@x.test", 1), findings(w)),
	    "A NO_LEARNER REFUND_AMBIGUOUS");
	noted = answered(w, "REFUND_AMBIGUOUS", "seat", "1.2");
	whole_night(w, "2026-05-05T03:00:00Z");
	expect_text(
	    "the seat without a name: access stays, nothing is open", concat(w, row_of(w, "ana@x.test", 1), findings(w)), "A ");
	expect_text("refunded", classes(w), "excluded REFUNDED x1, matched x1");
	expect_text("ties", untied(w), "ties");
	revoked(w, &noted);
	whole_night(w, "2026-05-06T03:00:00Z");
	expect_text("taken back, it is asked again", findings(w), "NO_LEARNER REFUND_AMBIGUOUS");
	(void)answered(w, "REFUND_AMBIGUOUS", "seat", "1.1");
	whole_night(w, "2026-05-07T03:00:00Z");
	expect_text("the named learner's: revoked from the refund on",
	    concat(w, row_of(w, "ana@x.test", 1),
		one(w, "SELECT concat_ws(' ', revoked_why, to_char(revoked_at, 'MM-DD HH24:MI')) FROM ctok.entitlement")),
	    "S refund 05-03 08:00");
	expect_text("ties", untied(w), "ties");
	/* The refund failed: the money is back, and with it the seat. */
	with_db_sql(w, "UPDATE ctok.document SET refunded_minor = 0; INSERT INTO ctok.movement (tenant_id, document_id, kind, "
		       "external_key, amount_minor, currency, effective_at, known_at, run_id)"
		       " SELECT tenant_id, document_id, 'refund', 'back', 9900, 'EUR', '2026-05-08T08:00:00Z', now(), run_id FROM "
		       "ctok.movement WHERE kind = 'refund';"
		       " INSERT INTO ctok.dirty_document SELECT tenant_id, document_id FROM ctok.document");
	whole_night(w, "2026-05-08T09:00:00Z");
	expect_text("what came back is not given back", row_of(w, "ana@x.test", 1), "A");
}

static void
test_what_vanished_stays_or_ends(void **state)
{
	struct with_db *w = *state;
	struct decision_noted noted;
	const char *vanish = "UPDATE ctok.document SET gone_at = '2026-05-03T08:00:00Z'; INSERT INTO ctok.dirty_document SELECT "
			     "tenant_id, document_id FROM ctok.document ON CONFLICT DO NOTHING";

	sell(w, "1", "ana@x.test", "", "YEAR", "2026-05-01T08:00:00Z", 1, 9900);
	whole_night(w, "2026-05-02T03:00:00Z");
	with_db_sql(w, vanish);
	whole_night(w, "2026-05-04T03:00:00Z");
	expect_text("asked", concat(w, row_of(w, "ana@x.test", 1), findings(w)), "A DOCUMENT_GONE");
	noted = answered(w, "DOCUMENT_GONE", "keep", NULL);
	whole_night(w, "2026-05-05T03:00:00Z");
	expect_text("kept", concat(w, row_of(w, "ana@x.test", 1), findings(w)), "A ");
	revoked(w, &noted);
	whole_night(w, "2026-05-06T03:00:00Z");
	expect_text("asked again", findings(w), "DOCUMENT_GONE");
	(void)answered(w, "DOCUMENT_GONE", "end", NULL);
	whole_night(w, "2026-05-07T03:00:00Z");
	expect_text("ended, as if it were cancelled",
	    concat(w, row_of(w, "ana@x.test", 1), one(w, "SELECT state || ' ' || why FROM ctok.access")), "S revoked cancelled");
	expect_text("settled, and the books are the shop's", concat(w, findings(w), untied(w)), " ties");
	with_db_sql(w, "UPDATE ctok.document SET gone_at = NULL; INSERT INTO ctok.dirty_document SELECT tenant_id, document_id "
		       "FROM ctok.document ON CONFLICT DO NOTHING");
	whole_night(w, "2026-05-08T03:00:00Z");
	expect_text("there again, its word counts again", row_of(w, "ana@x.test", 1), "A");
	with_db_sql(w, "UPDATE ctok.document SET gone_at = '2026-05-08T08:00:00Z'; INSERT INTO ctok.dirty_document SELECT "
		       "tenant_id, document_id FROM ctok.document ON CONFLICT DO NOTHING");
	whole_night(w, "2026-05-09T03:00:00Z");
	expect_text(
	    "vanished once more, it is asked once more", concat(w, row_of(w, "ana@x.test", 1), findings(w)), "A DOCUMENT_GONE");
}

static void
test_who_left_and_who_comes_back(void **state)
{
	struct with_db *w = *state;
	const char *away = "UPDATE ctok.mirror_enrolment SET status = 1, active = false; INSERT INTO ctok.dirty_access SELECT "
			   "tenant_id, site_id, user_id, course_id FROM ctok.managed ON CONFLICT DO NOTHING";

	sell(w, "1", "ana@x.test", "", "YEAR", "2026-05-01T08:00:00Z", 1, 9900);
	whole_night(w, "2026-05-02T03:00:00Z");
	with_db_sql(w, away);
	whole_night(w, "2026-05-03T03:00:00Z");
	expect_text("asked", concat(w, row_of(w, "ana@x.test", 1), findings(w)), "S TAKEN_AWAY");
	(void)answered(w, "TAKEN_AWAY", "drop", NULL);
	whole_night(w, "2026-05-04T03:00:00Z");
	expect_text("left: nothing waits", concat(w, held(w), findings(w)), " OVERRIDDEN");
	expect_text("excluded, and its money stays where it is",
	    concat(w, classes(w), one(w, "SELECT sum(worth_minor)::text FROM rule.revenue")), "excluded DROPPED x1 9900");
	expect_text("ties", untied(w), "ties");
	(void)answered(w, "OVERRIDDEN", "restore", NULL);
	whole_night(w, "2026-05-05T03:00:00Z");
	expect_text("back, with the end that was paid for", concat(w, row_of(w, "ana@x.test", 1), access_of(w, "ana@x.test", "C1")),
	    "A active active 2026-05-01 10:00 2027-05-02 00:00");
	whole_night(w, "2026-05-06T03:00:00Z");
	expect_text("that was for once", concat(w, findings(w), decisions(w)), " drop revoked, restore done");
	with_db_sql(w, away);
	whole_night(w, "2026-05-07T03:00:00Z");
	expect_text("taken away again, it is asked again", concat(w, row_of(w, "ana@x.test", 1), findings(w)), "S TAKEN_AWAY");
	(void)answered(w, "TAKEN_AWAY", "restore", NULL);
	with_db_sql(w, "UPDATE ctok.mirror_enrolment SET status = 0, active = true; INSERT INTO ctok.dirty_access SELECT "
		       "tenant_id, site_id, user_id, course_id FROM ctok.managed ON CONFLICT DO NOTHING");
	night(w, "2026-05-08T03:00:00Z", false);
	night(w, "2026-05-09T03:00:00Z", false);
	expect_text("put right in Moodle, there was nothing left to do", decisions(w), "drop revoked, restore done, restore moot");
}

/* What cannot be decided is said by name, and nothing is written. */
static void
test_what_cannot_be_decided(void **state)
{
	struct with_db *w = *state;
	struct err err = ERR_INIT;
	struct decision_noted noted;
	const char *finding, *const none[] = { "" };
	struct decision_policy policy = { .document = "1" };

	sell(w, "1", "ana@x.test", "", "YEAR", "2026-05-01T08:00:00Z", 2, 9900);
	sell(w, "2", "bo@x.test", "", "BOOK", "2026-05-01T08:00:00Z", 1, 900);
	change(w, "1", "paid", 9900, "2026-05-01T09:00:00Z");
	whole_night(w, "2026-05-02T03:00:00Z");
	finding = number_of(w, "REFUND_AMBIGUOUS");
#define GRANT(who, what, term, until, word) \
	decision_grant(&w->arena, w->db, w->night.run_id, who, what, term, until, word, &noted, &err)
#define OVERRIDE(kind, who, course, until) \
	decision_override(&w->arena, w->db, w->night.run_id, kind, who, course, until, &eva, &noted, &err)
#define ANSWER(id, count, until, ...) \
	decision_answer( \
	    &w->arena, w->db, w->night.run_id, id, (const char *const[]){ __VA_ARGS__ }, count, until, &eva, &noted, &err)
#define POLICY() decision_policy_correct(&w->arena, w->db, w->night.run_id, &policy, &eva, &noted, &err)
#define REFUSED(call, code, message) \
	do { \
		assert_int_equal(call, -1); \
		expect_err(#call, &err, code, message); \
		err_reset(&err); \
	} while (0)
	REFUSED(GRANT("ana@x.test", "C1", "P1D", NULL, (&(struct decision_word){ NULL, "why" })), ERR_USAGE,
	    "a decision needs the name of whoever answers for it");
	REFUSED(GRANT("ana@x.test", "C1", "P1D", NULL, (&(struct decision_word){ "Eva", "  " })), ERR_USAGE,
	    "a decision needs a reason");
	REFUSED(GRANT("nobody@x.test", "C1", "P1D", NULL, &eva), ERR_NOT_FOUND, "no learner answers to \"nobody@x.test\"");
	REFUSED(GRANT("ana@x.test", "C9", "P1D", NULL, &eva), ERR_NOT_FOUND, "no product rule leads to a course or product \"C9\"");
	REFUSED(
	    GRANT("ana@x.test", "sku:BOOK", "P1D", NULL, &eva), ERR_USAGE, "product \"sku:BOOK\" is no course, by rule sku:BOOK");
	REFUSED(
	    GRANT("ana@x.test", "C1", NULL, NULL, &eva), ERR_USAGE, "\"C1\" is given by rules that differ: sku:MONTH, sku:YEAR");
	REFUSED(GRANT("ana@x.test", "C1", "P1D", "2026-06-01", &eva), ERR_USAGE, "either --term or --until: an access has one end");
	REFUSED(GRANT("ana@x.test", "C1", "1 day", NULL, &eva), ERR_USAGE,
	    "\"1 day\" is not a term: it must be written as P2Y, P18M, P6W or P90D");
	REFUSED(GRANT("ana@x.test", "C1", NULL, "2026-02-30", &eva), ERR_USAGE,
	    "\"2026-02-30\" is not a day: it must be written as 2027-06-30");
	REFUSED(GRANT("ana@x.test", "C1", NULL, "2026-05-01", &eva), ERR_USAGE, "the day 2026-05-01 is over");
	REFUSED(OVERRIDE("allow", "bo@x.test", "C1", NULL), ERR_NOT_FOUND,
	    "nothing that gives C1 was sold or granted to Buyer (#2) since go-live");
	REFUSED(OVERRIDE("deny", "bo@x.test", "C9", NULL), ERR_NOT_FOUND, "no rule leads to a course \"C9\"");
	REFUSED(POLICY(), ERR_USAGE, "what is to be corrected?");
	policy.grace = "soon";
	REFUSED(POLICY(), ERR_USAGE, "grace \"soon\" is neither a number of days from 0 to 3650 nor never");
	policy.grace = "3";
	policy.document = "77";
	REFUSED(POLICY(), ERR_NOT_FOUND, "no sale has the number or id \"77\"");
	with_db_sql(w,
	    "INSERT INTO ctok.expected (tenant_id, source_id, kind, document_key, line_key, number, product_id, quantity, "
	    "net_minor, currency, buyer_email, buyer_name, asked_at, known_at) SELECT tenant_id, source_id, 'quote', 'q7', "
	    "'1', 'PR-7', product_id, 1, 9900, 'EUR', 'x@x.test', 'X', now(), now() FROM ctok.product LIMIT 1");
	policy.document = "PR-7";
	REFUSED(POLICY(), ERR_REFUSED, "quote PR-7 of source \"shop\" is not sold yet: nothing is invoiced");
	policy.document = "shop/2";
	REFUSED(POLICY(), ERR_NOT_FOUND, "order 2 of source \"shop\" gave no right");
	REFUSED(ANSWER("F0", 1, NULL, "keep"), ERR_NOT_FOUND, "there is no finding \"F0\"");
	REFUSED(
	    ANSWER(finding, 1, NULL, "end"), ERR_USAGE, "\"end\" is no answer to REFUND_AMBIGUOUS: it is seat LINE.SEAT … or keep");
	REFUSED(ANSWER(finding, 1, NULL, "seat"), ERR_USAGE, "which seat? Name them as 1.2, for line 1 seat 2");
	REFUSED(ANSWER(finding, 2, NULL, "seat", "two"), ERR_USAGE,
	    "\"two\" is not a seat: it must be written as 1.2, for line 1 seat 2");
	REFUSED(ANSWER(finding, 2, NULL, "seat", "1.3"), ERR_USAGE, "it has no line 1 seat 3");
	REFUSED(ANSWER(finding, 3, NULL, "seat", "1.1", "1.2"), ERR_USAGE,
	    "these are all of its seats: what is for all of them is a full refund, of the shop's");
	REFUSED(ANSWER(finding, 2, "2026-06-01", "seat", "1.2"), ERR_USAGE, "whose seat it was does not end: leave --until out");
	REFUSED(ANSWER(finding, 2, NULL, "keep", "1.2"), ERR_USAGE, "nothing is to follow \"keep\"");
	REFUSED(ANSWER(number_of(w, "NO_LEARNER"), 1, NULL, "keep"), ERR_USAGE,
	    arena_printf(&w->arena, "finding %s (NO_LEARNER) is not for a decision: Nobody is named as learner",
		number_of(w, "NO_LEARNER")));
	REFUSED(decision_answer(&w->arena, w->db, w->night.run_id, finding, none, 0, NULL, &eva, &noted, &err), ERR_USAGE,
	    arena_printf(&w->arena, "what is decided about %s?", finding));
	REFUSED(decision_revoke(&w->arena, w->db, w->night.run_id, "7", &eva, &err), ERR_NOT_FOUND, "there is no decision 7");
	REFUSED(decision_revoke(&w->arena, w->db, w->night.run_id, "seven", &eva, &err), ERR_USAGE,
	    "\"seven\" is not the number of a decision");
	expect_text("nothing is written",
	    one(w,
		"SELECT (SELECT count(*) FROM ctok.decision) || ' ' || count(*) FROM ctok.audit_row WHERE what LIKE 'decision%'"),
	    "0 0");
	expect_ok("keep", ANSWER(finding, 1, "2026-05-05", "keep"), &err);
	whole_night(w, "2026-05-03T03:00:00Z");
	REFUSED(ANSWER(finding, 1, NULL, "keep"), ERR_USAGE,
	    arena_printf(&w->arena, "finding %s (REFUND_AMBIGUOUS) is settled since 2026-05-03", finding));
	whole_night(w, "2026-05-06T03:00:00Z");
	expect_text("a decision that expires lets the finding come back", findings(w), "NO_LEARNER REFUND_AMBIGUOUS");
	REFUSED(decision_revoke(&w->arena, w->db, w->night.run_id, "1", &eva, &err), ERR_USAGE,
	    "decision 1 holds no longer since 2026-05-06: its time is over");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_what_is_denied_is_suspended_until_it_is_not, setup),
		cmocka_unit_test_setup(test_what_is_allowed_is_kept, setup),
		cmocka_unit_test_setup(test_a_grant_is_an_access_without_a_sale, setup),
		cmocka_unit_test_setup(test_a_gate_is_opened_by_a_word, setup),
		cmocka_unit_test_setup(test_a_word_outranks_what_is_kept_and_who_is_disabled, setup),
		cmocka_unit_test_setup(test_a_policy_is_corrected, setup),
		cmocka_unit_test_setup(test_money_without_a_word_is_for_a_seat, setup),
		cmocka_unit_test_setup(test_what_vanished_stays_or_ends, setup),
		cmocka_unit_test_setup(test_who_left_and_who_comes_back, setup),
		cmocka_unit_test_setup(test_what_cannot_be_decided, setup),
	};

	return cmocka_run_group_tests(tests, with_db_open, with_db_close);
}
