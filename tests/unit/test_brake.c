/* The brakes: their limits, one by one; and what they hold of a plan, on a real database. The cases put enrolments and what is wanted of
 * them into the tables, plan, and look at the actions. */
#include "expect.h"

#include <stdio.h>

#include "base/clock.h"
#include "brake/approval.h"
#include "brake/brake.h"
#include "db/rules.h"
#include "entitle/entitle.h"
#include "plan/plan.h"
#include "with_db.h"

static const char *
one(struct with_db *w, const char *sql)
{
	const char *text = with_db_text(w, sql);

	return text != NULL ? text : "(none)";
}

#define SQL(w, ...) with_db_sql(w, arena_printf(&(w)->arena, __VA_ARGS__))

/* The limits. */

static const struct {
	const char *kind;
	int64_t base;
	int64_t most; /* -1: no limit */
} limits[] = {
	/* What takes something away: in small scopes half, rounded down, … */
	{ "suspend", 0, 25 },
	{ "suspend", 1, 25 },
	{ "suspend", 3, 25 },
	{ "suspend", 4, 2 },
	{ "suspend", 5, 2 },
	{ "suspend", 6, 3 },
	{ "suspend", 10, 5 },
	{ "suspend", 49, 24 },
	/* … then 25, … */
	{ "suspend", 50, 25 },
	{ "suspend", 51, 25 },
	{ "suspend", 500, 25 },
	{ "suspend", 519, 25 },
	/* … then one in twenty. */
	{ "suspend", 520, 26 },
	{ "suspend", 1000, 50 },
	{ "suspend", 1019, 50 },
	{ "suspend", 1020, 51 },
	{ "suspend", 100000, 5000 },
	{ "unenrol", 3, 25 },
	{ "unenrol", 4, 2 },
	{ "unenrol", 50, 25 },
	{ "unenrol", 520, 26 },
	{ "rename", 4, 2 },
	{ "rename", 519, 25 },
	{ "rename", 520, 26 },
	{ "revoke", 3, 25 },
	{ "revoke", 4, 2 },
	{ "revoke", 1000, 50 },
	{ "void", 3, 25 },
	{ "void", 4, 2 },
	{ "void", 1000, 50 },
	/* What gives has no half. */
	{ "enrol", 0, 25 },
	{ "enrol", 4, 25 },
	{ "enrol", 519, 25 },
	{ "enrol", 520, 26 },
	{ "create_account", 0, 25 },
	{ "create_account", 4, 25 },
	{ "create_account", 2000, 100 },
	/* Five times the median night. */
	{ "mail", 0, 500 },
	{ "mail", 100, 500 },
	{ "mail", 101, 505 },
	{ "mail", 3000, 15000 },
	{ "issue", 0, 500 },
	{ "issue", 100, 500 },
	{ "issue", 101, 505 },
	/* Others have none. */
	{ "extend", 0, -1 },
	{ "extend", 100000, -1 },
};

static void
test_limits(void **state)
{
	struct with_db *w = *state;
	size_t i;

	for (i = 0; i < COUNT_OF(limits); i++)
		expect_text(arena_printf(&w->arena, "%s of %lld", limits[i].kind, (long long)limits[i].base),
		    one(w, arena_printf(&w->arena, "SELECT coalesce(rule.brake_limit('%s', %lld), -1)::text", limits[i].kind,
			       (long long)limits[i].base)),
		    arena_printf(&w->arena, "%lld", (long long)limits[i].most));
	/* The definition in its own words, for every scope that is not huge: more than both 25 and 5 %, or, of 4 or more, than half. */
	expect_text("whatever the scope and the number",
	    one(w, "SELECT string_agg(concat_ws(' ', kind, base, wanted), ', ') FROM "
		   "unnest('{suspend,unenrol,rename,revoke,void}'::text[]) kind,"
		   " generate_series(0, 1200) base, generate_series(0, 120) wanted WHERE (wanted > rule.brake_limit(kind, base)) <>"
		   " ((wanted > 25 AND wanted > base * 0.05) OR (base >= 4 AND wanted > base * 0.5))"),
	    "(none)");
	expect_text("of what gives, too",
	    one(w, "SELECT string_agg(concat_ws(' ', kind, base, wanted), ', ') FROM unnest('{enrol,create_account}'::text[]) kind,"
		   " generate_series(0, 1200) base, generate_series(0, 120) wanted WHERE (wanted > rule.brake_limit(kind, base)) <>"
		   " (wanted > 25 AND wanted > base * 0.05)"),
	    "(none)");
	expect_text("what is not counted could not hold",
	    one(w, "SELECT string_agg(kind || ' ' || rule.brake_least(kind) || ' ' || least, ', ') FROM (SELECT kind,"
		   " min(rule.brake_limit(kind, base)) AS least FROM "
		   "unnest('{enrol,create_account,rename,suspend,unenrol,revoke,void,issue,"
		   "mail}'::text[]) kind, generate_series(0, 1200) base GROUP BY kind) l WHERE least <> rule.brake_least(kind)"),
	    "(none)");
	expect_text("every kind of action has its brake or none",
	    one(w, "SELECT string_agg(kind || ' ' || coalesce(rule.brake_kind(kind), 'none'), ', ' ORDER BY kind)"
		   " FROM unnest('{create_account,enrol,extend,resume,take_over,suspend,unenrol,rename}'::text[]) kind"),
	    "create_account create_account, enrol enrol, extend none, rename rename, resume enrol, suspend suspend, take_over "
	    "enrol,"
	    " unenrol unenrol");
}

/* Two sites with courses C1 and C2 each, live, and a rule for each course. */
static int
setup(void **state)
{
	struct err err = ERR_INIT;
	struct with_db *w;

	if (with_db_fresh(state) != 0)
		return -1;
	w = *state;
	expect_ok("rules_at", rules_at(w->db, WITH_DB_NOW, "Europe/Madrid", &err), &err);
	with_db_sql(
	    w, "INSERT INTO ctok.site (tenant_id, name, url) VALUES (ctok.current_tenant(), 'second', 'https://second.test')");
	with_db_sql(w, "INSERT INTO ctok.mirror_course SELECT tenant_id, site_id, n, 'C' || n, '', 'Course ' || n, true, true, true"
		       " FROM ctok.site, generate_series(1, 2) AS n");
	with_db_sql(
	    w, "INSERT INTO ctok.live SELECT s.tenant_id, site_id, source_id, '-infinity', now() FROM ctok.site s, ctok.source");
	with_db_sql(w, "INSERT INTO ctok.target (tenant_id, site_id, reference, course_id) SELECT tenant_id, site_id, 'shortname:' "
		       "|| shortname,"
		       " course_id FROM ctok.mirror_course ORDER BY site_id, course_id");
	with_db_sql(w,
	    "INSERT INTO ctok.product_rule (tenant_id, digest, source_id, match_kind, pattern, site_id, role, term, grace_days,"
	    " notice_days, delivery, learner, on_expiry, on_refund, renews, certificate, exclude)"
	    " SELECT t.tenant_id, target_id, source_id, 'sku', 'S' || target_id, site_id, '', '1 year', 0, 3, 'direct', 'buyer',"
	    " 'suspend', 'suspend', false, 'classic', false FROM ctok.target t, ctok.source ORDER BY target_id");
	with_db_sql(w,
	    "INSERT INTO ctok.rule_target SELECT r.tenant_id, rule_id, target_id FROM ctok.product_rule r JOIN ctok.target t ON"
	    " r.digest = t.target_id::text");
	with_db_read(w);
	return 0;
}

/* Number of the course's target: site 1 or 2, course 1 or 2. */
#define COURSE(site, course) \
	"(SELECT target_id FROM (SELECT target_id, dense_rank() OVER (ORDER BY site_id) AS s, course_id AS c FROM ctok.target) t" \
	" WHERE s = " #site " AND c = " #course ")"

/* Persons ${from} to ${to} are owed access to a course and have an account; they have it already, or not yet. */
static void
people(struct with_db *w, const char *course, int from, int to, bool enrolled)
{
	SQL(w,
	    "INSERT INTO ctok.person (tenant_id, person_id, email, display_name, known_at) OVERRIDING SYSTEM VALUE SELECT"
	    " ctok.current_tenant(), n, 'p' || n || '@x.test', 'P ' || n, now() FROM generate_series(%d, %d) n ON CONFLICT DO "
	    "NOTHING",
	    from, to);
	SQL(w,
	    "INSERT INTO ctok.account SELECT t.tenant_id, t.site_id, n, n, true FROM ctok.target t, generate_series(%d, %d) n"
	    " WHERE t.target_id = %s ON CONFLICT DO NOTHING",
	    from, to, course);
	SQL(w,
	    "INSERT INTO ctok.mirror_user SELECT t.tenant_id, t.site_id, n, 'p' || n, 'p' || n || '@x.test', 'p' || n || "
	    "'@x.test', 'P',"
	    " 'N', false FROM ctok.target t, generate_series(%d, %d) n WHERE t.target_id = %s ON CONFLICT DO NOTHING",
	    from, to, course);
	SQL(w,
	    "INSERT INTO ctok.access (tenant_id, person_id, target_id, site_id, state, why, wanted, starts_at, ends_at, "
	    "wanted_start,"
	    " wanted_end, role, rule_id, trial, end_known_at) SELECT t.tenant_id, n, t.target_id, t.site_id, 'active', 'term', "
	    "'active',"
	    " '2026-01-01', '2027-01-01', 60, 600000000, '', r.rule_id, false, rule.now() FROM ctok.target t JOIN ctok.rule_target "
	    "r USING"
	    " (tenant_id, target_id), generate_series(%d, %d) n WHERE t.target_id = %s",
	    from, to, course);
	if (!enrolled)
		return;
	SQL(w,
	    "INSERT INTO ctok.managed SELECT t.tenant_id, t.site_id, t.course_id, n, 0, 60, 600000000, 0 FROM ctok.target t,"
	    " generate_series(%d, %d) n WHERE t.target_id = %s",
	    from, to, course);
	SQL(w,
	    "INSERT INTO ctok.mirror_enrolment SELECT t.tenant_id, t.site_id, t.course_id, n, 'manual', true, 0, 60, 600000000, 60,"
	    " 'student', 1 FROM ctok.target t, generate_series(%d, %d) n WHERE t.target_id = %s",
	    from, to, course);
}

/* They were given their money back, or their time is over. */
static void
lose(struct with_db *w, const char *course, int from, int to)
{
	SQL(w,
	    "UPDATE ctok.access SET state = 'suspended', why = 'refund', wanted = 'suspended', ends_at = rule.now(), debt_at = "
	    "rule.now(),"
	    " suspend_at = rule.now(), end_known_at = rule.now() WHERE person_id BETWEEN %d AND %d AND target_id = %s",
	    from, to, course);
}

/* A reconcile of all pairs, at the moment of rules_at(). */
static int64_t
plan(struct with_db *w)
{
	struct err err = ERR_INIT;
	struct plan_counts counts = { 0 };

	expect_ok("begin", db_begin(w->db, &err), &err);
	expect_ok("entitle_begin", entitle_begin(w->db, false, &err), &err);
	with_db_sql(w, "INSERT INTO dirty_pair SELECT person_id, target_id FROM ctok.access");
	expect_ok("plan_settle", plan_settle(w->db, w->night.run_id, &counts, &err), &err);
	expect_ok("plan_make", plan_make(w->db, w->night.run_id, &counts, &err), &err);
	expect_ok("commit", db_commit(w->db, &err), &err);
	return counts.held;
}

/* "suspend open 3, enrol held brake 26": what waits. */
static const char *
waiting(struct with_db *w)
{
	return one(w, "SELECT string_agg(concat_ws(' ', kind, state, nullif(held_why, ''), n), ', ' ORDER BY kind, state DESC, n) "
		      "FROM (SELECT"
		      " kind, state, held_why, count(*) AS n FROM ctok.action WHERE state IN ('open', 'held') GROUP BY 1, 2, 3) a");
}

/* "suspend tenant 26 of 40, 20": the holds that stand. */
static const char *
holds(struct with_db *w)
{
	return one(w, "SELECT string_agg(format('%s %s %s of %s, %s', kind, scope, wanted, base, most), '; ' ORDER BY kind, "
		      "site_id, target_id)"
		      " FROM ctok.hold WHERE standing");
}

static void
test_removals_are_held_above_the_limit(void **state)
{
	struct with_db *w = *state;

	people(w, COURSE(1, 1), 1, 100, true);
	people(w, COURSE(1, 2), 101, 200, true);
	lose(w, COURSE(1, 1), 1, 25);
	assert_int_equal(plan(w), 0);
	expect_text("25 pass", waiting(w), "suspend open 25");
	expect_text("nothing holds", holds(w), "(none)");
	lose(w, COURSE(1, 1), 26, 26);
	assert_int_equal(plan(w), 26);
	expect_text("one more, and all are held, also those of the plan before", waiting(w), "suspend held brake 26");
	expect_text("in every scope that exceeds its limit", holds(w),
	    "suspend tenant 26 of 200, 25; suspend site 26 of 200, 25; suspend course 26 of 100, 25");
	people(w, COURSE(1, 1), 301, 325, false);
	assert_int_equal(plan(w), 26);
	expect_text("the rest goes on", waiting(w), "enrol open 25, suspend held brake 26");
	SQL(w, "UPDATE ctok.access SET state = 'active', wanted = 'active', wanted_end = 600000000 WHERE person_id = 26");
	assert_int_equal(plan(w), 0);
	expect_text("what is wanted no more holds no more", waiting(w), "enrol open 25, suspend open 25");
	expect_text("nor does its hold stand", holds(w), "(none)");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_limits, setup),
		cmocka_unit_test_setup(test_removals_are_held_above_the_limit, setup),
	};

	return cmocka_run_group_tests(tests, with_db_open, with_db_close);
}
