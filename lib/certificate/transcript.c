/* What one learner has completed, on paper. Nothing is stored: it can be made again at any time, and says of which day it is. */
#include "certificate/transcript.h"

#include <string.h>

#include "certificate/press.h"
#include "party/person.h"
#include "sql.h"

static int
find_rows(struct arena *arena, struct db *db, const char *person, struct certificate_facts *facts, struct err *err)
{
	struct certificate_row *rows;
	struct db_row *found;
	int exponent;
	size_t i;

	if (db_rows(arena, db, sql_certificate_transcript_rows, DB_ARGS(person), &found, &facts->row_count, err) != 0)
		return -1;
	facts->rows = rows = ARENA_ARRAY(arena, facts->row_count, struct certificate_row);
	for (i = 0; i < facts->row_count; i++) {
		rows[i] = (struct certificate_row){ .course = db_value(&found[i], "course"),
			.serial = db_value(&found[i], "serial"),
			.completed_utc = db_int(&found[i], "completed"),
			.valid_until_utc = db_int(&found[i], "valid_until") };
		if (db_value(&found[i], "currency")[0] == '\0')
			continue;
		if (money_exponent(db_value(&found[i], "currency"), &exponent, err) != 0)
			return -1;
		rows[i].paid.minor = db_int(&found[i], "paid");
		memcpy(rows[i].paid.currency, db_value(&found[i], "currency"), sizeof(rows[i].paid.currency));
	}
	return 0;
}

int
transcript_make(struct arena *arena, struct db *db, const struct config *config, const struct config_tenant *tenant,
    const struct transcript_wish *wish, struct buf *ret_pdf, size_t *ret_count, struct err *err)
{
	const struct config_certificate *c = &tenant->certificate;
	struct certificate_facts facts = { .paper = TEMPLATE_TRANSCRIPT,
		.issuer = c->issuer != NULL ? c->issuer : tenant->name,
		.signatory = c->signatory,
		.signatory_title = c->signatory_title,
		.logo = c->logo,
		.logo_sha256 = c->logo_sha256,
		.locale = wish->locale != NULL ? wish->locale : tenant->locale,
		.timezone = tenant->timezone,
		.issued_utc = wish->now_utc };
	const char *template = wish->template != NULL ? wish->template : c->transcript != NULL ? c->transcript : "plain";
	const struct db_row *person = NULL;
	struct db_row *name;

	if (person_find(arena, db, wish->who, &person, err) != 0)
		return -1;
	if (db_row(arena, db, sql_certificate_transcript_name, DB_ARGS(db_value(person, "person_id")), &name, err) != 0 ||
	    find_rows(arena, db, db_value(person, "person_id"), &facts, err) != 0)
		return -1;
	if (db_int(name, "doubted") != 0) {
		(void)err_set(err, ERR_DATA, "the name of learner \"%s\" is in doubt", wish->who);
		return err_hint(err, "See ctok-admin person show #%s.", db_value(person, "person_id"));
	}
	if (facts.row_count == 0)
		return err_set(err, ERR_DATA, "learner \"%s\" has completed nothing yet", wish->who);
	facts.learner = db_value(name, "name");
	if (press_render(config->template_dir, template, &facts, ret_pdf, err) != 0)
		return -1;
	*ret_count = facts.row_count;
	return 0;
}
