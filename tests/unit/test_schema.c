/* What holds for every table, view and function, so that one tenant never sees another's rows, the schema can be spread by tenant,
 * and personal data stays where erasure looks for it. Each rule is also broken on purpose, to see that it notices. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "with_db.h"

#include "base/text.h"
#include "db/rules.h"

/* Tables that belong to no tenant. */
#define COMMON "('tenant', 'night', 'run_lock', 'http_breaker', 'schema_migration', 'schema_rules', 'index_off')"
#define TABLES \
	"SELECT c.oid, c.relname, c.relrowsecurity, c.relforcerowsecurity, c.relname IN " COMMON " AS common" \
	" FROM pg_class c WHERE c.relnamespace = 'ctok'::regnamespace AND c.relkind IN ('r', 'p')"
#define TENANT_KEY(table) \
	"(SELECT a.attnum FROM pg_attribute a WHERE a.attrelid = " table " AND a.attname = 'tenant_id' AND a.attnotnull" \
	" AND a.atttypid = 'bigint'::regtype)"

static const struct {
	const char *rule;    /* what must hold */
	const char *query;   /* what breaks it: one text per row */
	const char *mistake; /* breaks it, in a transaction of the owner */
	const char *found;
} rules[] = {
	{ "every table of a tenant has tenant_id bigint NOT NULL",
	    "SELECT t.relname FROM (" TABLES ") t WHERE NOT t.common AND " TENANT_KEY("t.oid") " IS NULL",
	    "CREATE TABLE ctok.bad (tenant_id int NOT NULL PRIMARY KEY)", "bad" },
	{ "every table has a primary key",
	    "SELECT t.relname FROM (" TABLES ") t WHERE NOT EXISTS"
	    " (SELECT FROM pg_constraint k WHERE k.conrelid = t.oid AND k.contype = 'p')",
	    "CREATE TABLE ctok.bad (tenant_id bigint NOT NULL)", "bad" },
	{ "tenant_id leads every primary key, unique and exclusion",
	    "SELECT t.relname || '.' || i.relname FROM (" TABLES ") t JOIN pg_index x ON x.indrelid = t.oid"
	    " JOIN pg_class i ON i.oid = x.indexrelid WHERE NOT t.common AND (x.indisunique OR x.indisexclusion)"
	    " AND x.indkey[0] IS DISTINCT FROM " TENANT_KEY("t.oid"),
	    "CREATE TABLE ctok.bad (tenant_id bigint NOT NULL, a int, PRIMARY KEY (tenant_id, a), UNIQUE (a, tenant_id))",
	    "bad.bad_a_tenant_id_key" },
	{ "tenant_id leads every foreign key, on both sides",
	    "SELECT t.relname || '.' || k.conname FROM (" TABLES
	    ") t JOIN pg_constraint k ON k.conrelid = t.oid AND k.contype = 'f'"
	    " WHERE NOT t.common AND (k.conkey[1] IS DISTINCT FROM " TENANT_KEY(
		"t.oid") " OR k.confkey[1] IS DISTINCT FROM " TENANT_KEY("k.confrelid") ")",
	    "CREATE TABLE ctok.bad (tenant_id bigint NOT NULL, night_id bigint PRIMARY KEY REFERENCES ctok.night)",
	    "bad.bad_night_id_fkey" },
	{ "a table of no tenant refers to none of a tenant",
	    "SELECT t.relname || '.' || k.conname FROM (" TABLES
	    ") t JOIN pg_constraint k ON k.conrelid = t.oid AND k.contype = 'f'"
	    " WHERE t.common AND k.confrelid NOT IN (SELECT oid FROM (" TABLES ") o WHERE o.common)",
	    "ALTER TABLE ctok.night ADD tenant_id bigint, ADD run_id bigint, ADD CONSTRAINT bad FOREIGN KEY (tenant_id, run_id)"
	    " REFERENCES ctok.run",
	    "night.bad" },
	{ "row-level security is enabled and forced on every table of a tenant",
	    "SELECT t.relname FROM (" TABLES ") t WHERE NOT t.common AND NOT (t.relrowsecurity AND t.relforcerowsecurity)",
	    "ALTER TABLE ctok.site NO FORCE ROW LEVEL SECURITY", "site" },
	{ "every table of a tenant has the one policy that ctok.protect() makes",
	    "SELECT t.relname FROM (" TABLES
	    ") t WHERE NOT t.common AND (SELECT coalesce(string_agg(concat_ws('; ', p.polname, p.polcmd,"
	    " p.polpermissive, p.polroles, pg_get_expr(p.polqual, t.oid), pg_get_expr(p.polwithcheck, t.oid)), ' and '), '')"
	    " FROM pg_policy p WHERE p.polrelid = t.oid) <> 'tenant; *; t; {0}; (tenant_id = ( SELECT current_tenant() AS "
	    "current_tenant));"
	    " (tenant_id = ( SELECT current_tenant() AS current_tenant))'",
	    "CREATE POLICY more ON ctok.site USING (true)", "site" },
	{ "there are no triggers and no rewrite rules",
	    "SELECT tgrelid::regclass || '.' || tgname FROM pg_trigger WHERE NOT tgisinternal"
	    " UNION ALL SELECT schemaname || '.' || tablename || '.' || rulename FROM pg_rules WHERE schemaname IN ('ctok', "
	    "'rule')",
	    "CREATE RULE bad AS ON DELETE TO ctok.site DO INSTEAD NOTHING", "ctok.site.bad" },
	{ "views run with the rights of who asks",
	    "SELECT relname FROM pg_class WHERE relnamespace IN ('ctok'::regnamespace, 'rule'::regnamespace) AND (relkind = 'm'"
	    " OR relkind = 'v' AND NOT coalesce('security_invoker=true' = ANY (reloptions) OR 'security_invoker=on' = ANY "
	    "(reloptions),"
	    " false))",
	    "CREATE VIEW rule.bad AS SELECT 1 AS a", "bad" },
	{ "only ctok.analyze_table(), index_off() and index_on() run with the rights of the owner, and pin their search_path",
	    "SELECT proname FROM pg_proc WHERE pronamespace IN ('ctok'::regnamespace, 'rule'::regnamespace) AND prosecdef"
	    " AND (proname NOT IN ('analyze_table', 'index_off', 'index_on') OR NOT 'search_path=pg_catalog, pg_temp' = ANY "
	    "(proconfig))",
	    "CREATE FUNCTION rule.bad() RETURNS int LANGUAGE sql SECURITY DEFINER RETURN 1", "bad" },
	{ "rules are functions the planner can open: SQL, not STRICT, without settings (but the steps of an aggregate)",
	    "SELECT p.proname FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang WHERE p.pronamespace = 'rule'::regnamespace"
	    " AND p.prokind = 'f' AND NOT EXISTS (SELECT FROM pg_aggregate a WHERE p.oid IN (a.aggtransfn, a.aggfinalfn, "
	    "a.aggcombinefn))"
	    " AND (p.proisstrict OR p.proconfig IS NOT NULL OR l.lanname <> 'sql')",
	    "CREATE FUNCTION rule.bad() RETURNS int LANGUAGE sql STRICT RETURN 1", "bad" },
	{ "nothing outside schema \"rule\" depends on it, so that it can be dropped",
	    "SELECT DISTINCT pg_describe_object(d.classid, d.objid, d.objsubid) FROM pg_depend d"
	    " JOIN (SELECT 'pg_proc'::regclass AS classid, oid FROM pg_proc WHERE pronamespace = 'rule'::regnamespace"
	    " UNION ALL SELECT 'pg_class'::regclass, oid FROM pg_class WHERE relnamespace = 'rule'::regnamespace"
	    " UNION ALL SELECT 'pg_type'::regclass, oid FROM pg_type WHERE typnamespace = 'rule'::regnamespace) r"
	    " ON d.refclassid = r.classid AND d.refobjid = r.oid WHERE d.deptype IN ('n', 'a')"
	    " AND CASE d.classid WHEN 'pg_proc'::regclass THEN (SELECT pronamespace FROM pg_proc WHERE oid = d.objid)"
	    " WHEN 'pg_class'::regclass THEN (SELECT relnamespace FROM pg_class WHERE oid = d.objid)"
	    " WHEN 'pg_rewrite'::regclass THEN (SELECT c.relnamespace FROM pg_rewrite w JOIN pg_class c ON c.oid = w.ev_class"
	    " WHERE w.oid = d.objid) WHEN 'pg_type'::regclass THEN (SELECT typnamespace FROM pg_type WHERE oid = d.objid)"
	    " ELSE 0 END <> 'rule'::regnamespace",
	    "CREATE FUNCTION rule.one() RETURNS int LANGUAGE sql IMMUTABLE RETURN 1; ALTER TABLE ctok.site ADD a int DEFAULT "
	    "rule.one()",
	    "default value for column a of table site" },
	{ "no name stands for two things in \"ctok\" and \"rule\"",
	    "SELECT a.relname FROM pg_class a JOIN pg_class b USING (relname) WHERE a.relnamespace = 'ctok'::regnamespace"
	    " AND b.relnamespace = 'rule'::regnamespace UNION ALL SELECT a.proname FROM pg_proc a JOIN pg_proc b USING (proname)"
	    " WHERE a.pronamespace = 'ctok'::regnamespace AND b.pronamespace = 'rule'::regnamespace",
	    "CREATE VIEW rule.site WITH (security_invoker) AS SELECT 1 AS a", "site" },
	{ "money is bigint, moments are timestamptz, nothing is a float",
	    "SELECT t.relname || '.' || a.attname FROM (" TABLES ") t JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0"
	    " AND NOT a.attisdropped WHERE a.atttypid IN ('float4'::regtype, 'float8'::regtype, 'money'::regtype, "
	    "'timestamp'::regtype,"
	    " 'json'::regtype, 'bpchar'::regtype) OR a.attname LIKE '%\\_minor' AND a.atttypid <> 'bigint'::regtype"
	    " OR a.attname LIKE '%\\_at' AND a.atttypid <> 'timestamptz'::regtype",
	    "ALTER TABLE ctok.site ADD price_minor int, ADD seen_at timestamptz", "site.price_minor" },
	{ "the owner owns everything and is no superuser; the program role owns nothing and passes no policy by",
	    "SELECT relname FROM pg_class WHERE relnamespace IN ('ctok'::regnamespace, 'rule'::regnamespace)"
	    " AND relowner <> 'ctok_owner'::regrole UNION ALL SELECT rolname FROM pg_roles WHERE rolname IN ('ctok_owner', "
	    "'ctok_program')"
	    " AND (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication)",
	    NULL, NULL },
	{ "the program role can do on tables what it needs, and no more",
	    "SELECT t.relname || ' ' || p FROM (" TABLES ") t, unnest('{TRUNCATE,REFERENCES,TRIGGER}'::text[]) p"
	    " WHERE has_table_privilege('ctok_program', t.oid, p) UNION ALL SELECT t.relname FROM (" TABLES ") t"
	    " WHERE NOT has_table_privilege('ctok_program', t.oid, 'SELECT')",
	    "GRANT TRUNCATE ON ctok.site TO ctok_program", "site TRUNCATE" },
};

/* Run a query that gives one text per row, in an open transaction or not. */
static const char *
texts(struct with_db *w, struct db *db, const char *query)
{
	struct err err = ERR_INIT;
	struct db_row *row;

	if (db_row(&w->arena, db, arena_printf(&w->arena, "SELECT string_agg(f, ', ' ORDER BY f) FROM (%s) AS q (f)", query),
		DB_NONE, &row, &err) != 0)
		fail_msg("%s", err.message);
	return row->values[0];
}

static void
test_rules_hold(void **state)
{
	struct with_db *w = *state;
	const char *found;
	size_t i;
	unsigned broken = 0;

	for (i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		found = texts(w, w->owner, rules[i].query);
		if (found != NULL) {
			print_error("not so: %s: %s\n", rules[i].rule, found);
			broken++;
		}
	}
	assert_int_equal(broken, 0);
}

static void
test_rules_notice_what_breaks_them(void **state)
{
	struct with_db *w = *state;
	struct err err = ERR_INIT;
	const char *found;
	size_t i;

	for (i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		if (rules[i].mistake == NULL)
			continue;
		assert_int_equal(db_begin(w->owner, &err), 0);
		if (db_script(w->owner, rules[i].mistake, &err) != 0)
			fail_msg("%s: %s", rules[i].rule, err.message);
		found = texts(w, w->owner, rules[i].query);
		if (!text_equal(found, rules[i].found))
			fail_msg("%s: found %s", rules[i].rule, found == NULL ? "nothing" : found);
		db_rollback(w->owner);
	}
}

/* Columns that sound like a person's, and the one where people may have written anything. */
static const char sounds_personal[] =
    "SELECT t.relname || '.' || a.attname FROM (" TABLES
    ") t JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped"
    " WHERE (a.attname ~ '(name|mail|address|phone|login|recipient|learner|buyer|facts|payload|sealed)'"
    " OR t.relname IN ('document_reference', 'kept_field') AND a.attname = 'value'"
    " OR t.relname = 'account_change' AND a.attname LIKE '%value'"
    " OR t.relname = 'mirror_user' AND a.attname IN ('idnumber', 'institution', 'department', 'city', 'fields'))"
    " AND a.atttypid IN ('text'::regtype, 'bytea'::regtype, 'jsonb'::regtype, 'varchar'::regtype,"
    " 'text[]'::regtype)";

/* The columns of the list as a VALUES list: ('contact.email'), … */
static const char *
listed_columns(struct with_db *w)
{
	const char *values = "";
	char line[256], kind[16], column[128];
	FILE *file = fopen("tests/fixtures/personal-data.txt", "r");

	assert_non_null(file);
	while (fgets(line, sizeof(line), file) != NULL) {
		if (line[0] == '#' || line[0] == '\n')
			continue;
		assert_int_equal(sscanf(line, "%15s %127s", kind, column), 2);
		assert_true(strcmp(kind, "personal") == 0 || strcmp(kind, "plain") == 0);
		/* Why it is plain must be said. */
		assert_true(strcmp(kind, "personal") == 0 ||
			    strspn(strstr(line, column) + strlen(column), " \n") < strlen(strstr(line, column) + strlen(column)));
		values = arena_printf(&w->arena, "%s%s('%s')", values, *values == '\0' ? "" : ", ", column);
	}
	(void)fclose(file);
	return values;
}

static const char *
unlisted(struct with_db *w)
{
	return texts(w, w->owner,
	    arena_printf(&w->arena, "%s EXCEPT SELECT * FROM (VALUES %s) AS listed (c)", sounds_personal, listed_columns(w)));
}

static void
test_personal_data_lies_in_listed_columns_only(void **state)
{
	struct with_db *w = *state;
	struct err err = ERR_INIT;
	const char *found = unlisted(w);

	if (found != NULL)
		fail_msg("not in tests/fixtures/personal-data.txt: %s", found);
	found = texts(w, w->owner,
	    arena_printf(&w->arena, "SELECT * FROM (VALUES %s) AS listed (c) EXCEPT %s", listed_columns(w), sounds_personal));
	if (found != NULL)
		fail_msg("listed in tests/fixtures/personal-data.txt, but there is no such column: %s", found);
	assert_int_equal(db_begin(w->owner, &err), 0);
	assert_int_equal(db_script(w->owner, "ALTER TABLE ctok.site ADD contact_phone text", &err), 0);
	assert_string_equal(unlisted(w), "site.contact_phone");
	db_rollback(w->owner);
}

static const char indexes_of_two[] =
    "SELECT tablename || ' ' || indexdef || ' ' || coalesce((SELECT contype::text FROM pg_constraint k"
    " WHERE k.conindid = (quote_ident(schemaname) || '.' || quote_ident(indexname))::regclass AND k.contype IN ('p', 'u')), '')"
    " FROM pg_indexes WHERE schemaname = 'ctok' AND tablename IN ('http_breaker', 'action')";

/* What index_off() takes away, index_on() makes again as it was: keys, partial ones, expressions. */
static void
test_indexes_come_back(void **state)
{
	static const char *const two[] = { "http_breaker", "action" };
	struct with_db *w = *state;
	struct err err = ERR_INIT;
	const char *before = texts(w, w->db, indexes_of_two);

	assert_non_null(strstr(before, "COALESCE(target_id"));
	assert_int_equal(db_begin(w->db, &err), 0);
	assert_int_equal(rules_index_off(w->db, two, 2, /* rows= */ 9999, &err), 0);
	assert_string_equal(texts(w, w->db, indexes_of_two), before);
	assert_int_equal(rules_index_off(w->db, two, 2, /* rows= */ 10000, &err), 0);
	assert_null(texts(w, w->db, indexes_of_two));
	assert_int_equal(db_script(w->db, "INSERT INTO ctok.http_breaker VALUES ('a', 1), ('b', 1)", &err), 0);
	assert_int_equal(rules_index_on(w->db, two, 2, &err), 0);
	assert_string_equal(texts(w, w->db, indexes_of_two), before);
	assert_string_equal(texts(w, w->db, "SELECT count(*)::text FROM ctok.index_off"), "0");
	/* Not empty any more: it keeps its index, but where as many rows come as are there. */
	assert_int_equal(rules_index_off(w->db, two, 1, /* rows= */ 10000, &err), 0);
	assert_string_equal(texts(w, w->db, indexes_of_two), before);
	assert_int_equal(rules_index_off_filled(w->db, two, 2, /* rows= */ 10000, &err), 0);
	assert_null(texts(w, w->db, indexes_of_two));
	assert_int_equal(rules_index_on(w->db, two, 2, &err), 0);
	assert_string_equal(texts(w, w->db, indexes_of_two), before);
	db_rollback(w->db);
	/* Nor does that wait for whoever is using it. */
	assert_int_equal(db_begin(w->owner, &err), 0);
	assert_int_equal(db_script(w->owner, "SELECT count(*) FROM ctok.action", &err), 0);
	assert_int_equal(db_begin(w->db, &err), 0);
	assert_int_equal(rules_index_off_filled(w->db, two + 1, 1, /* rows= */ 10000, &err), 0);
	assert_string_equal(texts(w, w->db, indexes_of_two), before);
	db_rollback(w->db);
	db_rollback(w->owner);
	assert_string_equal(texts(w, w->db, indexes_of_two), before);
}

/* Uniqueness is found out at the end; the transaction fails as it would have. */
static void
test_indexes_find_repeats(void **state)
{
	static const char *const one[] = { "action" };
	struct with_db *w = *state;
	struct err err = ERR_INIT;

	with_db_sql(w, "INSERT INTO ctok.tenant (name, timezone, currency, locale) VALUES ('bulk', 'UTC', 'EUR', 'en')");
	assert_int_equal(db_tenant(w->db, 1, &err), 0);
	assert_int_equal(db_begin(w->db, &err), 0);
	assert_int_equal(rules_index_off(w->db, one, 1, /* rows= */ 10000, &err), 0);
	assert_int_equal(
	    db_script(w->db,
		"INSERT INTO ctok.action (tenant_id, plan_id, kind, site_id, person_id, target_id, reason, trial, role,"
		" fingerprint, state) SELECT 1, 1, 'enrol', 1, 1, 1, '', false, '', '', 'open' FROM generate_series(1, 2)",
		&err),
	    0);
	assert_int_equal(rules_index_on(w->db, one, 1, &err), -1);
	assert_non_null(strstr(err.message, "action_open"));
	db_rollback(w->db);
}

/* Only the owner says what is made: a program cannot put its own statement there. */
static void
test_programs_cannot_say_what_index_on_makes(void **state)
{
	struct with_db *w = *state;
	struct err err = ERR_INIT;

	assert_int_equal(db_begin(w->db, &err), 0);
	assert_int_equal(db_script(w->db, "INSERT INTO ctok.index_off VALUES ('site', 1, 'DROP TABLE ctok.site')", &err), -1);
	assert_non_null(strstr(err.message, "permission denied"));
	db_rollback(w->db);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rules_hold),
		cmocka_unit_test(test_rules_notice_what_breaks_them),
		cmocka_unit_test(test_personal_data_lies_in_listed_columns_only),
		cmocka_unit_test(test_indexes_come_back),
		cmocka_unit_test(test_indexes_find_repeats),
		cmocka_unit_test(test_programs_cannot_say_what_index_on_makes),
	};

	return cmocka_run_group_tests_name("schema", tests, with_db_open, with_db_close);
}
