/* The model of an access, as a program of SQL that the tests run. */
#include "life_model.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/file.h"

static void
must(const char *what, int rc, const struct err *err)
{
	if (rc != 0)
		fail_msg("%s: %s: %s", what, err_name(err->code), err->message);
}

const char *
life_model_text(struct with_db *w, const char *sql)
{
	struct err err = ERR_INIT;
	struct db_row *row;

	must(sql, db_row(&w->arena, w->owner, sql, DB_NONE, &row, &err), &err);
	return row->values[0] != NULL ? row->values[0] : "";
}

void
life_model(struct with_db *w, int64_t events, const char *day, bool short_tail, const struct life_wrong *wrong)
{
	struct err err = ERR_INIT;
	char *model;
	size_t len;

	must("begin", db_begin(w->owner, &err), &err);
	if (short_tail)
		must("tail",
		    db_script(w->owner,
			"CREATE OR REPLACE FUNCTION rule.tail(renews boolean) RETURNS interval LANGUAGE sql IMMUTABLE PARALLEL "
			"SAFE RETURN "
			"interval '1 day'",
			&err),
		    &err);
	if (wrong != NULL) {
		assert_string_equal(
		    life_model_text(w, arena_printf(&w->arena,
					   "SELECT count(*)::text FROM pg_proc WHERE pronamespace = 'rule'::regnamespace AND "
					   "proname = '%s' AND strpos(prosrc, $$%s$$) > 0",
					   wrong->function, wrong->from)),
		    "1");
		must(wrong->from,
		    db_script(w->owner,
			arena_printf(&w->arena,
			    "DO $do$ BEGIN EXECUTE (SELECT replace(pg_get_functiondef(oid), $$%s$$, $$%s$$) FROM pg_proc"
			    " WHERE pronamespace = 'rule'::regnamespace AND proname = '%s'); END $do$",
			    wrong->from, wrong->to, wrong->function),
			&err),
		    &err);
	}
	must("settings",
	    db_script(w->owner,
		arena_printf(&w->arena, "SET LOCAL model.events = '%lld'; SET LOCAL model.day = '%s'", (long long)events, day),
		&err),
	    &err);
	must("model", file_read(&w->arena, "model", "tests/sql/life_model.sql", 1 << 16, &model, &len, &err), &err);
	must("play", db_script(w->owner, model, &err), &err);
}
