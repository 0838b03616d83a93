/* The judgement: count what waits per scope, compare, record what is held. What is carried out decides nothing: programs that act take
 * what is not held. */
#include "brake/brake.h"

#include <string.h>

#include "base/buf.h"
#include "sql.h"

int
brake_begin(struct db *db, struct err *err)
{
	return db_exec(db, sql_brake_items, DB_NONE, NULL, err);
}

int
brake_count(struct db *db, int64_t run_id, struct err *err)
{
	struct arena arena = ARENA_INIT;
	int rc;

	rc = db_exec(db, sql_brake_count, DB_ARGS(arena_printf(&arena, "%lld", (long long)run_id)), NULL, err);
	arena_done(&arena);
	return rc;
}

int
brake_hold(struct db *db, int64_t run_id, const char *kinds, struct err *err)
{
	struct arena arena = ARENA_INIT;
	int rc = -1;

	if (brake_count(db, run_id, err) != 0)
		goto out;
	if (db_exec(db, sql_brake_hold, DB_ARGS(arena_printf(&arena, "%lld", (long long)run_id), kinds), NULL, err) != 0)
		goto out;
	rc = 0;
out:
	arena_done(&arena);
	return rc;
}

int
brake_end(struct db *db, struct err *err)
{
	return db_script(db, "DROP TABLE pg_temp.brake_count, pg_temp.brake_item", err);
}

int
brake_tally(struct db *db, int64_t night_id, int rc, struct err *err)
{
	struct arena arena = ARENA_INIT;
	struct err other = ERR_INIT;
	int done = -1;

	if (rc != 0)
		db_rollback(db);
	if (db_begin(db, &other) != 0)
		goto out;
	if (db_exec(db, sql_brake_tally, DB_ARGS(arena_printf(&arena, "%lld", (long long)night_id)), NULL, &other) != 0)
		goto out;
	if (db_commit(db, &other) != 0)
		goto out;
	done = 0;
out:
	if (done != 0)
		db_rollback(db);
	/* The first error is the one to tell; the next night counts this one again. */
	if (rc == 0 && done != 0) {
		*err = other;
		rc = -1;
	}
	arena_done(&arena);
	return rc;
}

int
brake_unlike(struct arena *arena, struct db *db, int64_t night_id, const char *kinds, const char **ret_words, struct err *err)
{
	struct db_row *row;

	if (db_row(arena, db, sql_brake_unlike, DB_ARGS(arena_printf(arena, "%lld", (long long)night_id), kinds), &row, err) != 0)
		return -1;
	*ret_words = db_value(row, "kinds");
	return 0;
}

/* A word as a shell reads it back. */
static const char *
quoted(struct arena *arena, const char *word)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./:@%+=,-";
	struct buf buf;
	const char *text;

	if (word[0] != '\0' && strspn(word, plain) == strlen(word))
		return word;
	buf_init(&buf, 4 * strlen(word) + 3);
	buf_char(&buf, '\'');
	for (; *word != '\0'; word++)
		if (*word == '\'')
			buf_text(&buf, "'\\''");
		else
			buf_char(&buf, *word);
	buf_char(&buf, '\'');
	text = arena_strndup(arena, buf.data, buf.len);
	buf_done(&buf);
	return text;
}

static const char *
option(struct arena *arena, const char *name, const char *value)
{
	return value == NULL || value[0] == '\0' ? "" : arena_printf(arena, " --%s %s", name, quoted(arena, value));
}

int
brake_standing(struct arena *arena, struct db *db, const char *config_file, const char *tenant, struct brake_standing **ret_holds,
    size_t *ret_count, struct err *err)
{
	struct brake_standing *holds;
	struct db_row *rows;
	size_t count, i;

	if (db_rows(arena, db, sql_brake_standing, DB_NONE, &rows, &count, err) != 0)
		return -1;
	holds = ARENA_ARRAY(arena, count, struct brake_standing);
	for (i = 0; i < count; i++) {
		holds[i].what = db_value(&rows[i], "what");
		holds[i].command = arena_printf(arena, "ctok-admin approve%s%s%s%s%s --name NAME --reason WHY",
		    option(arena, "config", config_file), option(arena, "tenant", tenant),
		    option(arena, "kind", db_value(&rows[i], "kind")), option(arena, "site", db_value(&rows[i], "site")),
		    option(arena, "course", db_value(&rows[i], "course")));
	}
	*ret_holds = holds;
	*ret_count = count;
	return 0;
}
