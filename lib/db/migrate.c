/* Bring a database's schema up to this program's: migrations forward only, one transaction each; rules replaced as a whole.
 *
 * Each transaction takes the lock, looks again and does one step, so that programs started at once take turns and a killed one
 * leaves a whole step done or not done. */
#include "db/migrate.h"

#include <string.h>

#include "adapter/crypto.h"
#include "base/text.h"
#include "sql.h"

const struct migrate_set migrate_ours = { sql_migrations, sql_rules };

/* What is left to do. */
struct todo {
	const struct sql_file *migration; /* the first missing one, NULL if there is none */
	bool rules;
};

static const char *
digest_of(struct arena *arena, const char *text)
{
	uint8_t hash[CRYPTO_HASH_BYTES];

	crypto_sha256(text, strlen(text), hash);
	return text_hex(arena, hash, sizeof(hash));
}

/* One digest over names and texts of all rules. */
static const char *
rules_digest(struct arena *arena, const struct sql_file *rules)
{
	const char *all = "";

	for (; rules->name != NULL; rules++)
		all = digest_of(arena, arena_printf(arena, "%s %s %s", all, rules->name, digest_of(arena, rules->text)));
	return arena_printf(arena, "%s1", all); /* the digit changes when the way of installing them does */
}

/* Compare the database with ${set}. */
static int
look(struct arena *arena, struct db *db, const struct migrate_set *set, struct todo *ret_todo, struct err *err)
{
	const struct sql_file *ours = set->migrations;
	struct todo todo = { NULL, true };
	const char *name, *sha256;
	struct db_row *rows;
	size_t count, i;

	if (db_rows(arena, db, sql_db_migrate_state, DB_NONE, &rows, &count, err) != 0)
		return -1;
	for (i = 0; i < count; i++) {
		name = db_value(&rows[i], "name");
		sha256 = db_value(&rows[i], "sha256");
		if (name == NULL) {
			todo.rules = !text_equal(sha256, rules_digest(arena, set->rules));
			continue;
		}
		if (ours->name == NULL || strcmp(name, ours->name) > 0) {
			if (ours->name != NULL)
				return err_set(err, ERR_CONFIG, "the database lacks migration \"%s\" but has \"%s\" after it",
				    ours->name, name);
			err_set(err, ERR_CONFIG, "the database is newer than this program: it has migration \"%s\"", name);
			return err_hint(err, "Install the newer ctok-batch on this machine.");
		}
		if (strcmp(name, ours->name) < 0) {
			err_set(err, ERR_CONFIG, "the database has migration \"%s\", which this program does not know", name);
			return err_hint(err, "Install the ctok-batch that made this database, or a newer one.");
		}
		if (!text_equal(sha256, digest_of(arena, ours->text)))
			return err_set(err, ERR_CONFIG, "migration \"%s\" of the database differs from this program's", name);
		ours++;
	}
	todo.migration = ours->name == NULL ? NULL : ours;
	*ret_todo = todo;
	return 0;
}

int
migrate_pending(struct db *db, const struct migrate_set *set, bool *ret_pending, struct err *err)
{
	struct arena arena = ARENA_INIT;
	struct db_row *row;
	struct todo todo = { NULL, true };
	int rc = -1;

	if (db_row(&arena, db, sql_db_migrate_exists, DB_NONE, &row, err) != 0)
		goto out;
	if (db_bool(row, "there") && look(&arena, db, set, &todo, err) != 0)
		goto out;
	*ret_pending = todo.migration != NULL || todo.rules;
	rc = 0;
out:
	arena_done(&arena);
	return rc;
}

static int
apply_migration(struct arena *arena, struct db *db, const struct sql_file *migration, struct err *err)
{
	if (db_script(db, migration->text, err) != 0)
		return err_wrap(err, "migration \"%s\"", migration->name);
	return db_exec(db, sql_db_migrate_applied, DB_ARGS(migration->name, digest_of(arena, migration->text)), NULL, err);
}

static int
replace_rules(struct arena *arena, struct db *db, const struct sql_file *rules, struct err *err)
{
	const struct sql_file *rule;

	if (db_script(db, sql_db_migrate_rules_begin, err) != 0)
		return -1;
	for (rule = rules; rule->name != NULL; rule++)
		if (db_script(db, rule->text, err) != 0)
			return err_wrap(err, "rules \"%s\"", rule->name);
	if (db_script(db, sql_db_migrate_rules_end, err) != 0)
		return -1;
	return db_exec(db, sql_db_migrate_rules_applied, DB_ARGS(rules_digest(arena, rules)), NULL, err);
}

/* One transaction: look under the lock, do the next thing, if any. */
static int
step(struct db *db, const struct migrate_set *set, bool *ret_done, struct err *err)
{
	struct arena arena = ARENA_INIT;
	struct todo todo;
	int rc = -1;

	if (db_begin(db, err) != 0)
		goto out;
	if (db_exec(db, sql_db_migrate_lock, DB_NONE, NULL, err) != 0)
		goto out;
	if (db_script(db, sql_db_migrate_base, err) != 0)
		goto out;
	if (look(&arena, db, set, &todo, err) != 0)
		goto out;
	if (todo.migration != NULL && apply_migration(&arena, db, todo.migration, err) != 0)
		goto out;
	if (todo.migration == NULL && todo.rules && replace_rules(&arena, db, set->rules, err) != 0)
		goto out;
	if (db_commit(db, err) != 0)
		goto out;
	*ret_done = todo.migration == NULL;
	rc = 0;
out:
	if (rc != 0)
		db_rollback(db);
	arena_done(&arena);
	return rc;
}

int
migrate_apply(struct db *db, const struct migrate_set *set, struct err *err)
{
	bool pending, done = false;

	if (migrate_pending(db, set, &pending, err) != 0)
		return -1;
	while (pending && !done)
		if (step(db, set, &done, err) != 0)
			return -1;
	return 0;
}

int
migrate_run(struct db *db, struct err *err)
{
	return migrate_apply(db, &migrate_ours, err);
}
