/* The brakes: their limits, one by one; and what they hold of a plan, on a real database. The cases put enrolments and what is wanted of
 * them into the tables, plan, and look at the actions. */
#include "expect.h"

#include <stdio.h>

#include "base/clock.h"
#include "brake/approval.h"
#include "brake/brake.h"
#include "certificate/issue.h"
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
	return one(w,
	    "SELECT string_agg(concat_ws(' ', kind, state, nullif(held_why, ''), n), ', ' ORDER BY kind, state, n) FROM (SELECT"
	    " kind, state, CASE state WHEN 'held' THEN held_why ELSE '' END AS held_why, count(*) AS n FROM ctok.action WHERE "
	    "state IN ('open', 'held') GROUP BY 1, 2, 3) a");
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

/* Carry out what is open, as apply would record it. */
static void
carry_out(struct with_db *w)
{
	with_db_sql(w, "UPDATE ctok.managed g SET written_status = a.after_status FROM ctok.action a WHERE a.state = 'open' AND "
		       "a.kind = 'suspend'"
		       " AND g.site_id = a.site_id AND g.course_id = a.course_id AND g.user_id = a.user_id");
	with_db_sql(w,
	    "UPDATE ctok.mirror_enrolment m SET status = 1, active = false FROM ctok.action a WHERE a.state = 'open' AND a.kind ="
	    " 'suspend' AND m.site_id = a.site_id AND m.course_id = a.course_id AND m.user_id = a.user_id");
	SQL(w, "UPDATE ctok.action SET state = 'done', ended_at = rule.now(), ended_run = %lld WHERE state = 'open'",
	    (long long)w->night.run_id);
}

/* Somebody gave the access back by hand in Moodle: the same suspension is wanted again. */
static void
undo_by_hand(struct with_db *w)
{
	with_db_sql(w, "UPDATE ctok.mirror_enrolment SET status = 0, active = true");
}

static void
at(struct with_db *w, const char *moment)
{
	struct err err = ERR_INIT;
	int64_t utc;

	expect_ok("moment", clock_parse(moment, &utc, NULL, &err), &err);
	expect_ok("rules_at", rules_at(w->db, utc, "Europe/Madrid", &err), &err);
	with_db_read(w);
}

/* ctok-admin approve. */
static int
approve(struct with_db *w, const char *kind, const char *site, const char *course, struct approval *ret_approval, struct err *err)
{
	struct approval_ask ask = { kind, site, course, "Marta", "it is right" };

	expect_ok("begin", db_begin(w->db, err), err);
	if (approval_make(&w->arena, w->db, w->night.run_id, &ask, ret_approval, err) != 0) {
		db_rollback(w->db);
		return -1;
	}
	expect_ok("release", plan_release(w->db, err), err);
	expect_ok("end", approval_end(w->db, w->night.run_id, err), err);
	expect_ok("commit", db_commit(w->db, err), err);
	return 0;
}

static void
test_small_scopes_and_halves(void **state)
{
	struct with_db *w = *state;

	people(w, COURSE(1, 1), 1, 3, true);
	lose(w, COURSE(1, 1), 1, 3);
	assert_int_equal(plan(w), 0);
	expect_text("all of three", waiting(w), "suspend open 3");
	people(w, COURSE(1, 2), 11, 14, true);
	people(w, COURSE(2, 1), 21, 60, true);
	lose(w, COURSE(1, 2), 11, 12);
	assert_int_equal(plan(w), 5);
	expect_text("half of four, but of their site's seven more than three", holds(w), "suspend site 5 of 7, 3");
	lose(w, COURSE(2, 1), 21, 22);
	assert_int_equal(plan(w), 5);
	expect_text("the other site goes on", waiting(w), "suspend held brake 5, suspend open 2");
	people(w, COURSE(1, 1), 101, 140, true);
	lose(w, COURSE(1, 2), 13, 13);
	assert_int_equal(plan(w), 3);
	expect_text("three of four are too many in their course alone", holds(w), "suspend course 3 of 4, 2");
	expect_text("held there, and there only", waiting(w), "suspend held brake 3, suspend open 5");
}

static void
test_giving_is_held_with_the_accounts_it_needs(void **state)
{
	struct with_db *w = *state;
	struct approval approval;
	struct err err = ERR_INIT;

	people(w, COURSE(2, 2), 201, 800, true);
	people(w, COURSE(1, 1), 1, 26, false);
	with_db_sql(w, "DELETE FROM ctok.account WHERE user_id <= 26; DELETE FROM ctok.mirror_user WHERE user_id <= 26");
	(void)plan(w);
	expect_text("26 of the tenant's 600 pass, on an empty site they do not", holds(w),
	    "create_account site 26 of 0, 25; enrol site 26 of 0, 25; enrol course 26 of 0, 25");
	expect_ok("accounts", approve(w, "create_account", NULL, NULL, &approval, &err), &err);
	expect_text("nobody gets an account for an enrolment that is held", waiting(w),
	    "create_account held enrolments 26, enrol held brake 26");
	expect_ok("enrolments", approve(w, "enrol", NULL, "c1", &approval, &err), &err);
	expect_text("released together", waiting(w), "create_account open 26, enrol open 26");
	expect_text("no hold stands", holds(w), "(none)");
	assert_int_equal(plan(w), 0);
	expect_text("a later plan keeps to it", waiting(w), "create_account open 26, enrol open 26");
}

static void
test_an_approval_is_used_once_and_expires(void **state)
{
	struct with_db *w = *state;
	struct approval approval;
	struct err err = ERR_INIT;

	people(w, COURSE(1, 1), 1, 40, true);
	lose(w, COURSE(1, 1), 1, 30);
	assert_int_equal(plan(w), 30);
	if (approve(w, "enrol", NULL, NULL, &approval, &err) == 0)
		fail_msg("released what is not held");
	expect_err("of another kind", &err, ERR_NOT_FOUND, "nothing of this kind and scope is held");
	err_reset(&err);
	if (approve(w, "suspendd", NULL, NULL, &approval, &err) == 0)
		fail_msg("took a kind that there is not");
	expect_err("no such kind", &err, ERR_USAGE, "there is no kind \"suspendd\"");
	err_reset(&err);
	if (approve(w, NULL, NULL, "C9", &approval, &err) == 0)
		fail_msg("took a course that there is not");
	expect_err("no such course", &err, ERR_USAGE, "there is no course \"C9\"");
	err_reset(&err);
	expect_ok("approve", approve(w, "suspend", "campus", "C1", &approval, &err), &err);
	expect_text("says what", approval.groups[0].what, "30 suspensions in course C1 of site campus");
	expect_text("and until when", approval.until, "2026-05-03 05:00");
	expect_text("released", waiting(w), "suspend open 30");
	with_db_sql(w, "UPDATE ctok.action SET state = 'superseded' WHERE state = 'open'");
	assert_int_equal(plan(w), 0);
	expect_text("a later plan's same actions too", waiting(w), "suspend open 30");
	lose(w, COURSE(1, 1), 31, 31);
	assert_int_equal(plan(w), 0);
	expect_text("with one more, which counts by itself", waiting(w), "suspend open 31");
	/* 48 hours later. */
	at(w, "2026-05-03T03:00:00Z");
	expect_ok("expire", plan_expire(w->db, &err), &err);
	expect_text(
	    "what nobody carried out in time is held again, before any plan", waiting(w), "suspend held brake 30, suspend open 1");
	assert_int_equal(plan(w), 31);
	expect_ok("approve", approve(w, NULL, NULL, NULL, &approval, &err), &err);
	carry_out(w);
	assert_int_equal(plan(w), 0);
	undo_by_hand(w);
	assert_int_equal(plan(w), 31);
	expect_text("the same once more is judged once more", waiting(w), "suspend held brake 31");
}

static void
test_what_is_taken_back_in_trial_holds_nothing(void **state)
{
	struct with_db *w = *state;

	people(w, COURSE(1, 1), 1, 60, false);
	with_db_sql(w, "UPDATE ctok.access SET trial = true");
	people(w, COURSE(1, 1), 61, 80, false);
	assert_int_equal(plan(w), 0);
	expect_text("60 in trial and 20 live", waiting(w), "enrol open 80");
}

static void
test_a_held_end_that_moodle_would_bring_counts_on(void **state)
{
	struct with_db *w = *state;

	people(w, COURSE(1, 1), 1, 40, true);
	lose(w, COURSE(1, 1), 1, 30);
	assert_int_equal(plan(w), 30);
	/* Moodle's own end of ten of them is near: it is moved out. */
	with_db_sql(w, "UPDATE ctok.mirror_enrolment SET time_end = extract(epoch FROM rule.now()) + 86400 WHERE user_id <= 10");
	assert_int_equal(plan(w), 20);
	expect_text("the others are held all the same", waiting(w), "extend open 10, suspend held brake 20");
}

/* Forty whose year ends on a day, planned on ${known}; the source is read completely on every day from then on, but for ${gaps} of them. */
static void
year_ends(struct with_db *w, const char *known, int days, const char *gaps)
{
	people(w, COURSE(1, 1), 1, 40, true);
	SQL(w,
	    "UPDATE ctok.access SET ends_at = '2026-05-01T22:00:00Z', end_known_at = '%s', state = 'suspended', wanted = "
	    "'suspended',"
	    " debt_at = '2026-05-01T22:00:00Z', suspend_at = '2026-05-01T22:00:00Z'",
	    known);
	SQL(w,
	    "INSERT INTO ctok.run (tenant_id, run_id, night_id, program, effective_at, known_at) OVERRIDING SYSTEM VALUE SELECT"
	    " ctok.current_tenant(), 5000 + n, 5000 + n, 'ctok-pull-sales', '2026-05-02T03:00:00Z'::timestamptz - n * interval '1 "
	    "day', now()"
	    " FROM generate_series(0, %d) n",
	    days);
	SQL(w,
	    "INSERT INTO ctok.pull (tenant_id, source_id, run_id, window_from, window_to, begun_at, complete) SELECT r.tenant_id, "
	    "s.source_id,"
	    " r.run_id, now(), now(), now(), r.run_id - 5000 <> ALL ('%s'::int[]) FROM ctok.run r, ctok.source s WHERE r.run_id >= "
	    "5000",
	    gaps);
	at(w, "2026-05-02T03:00:00Z");
	(void)plan(w);
}

static void
test_foreseen_ends_do_not_count(void **state)
{
	static const struct {
		const char *title;
		const char *known;
		int days;
		const char *gaps; /* days ago */
		const char *found;
	} cases[] = {
		{ "planned a year ago", "2025-05-01T03:00:00Z", 60, "{}", "suspend open 40" },
		{ "planned 7 nights before", "2026-04-25T03:00:00Z", 60, "{}", "suspend open 40" },
		{ "planned 6 nights before", "2026-04-26T03:00:00Z", 60, "{}", "suspend held brake 40" },
		{ "planned 7 nights before, one of them incomplete", "2026-04-25T03:00:00Z", 60, "{3}", "suspend held brake 40" },
		{ "planned 8 nights before, one of them incomplete", "2026-04-24T03:00:00Z", 60, "{3}", "suspend open 40" },
		{ "planned a year ago, nothing read since", "2025-05-01T03:00:00Z", 60,
		    "{1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,"
		    "23,24,25,26,27,28,29,30,31,32,33,34,35,36,37,38,39,40,41,42,43,44,45,46,47,48,49,50,51,52,53,54,55,56,57,58,"
		    "59,60}",
		    "suspend held brake 40" },
		{ "known when it had come", "2026-05-02T03:00:00Z", 60, "{}", "suspend held brake 40" },
	};
	struct with_db *w;
	size_t i;

	for (i = 0; i < COUNT_OF(cases); i++) {
		assert_int_equal(setup(state), 0);
		w = *state;
		year_ends(w, cases[i].known, cases[i].days, cases[i].gaps);
		expect_text(cases[i].title, waiting(w), cases[i].found);
	}
	/* A surprise that is held for a week is no less a surprise. */
	assert_int_equal(setup(state), 0);
	w = *state;
	year_ends(w, "2026-05-02T03:00:00Z", 60, "{}");
	SQL(w, "UPDATE ctok.run SET effective_at = effective_at + interval '20 days' WHERE run_id >= 5000");
	at(w, "2026-05-22T03:00:00Z");
	(void)plan(w);
	expect_text("held for three weeks", waiting(w), "suspend held brake 40");
	expect_text(
	    "since when", one(w, "SELECT min(to_char(since_at, 'YYYY-MM-DD')) FROM ctok.hold WHERE standing"), "2026-05-02");
	/* Nor is one whose grace lasts two weeks: the end itself was none that anybody had planned. */
	assert_int_equal(setup(state), 0);
	w = *state;
	year_ends(w, "2026-04-15T03:00:00Z", 60, "{}");
	SQL(w, "UPDATE ctok.access SET ends_at = '2026-04-14T20:00:00Z', debt_at = '2026-04-14T20:00:00Z'");
	(void)plan(w);
	expect_text("a refund with grace", waiting(w), "suspend held brake 40");
}

static void
test_foreseen_ends_are_told_apart_from_surprises(void **state)
{
	struct with_db *w = *state;

	year_ends(w, "2025-05-01T03:00:00Z", 60, "{}");
	people(w, COURSE(1, 1), 101, 160, true);
	lose(w, COURSE(1, 1), 101, 130);
	(void)plan(w);
	expect_text("the foreseen go on, the others wait", waiting(w), "suspend held brake 30, suspend open 40");
	expect_text("counted apart", one(w, "SELECT wanted || ' ' || foreseen FROM ctok.hold WHERE standing AND scope = 'tenant'"),
	    "30 40");
}

/* The memory of an end: from the reconcile on that planned it. */
static void
test_an_end_is_known_since_it_was_planned(void **state)
{
	struct with_db *w = *state;
	struct err err = ERR_INIT;
	struct entitle_counts rights;
	const char *known = "SELECT to_char(end_known_at, 'MM-DD') || ' ' || to_char(ends_at, 'YYYY') FROM ctok.access";
	const char *const nights[][3] = {
		{ "2026-05-01T03:00:00Z", "", "05-01 2027" },
		{ "2026-05-02T03:00:00Z", "", "05-01 2027" },
		{ "2026-05-03T03:00:00Z", "UPDATE ctok.entitlement SET revoked_at = '2026-05-02T20:00:00Z', revoked_why = 'refund'",
		    "05-03 2026" },
		{ "2026-05-04T03:00:00Z", "", "05-03 2026" },
	};
	size_t i;

	with_db_sql(w,
	    "INSERT INTO ctok.person (tenant_id, person_id, email, display_name, known_at) OVERRIDING SYSTEM VALUE VALUES"
	    " (ctok.current_tenant(), 1, 'a@x.test', 'A', now())");
	with_db_sql(w, "INSERT INTO ctok.entitlement (tenant_id, unit_id, target_id, person_id, rule_id, source_id, document_id, "
		       "price_minor, currency,"
		       " sold_at, matched_at) SELECT r.tenant_id, 1, t.target_id, 1, r.rule_id, r.source_id, 1, 100, 'EUR', "
		       "'2026-04-01', now() FROM"
		       " ctok.product_rule r JOIN ctok.rule_target t USING (tenant_id, rule_id) ORDER BY 3 LIMIT 1");
	for (i = 0; i < COUNT_OF(nights); i++) {
		at(w, nights[i][0]);
		if (nights[i][1][0] != '\0')
			with_db_sql(w, nights[i][1]);
		expect_ok("begin", db_begin(w->db, &err), &err);
		expect_ok("entitle_begin", entitle_begin(w->db, /* full= */ true, &err), &err);
		expect_ok("entitle_reckon", entitle_reckon(w->db, &rights, &err), &err);
		expect_ok("commit", db_commit(w->db, &err), &err);
		expect_text(nights[i][0], one(w, known), nights[i][2]);
	}
}

static void
test_a_night_unlike_the_others_is_told(void **state)
{
	struct with_db *w = *state;
	struct err err = ERR_INIT;
	const char *words;

	people(w, COURSE(1, 1), 1, 60, true);
	lose(w, COURSE(1, 1), 1, 21);
	(void)plan(w);
	carry_out(w);
	expect_ok("tally", brake_tally(w->db, w->night.id, 0, &err), &err);
	expect_text("counted, in each scope",
	    one(w, "SELECT string_agg(concat_ws(' ', kind, scope, done), ', ' ORDER BY scope) FROM ctok.night_tally"
		   " WHERE done > 0"),
	    "suspend course 21, suspend site 21, suspend tenant 21");
	SQL(w, "INSERT INTO ctok.night_tally SELECT ctok.current_tenant(), -n, 'suspend', 'tenant', 0, 0, CASE WHEN n = 3 THEN 900 "
	       "ELSE 6 END"
	       " FROM generate_series(1, 6) n");
	expect_ok("unlike", brake_unlike(&w->arena, w->db, w->night.id, NULL, &words, &err), &err);
	expect_text("six nights are too few to compare with", words, NULL);
	SQL(w, "INSERT INTO ctok.night_tally SELECT ctok.current_tenant(), -7, 'suspend', 'tenant', 0, 0, 6");
	expect_ok("unlike", brake_unlike(&w->arena, w->db, w->night.id, NULL, &words, &err), &err);
	expect_text("more than three times the usual", words, "21 suspensions (usually 6)");
	expect_ok("unlike", brake_unlike(&w->arena, w->db, w->night.id, BRAKE_MAIL, &words, &err), &err);
	expect_text("of other kinds nothing", words, NULL);
	SQL(w, "UPDATE ctok.night_tally SET done = 7 WHERE night_id < 0 AND done = 6");
	expect_ok("unlike", brake_unlike(&w->arena, w->db, w->night.id, NULL, &words, &err), &err);
	expect_text("three times is not more", words, NULL);
	expect_ok("tally", brake_tally(w->db, w->night.id, 0, &err), &err);
	expect_text("counting again adds nothing",
	    one(w, "SELECT sum(done)::text FROM ctok.night_tally WHERE night_id > 0 AND scope = 'tenant'"), "21");
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
	(void)context;
	(void)done;
	(void)total;
}

/* ctok-certify, up to the drawing. */
static int64_t
certify(struct with_db *w)
{
	struct issue_counts counts;
	struct err err = ERR_INIT;

	expect_ok("certify",
	    issue_all(w->db, &(struct issue_run){ &w->config, &w->tenant, &w->night, /* dry_run= */ true, go_on, progress, NULL },
		&counts, &err),
	    &err);
	return counts.held;
}

static const char *
certificates(struct with_db *w)
{
	return one(w,
	    "SELECT string_agg(concat_ws(' ', course_id, state, nullif(held_why, ''), n), ', ' ORDER BY course_id) FROM (SELECT"
	    " course_id, state, held_why, count(*) AS n FROM ctok.issue GROUP BY 1, 2, 3) i");
}

/* Certificates of a course that are to be made, for persons ${from} to ${to}. */
static void
due(struct with_db *w, const char *course, int from, int to)
{
	SQL(w,
	    "INSERT INTO ctok.issue (tenant_id, site_id, target_id, course_id, person_id, cycle, serial, learner_name, course_name,"
	    " completed_at, template, locale, issued_at, run_id, state) SELECT tenant_id, site_id, target_id, course_id, n, 1, "
	    "target_id || '-'"
	    " || n, 'A', 'C', now(), 'classic', 'en', now(), 1, 'planned' FROM ctok.target, generate_series(%d, %d) n WHERE "
	    "target_id = %s",
	    from, to, course);
}

static void
test_too_many_certificates_wait(void **state)
{
	struct with_db *w = *state;
	struct approval approval;
	struct approval_ask ask = { "issue", NULL, NULL, "Marta", "a class of 501" };
	struct err err = ERR_INIT;

	due(w, COURSE(1, 1), 1, 500);
	assert_int_equal(certify(w), 0);
	due(w, COURSE(1, 2), 1, 1);
	assert_int_equal(certify(w), 501);
	expect_text("501 in all are too many", holds(w), "issue tenant 501 of 0, 500; issue site 501 of 0, 500");
	expect_text("they stay planned", certificates(w), "1 planned brake 500, 2 planned brake 1");
	expect_ok("begin", db_begin(w->db, &err), &err);
	expect_ok("approve", approval_make(&w->arena, w->db, w->night.run_id, &ask, &approval, &err), &err);
	expect_ok("approved", issue_approved(w->db, &err), &err);
	expect_ok("end", approval_end(w->db, w->night.run_id, &err), &err);
	expect_ok("commit", db_commit(w->db, &err), &err);
	assert_int_equal(approval.items, 501);
	expect_text("released", certificates(w), "1 planned 500, 2 planned 1");
	assert_int_equal(certify(w), 0);
	expect_text("and not held again", holds(w), "(none)");
	/* A usual night of this course has 200, but not of the other. */
	SQL(w,
	    "INSERT INTO ctok.night_tally SELECT t.tenant_id, -n, 'issue', k.scope, CASE k.scope WHEN 'tenant' THEN 0 ELSE "
	    "t.site_id END,"
	    " CASE k.scope WHEN 'course' THEN t.target_id ELSE 0 END, 200 FROM ctok.target t, generate_series(1, 9) n,"
	    " unnest('{tenant,site,course}'::text[]) AS k(scope) WHERE t.target_id = %s",
	    COURSE(1, 1));
	due(w, COURSE(1, 1), 1001, 1600);
	assert_int_equal(certify(w), 0);
	SQL(w, "DELETE FROM ctok.issue WHERE person_id > 1000");
	due(w, COURSE(1, 2), 1001, 1600);
	assert_int_equal(certify(w), 600);
	expect_text("in the other course they are too many", holds(w), "issue course 600 of 0, 500");
}

static void
test_commands_are_what_a_shell_reads(void **state)
{
	struct with_db *w = *state;
	struct brake_standing *standing;
	struct err err = ERR_INIT;
	size_t count;

	with_db_sql(w, "UPDATE ctok.mirror_course SET shortname = 'Lifeguard''s $1' WHERE course_id = 1");
	people(w, COURSE(1, 1), 1, 4, true);
	people(w, COURSE(1, 2), 11, 60, true);
	lose(w, COURSE(1, 1), 1, 3);
	(void)plan(w);
	expect_ok("standing", brake_standing(&w->arena, w->db, "/tmp/a b.conf", "acme", &standing, &count, &err), &err);
	assert_int_equal(count, 1);
	expect_text("what", standing[0].what,
	    "3 suspensions held in course Lifeguard's $1 of site campus: a brake lets 2 pass, there are 4 active enrolments; since "
	    "2026-05-01");
	expect_text("the command", standing[0].command,
	    "ctok-admin approve --config '/tmp/a b.conf' --tenant acme --kind suspend --site campus --course 'Lifeguard'\\''s $1' "
	    "--name NAME"
	    " --reason WHY");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_limits, setup),
		cmocka_unit_test_setup(test_removals_are_held_above_the_limit, setup),
		cmocka_unit_test_setup(test_small_scopes_and_halves, setup),
		cmocka_unit_test_setup(test_giving_is_held_with_the_accounts_it_needs, setup),
		cmocka_unit_test_setup(test_an_approval_is_used_once_and_expires, setup),
		cmocka_unit_test_setup(test_what_is_taken_back_in_trial_holds_nothing, setup),
		cmocka_unit_test_setup(test_a_held_end_that_moodle_would_bring_counts_on, setup),
		cmocka_unit_test_setup(test_foreseen_ends_do_not_count, setup),
		cmocka_unit_test_setup(test_foreseen_ends_are_told_apart_from_surprises, setup),
		cmocka_unit_test_setup(test_an_end_is_known_since_it_was_planned, setup),
		cmocka_unit_test_setup(test_a_night_unlike_the_others_is_told, setup),
		cmocka_unit_test_setup(test_too_many_certificates_wait, setup),
		cmocka_unit_test_setup(test_commands_are_what_a_shell_reads, setup),
	};

	return cmocka_run_group_tests(tests, with_db_open, with_db_close);
}
