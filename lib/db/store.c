/* Our own database: connecting as the role that owns nothing, after the role that owns the schema has brought it up to date. */
#include "db/store.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "db/embedded.h"
#include "db/migrate.h"
#include "session.h"
#include "sql.h"

static bool
is_embedded(const struct config *config)
{
	return config->database == NULL || strcmp(config->database, "embedded") == 0;
}

/* As the owner, in a session of its own. */
static int
migrate_as_owner(const char *conninfo, const char *program, struct err *err)
{
	struct db *owner = NULL;
	int rc = -1;

	if (db_connect(conninfo, NULL, program, &owner, err) != 0)
		goto out;
	if (migrate_run(owner, err) != 0)
		goto out;
	rc = 0;
out:
	db_close(owner);
	return rc;
}

static int
open_embedded(struct arena *arena, const struct config *config, const char *program, struct db **ret_db, struct err *err)
{
	struct embedded embedded;
	struct db *db = NULL;
	bool pending;
	int rc = -1;

	if (embedded_open(arena, config, program, &embedded, err) != 0)
		return -1;
	if (db_connect(embedded.program, NULL, program, &db, err) != 0)
		goto out;
	if (migrate_pending(db, &migrate_ours, &pending, err) != 0)
		goto out;
	if (pending && migrate_as_owner(embedded.owner, program, err) != 0)
		goto out;
	*ret_db = db;
	rc = 0;
out:
	if (rc != 0) {
		db_close(db);
		embedded_release(config);
	}
	return rc;
}

/* A role of the server that the configured user was made a member of. */
static int
set_role(struct db *db, const char *sql, const char *role, struct err *err)
{
	if (db_exec(db, sql, DB_NONE, NULL, err) == 0)
		return 0;
	if (err->code != ERR_SERVICE) {
		err->code = ERR_CONFIG;
		err_hint(err,
		    "As a superuser: CREATE ROLE ctok_owner; CREATE ROLE ctok_program; GRANT ctok_owner, ctok_program TO <user>;"
		    " GRANT CREATE, TEMPORARY ON DATABASE <database> TO ctok_owner; GRANT TEMPORARY ON DATABASE <database>"
		    " TO ctok_program; see docs/database.md.");
	}
	return err_wrap(err, "cannot work as role \"%s\"", role);
}

static int
open_conninfo(struct arena *arena, const struct config *config, const char *program, struct db **ret_db, struct err *err)
{
	struct db *db = NULL;
	char *password = NULL;
	bool pending;
	int rc = -1;

	if (db_check_conninfo(config->database, err) != 0)
		goto out;
	if (config->database_password != NULL &&
	    config_secret(arena, config->database_password, "database_password", &password, err) != 0)
		goto out;
	if (db_connect(config->database, password, program, &db, err) != 0)
		goto out;
	if (set_role(db, "SET ROLE ctok_program", "ctok_program", err) != 0)
		goto out;
	if (migrate_pending(db, &migrate_ours, &pending, err) != 0)
		goto out;
	if (pending) {
		if (set_role(db, "SET ROLE ctok_owner", "ctok_owner", err) != 0)
			goto out;
		if (migrate_run(db, err) != 0)
			goto out;
		if (set_role(db, "SET ROLE ctok_program", "ctok_program", err) != 0)
			goto out;
	}
	*ret_db = db;
	rc = 0;
out:
	if (rc != 0)
		db_close(db);
	return rc;
}

int
store_open(struct arena *arena, const struct config *config, const char *program, struct db **ret_db, struct err *err)
{
	if (is_embedded(config))
		return open_embedded(arena, config, program, ret_db, err);
	return open_conninfo(arena, config, program, ret_db, err);
}

void
store_release(const struct config *config)
{
	if (is_embedded(config))
		embedded_release(config);
}

int
store_tenant_id(struct arena *arena, struct db *db, const char *name, int64_t *ret_id, struct err *err)
{
	struct db_row *row;

	if (db_maybe(arena, db, sql_db_tenant_by_name, DB_ARGS(name), &row, err) != 0)
		return -1;
	if (row == NULL)
		return err_set(err, ERR_NOT_FOUND, "there is no tenant \"%s\"", name);
	*ret_id = db_int(row, "tenant_id");
	return 0;
}

/* Array literals, as the statement takes an array of them. */
static char *
wanted_mails(struct arena *arena, const struct config_mail *mail)
{
	const char *names[CONFIG_MAILS_MAX];
	size_t count = 0, i, k;

	/* Without a mail server nobody gets what nobody needs. */
	for (i = 0; mail->smtp != NULL && config_mail_optional[i] != NULL; i++) {
		for (k = 0; k < mail->without.count; k++)
			if (strcmp(mail->without.items[k], config_mail_optional[i]) == 0)
				break;
		if (k == mail->without.count)
			names[count++] = config_mail_optional[i];
	}
	return db_array(arena, names, count);
}

static char *
days_or(struct arena *arena, const struct config_list *days, const char *const *by_default, size_t count)
{
	return days->count == 0 ? db_array(arena, by_default, count) : db_array(arena, days->items, days->count);
}

static int
sync_tenants(struct arena *arena, struct db *db, const struct config *config, struct err *err)
{
	static const char *const access_days[] = { "14", "3" }, *const certificate_days[] = { "60", "14" };
	const char **names = ARENA_ARRAY(arena, config->tenant_count, const char *);
	const char **zones = ARENA_ARRAY(arena, config->tenant_count, const char *);
	const char **currencies = ARENA_ARRAY(arena, config->tenant_count, const char *);
	const char **locales = ARENA_ARRAY(arena, config->tenant_count, const char *);
	const char **mails = ARENA_ARRAY(arena, config->tenant_count, const char *);
	const char **days = ARENA_ARRAY(arena, config->tenant_count, const char *);
	const char **valid_days = ARENA_ARRAY(arena, config->tenant_count, const char *);
	size_t count = config->tenant_count, i;

	for (i = 0; i < count; i++) {
		const struct config_mail *mail = &config->tenants[i].mail;

		mails[i] = wanted_mails(arena, mail);
		days[i] = days_or(arena, &mail->expiry_days, access_days, sizeof(access_days) / sizeof(access_days[0]));
		valid_days[i] = days_or(
		    arena, &mail->certificate_days, certificate_days, sizeof(certificate_days) / sizeof(certificate_days[0]));
		names[i] = config->tenants[i].name;
		zones[i] = config->tenants[i].timezone;
		currencies[i] = config->tenants[i].currency;
		locales[i] = config->tenants[i].locale;
	}
	return db_exec(db, sql_db_sync_tenants,
	    DB_ARGS(db_array(arena, names, count), db_array(arena, zones, count), db_array(arena, currencies, count),
		db_array(arena, locales, count), db_array(arena, mails, count), db_array(arena, days, count),
		db_array(arena, valid_days, count)),
	    NULL, err);
}

/* What should stand in profile fields of accounts. */
static int
sync_profiles(struct arena *arena, struct db *db, const struct config_tenant *tenant, struct err *err)
{
	const char **sites, **fields, **said, **policies;
	size_t count = 0, i, j, n = 0;

	for (i = 0; i < tenant->site_count; i++)
		count += tenant->sites[i].field_count;
	sites = ARENA_ARRAY(arena, count, const char *);
	fields = ARENA_ARRAY(arena, count, const char *);
	said = ARENA_ARRAY(arena, count, const char *);
	policies = ARENA_ARRAY(arena, count, const char *);
	for (i = 0; i < tenant->site_count; i++)
		for (j = 0; j < tenant->sites[i].field_count; j++, n++) {
			sites[n] = tenant->sites[i].name;
			fields[n] = tenant->sites[i].fields[j].moodle;
			said[n] = tenant->sites[i].fields[j].from;
			policies[n] = tenant->sites[i].fields[j].policy;
		}
	return db_exec(db, sql_db_sync_profiles,
	    DB_ARGS(db_array(arena, sites, n), db_array(arena, fields, n), db_array(arena, said, n), db_array(arena, policies, n)),
	    NULL, err);
}

static int
sync_sites(struct arena *arena, struct db *db, const struct config_tenant *tenant, struct err *err)
{
	const char **names = ARENA_ARRAY(arena, tenant->site_count, const char *);
	const char **urls = ARENA_ARRAY(arena, tenant->site_count, const char *);
	const char **ages = ARENA_ARRAY(arena, tenant->site_count, const char *);
	const char **passwords = ARENA_ARRAY(arena, tenant->site_count, const char *);
	const char **roles = ARENA_ARRAY(arena, tenant->site_count, const char *);
	const char **called = ARENA_ARRAY(arena, tenant->site_count, const char *);
	const char **emails = ARENA_ARRAY(arena, tenant->site_count, const char *);
	const char **usernames = ARENA_ARRAY(arena, tenant->site_count, const char *);
	const char **cohorts = ARENA_ARRAY(arena, tenant->site_count, const char *);
	const char **make_cohorts = ARENA_ARRAY(arena, tenant->site_count, const char *);
	size_t i;

	for (i = 0; i < tenant->site_count; i++) {
		names[i] = tenant->sites[i].name;
		urls[i] = tenant->sites[i].url;
		ages[i] = arena_printf(arena, "%lld", (long long)tenant->sites[i].max_age_s);
		/* Where accounts are of another service's, Moodle has no password to set. */
		passwords[i] = tenant->sites[i].auth == NULL ? "true" : "false";
		roles[i] = tenant->sites[i].role;
		called[i] = tenant->sites[i].names;
		emails[i] = tenant->sites[i].email;
		usernames[i] = tenant->sites[i].username;
		cohorts[i] = tenant->sites[i].cohort != NULL ? tenant->sites[i].cohort : "";
		make_cohorts[i] = tenant->sites[i].make_cohorts ? "true" : "false";
	}
	if (db_exec(db, sql_db_sync_sites,
		DB_ARGS(db_array(arena, names, i), db_array(arena, urls, i), db_array(arena, ages, i),
		    db_array(arena, passwords, i), db_array(arena, roles, i), db_array(arena, called, i),
		    db_array(arena, emails, i), db_array(arena, usernames, i), db_array(arena, cohorts, i),
		    db_array(arena, make_cohorts, i)),
		NULL, err) != 0)
		return -1;
	return sync_profiles(arena, db, tenant, err);
}

static int
sync_sources(struct arena *arena, struct db *db, const struct config_tenant *tenant, struct err *err)
{
	const char **names = ARENA_ARRAY(arena, tenant->source_count, const char *);
	const char **kinds = ARENA_ARRAY(arena, tenant->source_count, const char *);
	const char **roles = ARENA_ARRAY(arena, tenant->source_count, const char *);
	const char **ages = ARENA_ARRAY(arena, tenant->source_count, const char *);
	const char **closed = ARENA_ARRAY(arena, tenant->source_count, const char *);
	const char **tolerances = ARENA_ARRAY(arena, tenant->source_count, const char *);
	const char **days = ARENA_ARRAY(arena, tenant->source_count, const char *);
	const char **disabled = ARENA_ARRAY(arena, tenant->source_count, const char *);
	const char **overdue = ARENA_ARRAY(arena, tenant->source_count, const char *);
	size_t i;

	for (i = 0; i < tenant->source_count; i++) {
		names[i] = tenant->sources[i].name;
		kinds[i] = tenant->sources[i].kind;
		roles[i] = tenant->sources[i].role;
		ages[i] = arena_printf(arena, "%lld", (long long)tenant->sources[i].max_age_s);
		closed[i] = tenant->sources[i].closed ? "true" : "false";
		tolerances[i] = tenant->sources[i].tolerance;
		days[i] = arena_printf(arena, "%lld", (long long)tenant->sources[i].rate_days);
		disabled[i] = tenant->sources[i].on_disabled_client;
		overdue[i] = tenant->sources[i].on_overdue;
	}
	return db_exec(db, sql_db_sync_sources,
	    DB_ARGS(db_array(arena, names, i), db_array(arena, kinds, i), db_array(arena, roles, i), db_array(arena, ages, i),
		db_array(arena, closed, i), db_array(arena, tolerances, i), db_array(arena, days, i), db_array(arena, disabled, i),
		db_array(arena, overdue, i)),
	    NULL, err);
}

/* A handful of tenants, and each needs the connection's tenant set: a loop of three statements each. */
static int
sync_all(struct arena *arena, struct db *db, const struct config *config, struct err *err)
{
	const struct config_tenant *tenant;
	int64_t id;
	size_t i;

	if (db_exec(db, sql_db_sync_lock, DB_NONE, NULL, err) != 0)
		return -1;
	if (sync_tenants(arena, db, config, err) != 0)
		return -1;
	for (i = 0; i < config->tenant_count; i++) {
		tenant = &config->tenants[i];
		if (store_tenant_id(arena, db, tenant->name, &id, err) != 0)
			return -1;
		if (db_tenant(db, id, err) != 0)
			return -1;
		if (sync_sites(arena, db, tenant, err) != 0)
			return err_wrap(err, "sites of tenant \"%s\"", tenant->name);
		if (sync_sources(arena, db, tenant, err) != 0)
			return err_wrap(err, "sources of tenant \"%s\"", tenant->name);
	}
	return db_tenant(db, 0, err);
}

int
store_sync(struct db *db, const struct config *config, struct err *err)
{
	struct arena arena = ARENA_INIT;
	int rc = -1;

	if (db_begin(db, err) != 0)
		goto out;
	if (sync_all(&arena, db, config, err) != 0)
		goto out;
	if (db_commit(db, err) != 0)
		goto out;
	rc = 0;
out:
	if (rc != 0)
		db_rollback(db);
	arena_done(&arena);
	return rc;
}
