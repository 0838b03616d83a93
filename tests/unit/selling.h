#ifndef TESTS_UNIT_SELLING_H
#define TESTS_UNIT_SELLING_H

/* A small shop for tests of what follows from sales: an order, a new version of it, a night, and what is then. */
#include "expect.h"

#include "base/clock.h"
#include "db/rules.h"
#include "entitle/entitle.h"
#include "finding/finding.h"
#include "party/party.h"
#include "plan/plan.h"
#include "with_db.h"

static inline const char *
one(struct with_db *w, const char *sql)
{
	const char *text = with_db_text(w, sql);

	return text != NULL ? text : "(none)";
}

/* An order of one line. ${learner} "" leaves the form empty. */
static inline void
sell(struct with_db *w, const char *number, const char *buyer, const char *learner, const char *sku, const char *at, int quantity,
    int unit_minor)
{
	with_db_sql(
	    w, arena_printf(&w->arena,
		   "WITH t AS (SELECT ctok.current_tenant() AS id), s AS (SELECT min(source_id) AS source_id FROM ctok.source),"
		   " b AS (INSERT INTO ctok.contact (tenant_id, email, name) SELECT id, '%s', 'Buyer' FROM t ON CONFLICT "
		   "(tenant_id, email, name, raw_email)"
		   "  DO UPDATE SET name = excluded.name RETURNING contact_id),"
		   " l AS (INSERT INTO ctok.contact (tenant_id, email, name) SELECT id, '%s', 'Learner' FROM t WHERE '%s' <> ''"
		   "  ON CONFLICT (tenant_id, email, name, raw_email) DO UPDATE SET name = excluded.name RETURNING contact_id),"
		   " p AS (INSERT INTO ctok.product (tenant_id, source_id, product_key, variant_key, sku, name) SELECT id, "
		   "source_id, 'p', '', '%s', 'Product'"
		   "  FROM t, s ON CONFLICT (tenant_id, source_id, product_key, variant_key, sku, name) DO UPDATE SET name = "
		   "excluded.name"
		   "  RETURNING product_id),"
		   " d AS (INSERT INTO ctok.document (tenant_id, source_id, external_id, number, kind, version, effective_at, "
		   "modified_at, known_at, changed_at,"
		   "  status, currency, total_minor, subtotal_minor, discount_minor, tax_minor, shipping_minor, refunded_minor, "
		   "unallocated_minor,"
		   "  tax_included, buyer_contact_id) SELECT id, source_id, '%s', '%s', 'order', 1, '%s', '%s', now(), now(), "
		   "'paid', 'EUR', %d, %d, 0, 0, 0,"
		   "  0, 0, false, contact_id FROM t, s, b RETURNING document_id),"
		   " v AS (INSERT INTO ctok.document_version (tenant_id, document_id, version, modified_at, known_at, run_id, "
		   "payload_hash, status, total_minor,"
		   "  refunded_minor) SELECT id, document_id, 1, '%s', now(), %lld, '\\x00', 'paid', %d, 0 FROM t, d),"
		   " n AS (INSERT INTO ctok.line (tenant_id, document_id, line_no, line_key, product_id, quantity, "
		   "unit_price_minor, net_minor,"
		   "  learner_contact_id) SELECT id, document_id, 1, '1', product_id, %d, %d, %d, (SELECT contact_id FROM l) FROM "
		   "t, d, p"
		   "  RETURNING document_id),"
		   " m AS (INSERT INTO ctok.movement (tenant_id, document_id, kind, external_key, amount_minor, currency, "
		   "effective_at, known_at, run_id)"
		   "  SELECT id, document_id, 'charge', 'charge', %d, 'EUR', '%s', now(), %lld FROM t, d),"
		   " y AS (INSERT INTO ctok.dirty_document SELECT id, document_id FROM t, d)"
		   " INSERT INTO ctok.unit (tenant_id, document_id, line_no, unit_no, net_minor)"
		   " SELECT id, document_id, 1, g, %d FROM t, n, generate_series(1, %d) AS g",
		   buyer, learner, learner, sku, number, number, at, at, quantity * unit_minor, quantity * unit_minor, at,
		   (long long)w->night.run_id, quantity * unit_minor, quantity, unit_minor, quantity * unit_minor,
		   quantity * unit_minor, at, (long long)w->night.run_id, unit_minor, quantity));
}

/* A new version of an order: its status and what was given back so far. */
static inline void
change(struct with_db *w, const char *number, const char *status, int refunded_minor, const char *at)
{
	with_db_sql(w,
	    arena_printf(&w->arena,
		"WITH d AS (UPDATE ctok.document SET version = version + 1, status = '%s', modified_at = '%s', refunded_minor = %d "
		"WHERE number = '%s'"
		"  RETURNING tenant_id, document_id, version, total_minor, refunded_minor),"
		" v AS (INSERT INTO ctok.document_version (tenant_id, document_id, version, modified_at, known_at, run_id, "
		"payload_hash, status, total_minor,"
		"  refunded_minor) SELECT tenant_id, document_id, version, '%s', now(), %lld, '\\x00', '%s', total_minor, "
		"refunded_minor FROM d),"
		" m AS (INSERT INTO ctok.movement (tenant_id, document_id, kind, external_key, amount_minor, currency, "
		"effective_at, known_at, run_id)"
		"  SELECT d.tenant_id, d.document_id, 'refund', 'refund:' || d.version, -(%d - coalesce((SELECT -sum(amount_minor) "
		"FROM ctok.movement o"
		"   WHERE o.document_id = d.document_id AND o.kind = 'refund'), 0)), 'EUR', '%s', now(), %lld FROM d WHERE %d > 0)"
		" INSERT INTO ctok.dirty_document SELECT tenant_id, document_id FROM d ON CONFLICT DO NOTHING",
		status, at, refunded_minor, number, at, (long long)w->night.run_id, status, refunded_minor, at,
		(long long)w->night.run_id, refunded_minor));
}

static inline void
night(struct with_db *w, const char *now, bool full)
{
	struct err err = ERR_INIT;
	struct entitle_counts rights;
	struct finding_counts findings;
	struct plan_counts plan = { 0 };
	int64_t now_utc, persons, notices;

	expect_ok(now, clock_parse(now, &now_utc, NULL, &err), &err);
	expect_ok("rules_at", rules_at(w->db, now_utc, "Europe/Madrid", &err), &err);
	with_db_read(w);
	expect_ok("begin", db_begin(w->db, &err), &err);
	expect_ok("entitle_begin", entitle_begin(w->db, full, &err), &err);
	expect_ok("plan_settle", plan_settle(w->db, w->night.run_id, &plan, &err), &err);
	expect_ok("party_reckon", party_reckon(w->db, &persons, &err), &err);
	expect_ok("entitle_reckon", entitle_reckon(w->db, &rights, &err), &err);
	expect_ok("entitle_notices", entitle_notices(&w->arena, w->db, &w->night, "en", &notices, &err), &err);
	expect_ok("plan_make", plan_make(w->db, w->night.run_id, &plan, &err), &err);
	expect_ok("commit", db_commit(w->db, &err), &err);
	expect_ok("findings", finding_refresh(&w->arena, w->db, w->night.run_id, &findings, &err), &err);
}

/* Play apply: everything open is done, as Moodle would show it. */
static inline void
carry_out(struct with_db *w)
{
	struct err err = ERR_INIT;
	int64_t told;

	with_db_sql(w, "INSERT INTO ctok.account (tenant_id, site_id, person_id, user_id, made) SELECT tenant_id, site_id, "
		       "person_id, 1000 + person_id, true"
		       " FROM ctok.action WHERE state = 'open' AND kind = 'create_account' ON CONFLICT DO NOTHING");
	with_db_sql(w, "INSERT INTO ctok.mirror_user SELECT tenant_id, site_id, user_id, 'u' || user_id, 'u@x', 'u' || user_id || "
		       "'@made.test', 'A', 'B', false"
		       " FROM ctok.account ON CONFLICT DO NOTHING");
	with_db_sql(w, "INSERT INTO ctok.managed SELECT a.tenant_id, a.site_id, a.course_id, k.user_id, a.action_id, "
		       "a.after_start, a.after_end,"
		       " a.after_status FROM ctok.action a JOIN ctok.account k USING (tenant_id, site_id, person_id)"
		       " WHERE a.state = 'open' AND a.target_id IS NOT NULL AND a.kind <> 'unenrol' ON CONFLICT (tenant_id, "
		       "site_id, course_id, user_id)"
		       " DO UPDATE SET written_start = excluded.written_start, written_end = excluded.written_end, "
		       "written_status = excluded.written_status");
	with_db_sql(w, "INSERT INTO ctok.mirror_enrolment AS m (tenant_id, site_id, course_id, user_id, method, active, status, "
		       "time_start, time_end, roles,"
		       " read_level) SELECT a.tenant_id, a.site_id, a.course_id, k.user_id, 'manual', a.after_status = 0, "
		       "a.after_status, a.after_start,"
		       " a.after_end, 'student', 1 FROM ctok.action a JOIN ctok.account k USING (tenant_id, site_id, person_id)"
		       " WHERE a.state = 'open' AND a.target_id IS NOT NULL AND a.kind <> 'unenrol' ON CONFLICT (tenant_id, "
		       "site_id, course_id, user_id, method)"
		       " DO UPDATE SET active = excluded.active, status = excluded.status, time_start = excluded.time_start, "
		       "time_end = excluded.time_end");
	with_db_sql(w,
	    "DELETE FROM ctok.mirror_enrolment m USING ctok.action a, ctok.account k WHERE a.state = 'open' AND a.kind = 'unenrol'"
	    " AND k.person_id = a.person_id AND m.user_id = k.user_id AND m.course_id = a.course_id");
	with_db_sql(w,
	    "DELETE FROM ctok.managed m USING ctok.action a, ctok.account k WHERE a.state = 'open' AND a.kind = 'unenrol'"
	    " AND k.person_id = a.person_id AND m.user_id = k.user_id AND m.course_id = a.course_id");
	with_db_sql(w, arena_printf(&w->arena,
			   "UPDATE ctok.action SET state = 'done', ended_at = rule.now(), ended_run = %lld WHERE state = 'open'",
			   (long long)w->night.run_id));
	expect_ok("begin", db_begin(w->db, &err), &err);
	expect_ok("entitle_told", entitle_told(&w->arena, w->db, &w->night, "en", NULL, &told, &err), &err);
	expect_ok("commit", db_commit(w->db, &err), &err);
}

/* "state wanted from to" of a learner's access to a course, in Madrid's calendar. */
static inline const char *
access_of(struct with_db *w, const char *email, const char *course)
{
	return one(w,
	    arena_printf(&w->arena,
		"SELECT concat_ws(' ', a.state, a.wanted, to_char(a.starts_at AT TIME ZONE 'Europe/Madrid', 'YYYY-MM-DD HH24:MI'),"
		" CASE WHEN a.ends_at = 'infinity' THEN 'ever' ELSE to_char(a.ends_at AT TIME ZONE 'Europe/Madrid', 'YYYY-MM-DD "
		"HH24:MI') END)"
		" FROM ctok.access a JOIN ctok.person_email e USING (tenant_id, person_id) JOIN ctok.target t USING (tenant_id, "
		"target_id)"
		" WHERE e.email = '%s' AND t.reference = 'shortname:%s'",
		email, course));
}

/* Open actions as "kind kind", in order. */
static inline const char *
actions(struct with_db *w)
{
	return one(w, "SELECT coalesce(string_agg(kind, ' ' ORDER BY kind <> 'create_account', kind), '') FROM ctok.action WHERE "
		      "state = 'open'");
}

/* Units as "class code xN", in order. */
static inline const char *
classes(struct with_db *w)
{
	return one(w,
	    "SELECT string_agg(t, ', ' ORDER BY t) FROM (SELECT concat_ws(' ', class, nullif(code, ''), 'x' || count(*)) AS t"
	    " FROM rule.unit_class GROUP BY class, code) x");
}

/* Mails as "template state", in order. */
static inline const char *
mails(struct with_db *w)
{
	return one(w, "SELECT coalesce(string_agg(template || ' ' || state, ', ' ORDER BY template, state), '') FROM ctok.outbox");
}

static inline const char *
findings(struct with_db *w)
{
	return one(w, "SELECT coalesce(string_agg(class, ' ' ORDER BY class), '') FROM ctok.finding WHERE cleared_at IS NULL");
}

static inline const char *
untied(struct with_db *w)
{
	return one(w, "SELECT coalesce(string_agg(control || ' ' || expected || '/' || actual, ', ' ORDER BY control), 'ties') "
		      "FROM rule.control_now"
		      " WHERE expected <> actual");
}

#endif
