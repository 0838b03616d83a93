#ifndef WITH_DB_H
#define WITH_DB_H

/* A real database for a unit test: an embedded cluster of its own in a temporary directory, migrated, with tenant "acme" (site
 * "campus", source "shop") and a running night and run. Gone when the test program ends, however it ends.
 *
 *   int main(void) {
 *           const struct CMUnitTest tests[] = { cmocka_unit_test_setup(test_x, with_db_fresh) };
 *           return cmocka_run_group_tests(tests, with_db_open, with_db_close);
 *   }
 *   static void test_x(void **state) { struct with_db *w = *state; … w->db … }
 */
#include <stdint.h>

#include "base/arena.h"
#include "config/config.h"
#include "db/db.h"
#include "db/embedded.h"
#include "db/night.h"
#include "keeper.h"

struct with_db {
	struct arena arena; /* reset by with_db_fresh() */
	struct arena keep;  /* lives as long as the group */
	struct config config;
	struct config_tenant tenant;
	struct config_site site;
	struct config_source source;
	struct db *db;      /* the program role, tenant "acme" set, the night joined: writes need db_begin() */
	struct db *owner;   /* the role that owns the tables, tenant set; not joined */
	struct night night; /* now_utc is WITH_DB_NOW; run_id is a run of program "test" */
	int64_t tenant_id, site_id, source_id;
	const char *state_dir;
	struct embedded embedded; /* conninfos, for connections of a test's own */
	struct keeper keeper;
};

#define WITH_DB_NOW INT64_C(1777604400) /* 2026-05-01T03:00:00Z */

/* For cmocka_run_group_tests(): make everything; take it away. */
int with_db_open(void **);
int with_db_close(void **);

/* For cmocka_unit_test_setup(): all tables empty but for the above, the rules' clock at WITH_DB_NOW, nothing open, arena reset. */
int with_db_fresh(void **);

/**
 * with_db_sql(w, sql), with_db_text(w, sql):
 * Run statements in a transaction of their own (inside the open one, if there is one); the one value of a query, NULL if it is
 * null. A failure fails the test.
 */
void with_db_sql(struct with_db *, const char *);
const char *with_db_text(struct with_db *, const char *);

/**
 * with_db_read(w):
 * Source and site were read completely at rule.now(), by a run before all others.
 */
void with_db_read(struct with_db *);

#endif
