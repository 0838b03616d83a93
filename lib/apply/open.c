/* A site, ready to be written: what the night and a revert do before the first change. */
#include "apply/apply.h"

#include "moodle/site.h"
#include "sql.h"

/* The ids of a configured site; refuses one that is another Moodle than the one that was read. */
static int
identify(struct arena *arena, struct db *db, const char *identity, bool fresh, struct apply_site *site, struct err *err)
{
	const struct config_site *config = site->config;
	struct db_row *row;

	if (db_row(arena, db, sql_apply_site, DB_ARGS(config->name), &row, err) != 0)
		return err_wrap(err, "site \"%s\"", config->name);
	if (!db_bool(row, "known"))
		return err_set(err, ERR_INCOMPLETE, "site \"%s\" was never read completely", config->name);
	if (!site_same(db_value(row, "identity"), identity)) {
		(void)err_set(err, ERR_REFUSED,
		    "site \"%s\" is another Moodle than the one the plan was made for: \"%s\", not \"%s\"", config->name, identity,
		    db_value(row, "identity"));
		return err_hint(
		    err, "Check the site's url. If this Moodle was really replaced, give it a new name in the configuration.");
	}
	if (fresh && db_bool(row, "stale"))
		return err_set(err, ERR_INCOMPLETE, "site \"%s\" was last read completely at %s, too long ago to act on",
		    config->name, db_value(row, "last_complete"));
	site->site_id = db_int(row, "site_id");
	site->role_id = db_int(row, "student_role_id");
	return 0;
}

/* A night that was taken over while this process was stopped, or waited, must not write to Moodle any more. */
static int
still_ours(void *context, struct err *err)
{
	return db_holds_night(context, err);
}

int
apply_open(
    struct arena *arena, struct db *db, const struct config_site *config, bool fresh, struct apply_site *site, struct err *err)
{
	unsigned uses = SITE_READS | SITE_WRITES | (config_writes_accounts(config) ? (unsigned)SITE_UPDATES : 0);
	struct err lacks = ERR_INIT;
	struct site identity;
	char *token, *password = NULL;

	site->config = config;
	site->breaker = http_breaker_db(db);
	if (config_secret(arena, config->token, "token", &token, err) != 0)
		return -1;
	if (config->database_password != NULL &&
	    config_secret(arena, config->database_password, "database_password", &password, err) != 0)
		return -1;
	if (moodle_open(config, token,
		&(struct moodle_wire){ .breaker = &site->breaker, .permit = still_ours, .permit_context = db }, &site->moodle,
		err) != 0)
		return -1;
	if (site_read(arena, site->moodle, &identity, err) != 0)
		return -1;
	if (site_check(site->moodle, &identity, uses, err) != 0)
		return -1;
	/* What only cohorts need keeps nobody from their course. */
	site->cohorts_lack = NULL;
	if (site_check(site->moodle, &identity, SITE_COHORTS, &lacks) != 0)
		site->cohorts_lack = arena_strdup(arena, lacks.message);
	if (identify(arena, db, identity.identity, fresh, site, err) != 0)
		return -1;
	return reader_open(site->moodle, password, &site->reader, err);
}

void
apply_close(struct apply_site *site)
{
	reader_close(site->reader);
	moodle_close(site->moodle);
	site->reader = NULL;
	site->moodle = NULL;
}
