/* ctok-sql: run one statement in the database of a configuration and print its rows, tab-separated; for test scripts.
 * Usage: ctok-sql CONFIG TENANT SQL. It has the rights of our programs. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "config/config.h"
#include "db/db.h"
#include "db/rules.h"
#include "db/store.h"

static int
print_row(const struct db_row *row, void *context, struct err *err)
{
	size_t i;

	(void)context;
	(void)err;
	for (i = 0; i < row->count; i++)
		(void)printf("%s%s", i == 0 ? "" : "\t", row->values[i] != NULL ? row->values[i] : "");
	(void)printf("\n");
	return 0;
}

static int
run(struct arena *arena, const char *file, const char *tenant, const char *sql, struct err *err)
{
	struct config *config;
	struct db *db = NULL;
	int64_t tenant_id, now = clock_now();
	int rc = -1;

	if (config_load(arena, file, &config, err) != 0)
		return -1;
	if (config->test_now != NULL && clock_parse(config->test_now, &now, NULL, err) != 0)
		return -1;
	if (store_open(arena, config, "ctok-sql", &db, err) != 0)
		goto out;
	if (store_tenant_id(arena, db, tenant, &tenant_id, err) != 0)
		goto out;
	if (db_tenant(db, tenant_id, err) != 0)
		goto out;
	if (rules_at(db, now, config_tenant(config, tenant)->timezone, err) != 0)
		goto out;
	rc = db_each(db, sql, DB_NONE, print_row, NULL, err);
out:
	db_close(db);
	store_release(config);
	return rc;
}

int
main(int argc, char **argv)
{
	struct arena arena = ARENA_INIT;
	struct err err = ERR_INIT;
	int rc;

	if (argc != 4) {
		(void)fprintf(stderr, "usage: ctok-sql CONFIG TENANT SQL\n");
		return EXIT_USAGE;
	}
	rc = run(&arena, argv[1], argv[2], argv[3], &err);
	if (rc != 0)
		(void)fprintf(stderr, "ctok-sql: %s\n", err.message);
	arena_done(&arena);
	return rc == 0 ? 0 : err_exit(err.code);
}
