/* What a site says to whoever knocks: everything that a night would stumble over and that can be seen without writing. */
#include "moodle/greet.h"

#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "moodle/cohort.h"
#include "moodle/read.h"
#include "moodle/site.h"
#include "sql.h"

/* The cohorts of the site, as a night would find them. */
static int
list(struct arena *arena, struct moodle *moodle, struct reader *reader, struct cohort **ret_cohorts, size_t *ret_count,
    struct err *err)
{
	struct db_row *rows;
	size_t i;

	if (reader_level(reader) != 1)
		return cohort_list(arena, moodle, ret_cohorts, ret_count, err);
	if (db_rows(arena, reader_db(reader), sql_moodle_source_cohort_list, DB_NONE, &rows, ret_count, err) != 0)
		return err_wrap(err, "could not read the cohorts in the database of site \"%s\"", moodle_config(moodle)->name);
	*ret_cohorts = ARENA_ARRAY(arena, *ret_count, struct cohort);
	for (i = 0; i < *ret_count; i++)
		(*ret_cohorts)[i] = (struct cohort){ db_int(&rows[i], "id"), db_value(&rows[i], "idnumber") };
	return 0;
}

static bool
is_there(const struct cohort *cohorts, size_t count, const char *idnumber)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (text_equal(cohorts[i].idnumber, idnumber))
			return true;
	return false;
}

static bool
is_repeated(const char *const *names, size_t at)
{
	size_t i;

	for (i = 0; i < at; i++)
		if (text_equal(names[i], names[at]))
			return true;
	return false;
}

/* Cohorts that are not there are made by the first who joins, or by nobody. */
static int
see_cohorts(struct arena *arena, struct moodle *moodle, struct reader *reader, const char *const *names, size_t count,
    const char **ret_says, struct err *err)
{
	const struct config_site *site = moodle_config(moodle);
	struct cohort *cohorts;
	struct buf missing;
	size_t there, lacking = 0, i;

	if (list(arena, moodle, reader, &cohorts, &there, err) != 0)
		return -1;
	buf_init(&missing, 4096);
	for (i = 0; i < count; i++)
		if (!is_repeated(names, i) && !is_there(cohorts, there, names[i])) {
			buf_printf(&missing, "%s\"%s\"", missing.len == 0 ? "" : ", ", names[i]);
			lacking++;
		}
	if (lacking > 0 && site->make_cohorts) {
		*ret_says = arena_printf(arena, ", will be made: cohort%s %s", lacking == 1 ? "" : "s", missing.data);
	} else if (lacking > 0) {
		(void)err_set(err, ERR_CONFIG, "there is no cohort %s", missing.data);
		(void)err_hint(err, "Make it in Moodle under that ID number, or let it be made (make_cohorts of the site).");
	}
	buf_done(&missing);
	return err->code == ERR_NONE ? 0 : -1;
}

int
greet_site(struct arena *arena, struct moodle *moodle, const struct config_tenant *tenant, const char *password,
    const char **ret_says, struct err *err)
{
	const struct config_site *config = moodle_config(moodle);
	unsigned uses = SITE_READS | SITE_WRITES;
	const char **names, *cohorts = "";
	struct reader *reader = NULL;
	struct site site;
	size_t count;
	int rc = -1;

	names = cohort_named(arena, tenant, config, &count);
	if (config_writes_accounts(config))
		uses |= SITE_UPDATES;
	if (count > 0)
		uses |= SITE_COHORTS | (config->make_cohorts ? (unsigned)SITE_NEW_COHORTS : 0);
	if (site_read(arena, moodle, &site, err) != 0 || site_check(moodle, &site, uses, err) != 0 ||
	    reader_open(moodle, password, &reader, err) != 0)
		goto out;
	if (count > 0 && see_cohorts(arena, moodle, reader, names, count, &cohorts, err) != 0)
		goto out;
	*ret_says = arena_printf(
	    arena, "Moodle %s, as \"%s\", at read level %d%s", site.release, site.username, read_level(config), cohorts);
	rc = 0;
out:
	reader_close(reader);
	return rc;
}
