/* Worlds of accesses through the real statements, night by night. Persons do not touch each other but through brakes, whose holds are let go here. */
#include "life.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <setjmp.h>
#include <cmocka.h>

#include "db/rules.h"
#include "entitle/entitle.h"
#include "life_world.h"
#include "plan/reckon.h"

/* Everything that is planned is done, as Moodle would show it; no brake holds. */
static void
carry_out(struct life_play *play)
{
	struct with_db *w = play->w;
	struct err err = ERR_INIT;
	int64_t told;

	with_db_sql(w, "UPDATE ctok.action SET state = 'open', held_why = '' WHERE state = 'held'");
	with_db_sql(w, "INSERT INTO ctok.account (tenant_id, site_id, person_id, user_id, made) SELECT tenant_id, site_id, "
		       "person_id, 1000 + person_id, true"
		       " FROM ctok.action WHERE state = 'open' AND kind = 'create_account' ON CONFLICT DO NOTHING");
	with_db_sql(w, "INSERT INTO ctok.mirror_user SELECT tenant_id, site_id, user_id, 'u' || user_id, 'u@x', 'u' || user_id || "
		       "'@made.test', 'A', 'B', false"
		       " FROM ctok.account ON CONFLICT DO NOTHING");
	with_db_sql(w, "INSERT INTO ctok.managed SELECT a.tenant_id, a.site_id, a.course_id, k.user_id, a.action_id, "
		       "a.after_start, a.after_end, a.after_status"
		       " FROM ctok.action a JOIN ctok.account k USING (tenant_id, site_id, person_id)"
		       " WHERE a.state = 'open' AND a.target_id IS NOT NULL AND a.kind <> 'unenrol' ON CONFLICT (tenant_id, "
		       "site_id, course_id, user_id)"
		       " DO UPDATE SET written_start = excluded.written_start, written_end = excluded.written_end, written_status "
		       "= excluded.written_status");
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
	life_must(db_begin(w->db, &err), "begin", &err);
	life_must(entitle_told(&w->arena, w->db, &w->night, "en", NULL, &told, &err), "told", &err);
	life_must(db_commit(w->db, &err), "commit", &err);
}

static void
mail(struct life_play *play)
{
	with_db_sql(play->w, arena_printf(&play->w->arena,
				 "UPDATE ctok.outbox SET state = 'sent', accepted_at = rule.now() + interval '%lld s', sent_at = "
				 "rule.now() + interval "
				 "'%lld s', recipient = NULL, facts = '{}' WHERE state IN ('queued', 'deferred')",
				 (long long)play->options->mail_after_s, (long long)play->options->mail_after_s));
}

static int
write_row(const struct db_row *row, void *context, struct err *err)
{
	size_t i;

	for (i = 0; i < row->count; i++)
		if (fprintf(context, "%s%s", row->values[i], i + 1 < row->count ? "\t" : "\n") < 0)
			return err_set(err, ERR_CREATE, "could not write the answers");
	return 0;
}

static void
write_down(struct life_play *play, size_t night, FILE *out)
{
	struct err err = ERR_INIT;

	life_must(
	    db_each(play->w->db,
		arena_printf(&play->w->arena,
		    "SELECT substr(split_part(e.email, '@', 1), 2), '%zu', substr(t.reference, strpos(t.reference, '-') + 1), "
		    "a.state, a.wanted,"
		    " coalesce(m.status::text, '-'), CASE WHEN m.status IS NULL THEN '-' WHEN m.time_start = 0 THEN '0'"
		    " ELSE to_char(to_timestamp(m.time_start) AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"') END,"
		    " CASE WHEN m.status IS NULL THEN '-' WHEN m.time_end = 0 THEN '0'"
		    " ELSE to_char(to_timestamp(m.time_end) AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"') END, a.why"
		    " FROM ctok.access a JOIN ctok.person_email e USING (tenant_id, person_id) JOIN ctok.target t USING "
		    "(tenant_id, target_id)"
		    " LEFT JOIN ctok.account k ON k.tenant_id = a.tenant_id AND k.person_id = a.person_id"
		    " LEFT JOIN ctok.mirror_enrolment m ON m.tenant_id = a.tenant_id AND m.user_id = k.user_id AND m.course_id = "
		    "t.course_id"
		    " WHERE e.email LIKE 'p%%' ORDER BY substr(split_part(e.email, '@', 1), 2)::bigint, 3",
		    night),
		DB_NONE, write_row, out, &err),
	    "answers", &err);
}

void
life_play(struct with_db *w, const char *worlds, const char *answers, const struct life_options *options)
{
	const struct config_tenant tenant = w->tenant;
	struct life_play *play = calloc(1, sizeof(*play));
	FILE *out = fopen(answers, "w");
	struct reckon_counts counts;
	struct err err = ERR_INIT;
	size_t night, source;

	assert_non_null(play);
	assert_non_null(out);
	play->w = w;
	play->options = options;
	life_load(play, worlds);
	for (night = 1; night <= play->night_count; night++) {
		night_end(w->db, &w->night);
		life_must(night_begin(&w->arena, w->db, w->state_dir, "test", play->nights[night], &w->night, &err), "night", &err);
		life_must(night_run_begin(&w->arena, w->db, &w->night, "test", &err), "run", &err);
		life_must(rules_at(w->db, play->nights[night], play->zone, &err), "rules_at", &err);
		with_db_sql(w,
		    "INSERT INTO ctok.site_state SELECT tenant_id, site_id, '4.5', 'identity', 1, 5, rule.now() FROM ctok.site"
		    " ON CONFLICT (tenant_id, site_id) DO UPDATE SET last_complete_at = excluded.last_complete_at");
		with_db_sql(w, "INSERT INTO ctok.site_pull (tenant_id, site_id, run_id, read_level, begun_at, complete)"
			       " SELECT tenant_id, site_id, 0, 1, rule.now(), true FROM ctok.site");
		for (source = 0; source < play->source_count; source++)
			life_pull(play, source, night);
		life_must(reckon_tenant(&w->arena, w->db, &w->night, &w->tenant, options->full, &counts, &err), "reconcile", &err);
		carry_out(play);
		if (!play->mail_down[night])
			mail(play);
		write_down(play, night, out);
		arena_reset(&w->arena);
	}
	assert_int_equal(fclose(out), 0);
	w->tenant = tenant;
	free(play);
}
