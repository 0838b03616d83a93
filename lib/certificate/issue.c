/* From completions to certificates in the learners' mailboxes: facts first, then bytes on disk, then state and mail together. */
#include "certificate/issue.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "adapter/crypto.h"
#include "adapter/json.h"
#include "base/buf.h"
#include "base/text.h"
#include "brake/brake.h"
#include "certificate/file.h"
#include "certificate/look.h"
#include "certificate/press.h"
#include "outbox/outbox.h"
#include "sql.h"

/* Drawn and flushed together. */
#define ISSUE_BATCH "200"
#define ISSUE_FOLDER "certificates"

/* What draws, and what the looks of the last refused one depended on. */
struct studio {
	struct arena arena;
	struct press *press; /* NULL until something is to be drawn */
	const char *template, *locale, *look;
};

struct drawn {
	const struct db_row *row;
	const char *state; /* "live", "refused" */
	const char *failure;
	const char *file; /* NULL unless live */
	const char *hash;
	const char *tried; /* what a refused one was tried with */
	bool unusable;     /* refused for the template's or the settings' sake */
};

/* Where the certificate can be checked; NULL: nowhere. */
static const char *
verify_url(struct arena *arena, const struct issue_run *run, const struct db_row *row)
{
	const char *prefix = run->tenant->certificate.verify_url;

	return prefix == NULL ? NULL : arena_printf(arena, "%s%s", prefix, db_value(row, "serial"));
}

static const char *
fact(struct arena *arena, const char *facts, const char *name, const char *value)
{
	if (value == NULL)
		return facts;
	return arena_printf(arena, "%s%s\"%s\":%s", facts, *facts == '\0' ? "" : ",", name, json_quote(arena, value));
}

/* What the mail says; issuer and reply address are the tenant's. */
static const char *
facts_json(struct arena *arena, const struct issue_run *run, const struct db_row *row)
{
	const char *facts = fact(arena, "", "learner", db_value(row, "learner_name"));

	facts = fact(arena, facts, "course", db_value(row, "course_name"));
	facts = fact(arena, facts, "date", db_value(row, "completed_day"));
	facts = fact(arena, facts, "serial", db_value(row, "serial"));
	facts = fact(arena, facts, "valid_until", db_value(row, "valid_day"));
	facts = fact(arena, facts, "verify_url", verify_url(arena, run, row));
	return arena_printf(arena, "{%s}", facts);
}

static struct certificate_facts
facts_of(struct arena *arena, const struct issue_run *run, const struct db_row *row)
{
	const struct config_certificate *c = &run->tenant->certificate;
	const char *serial = db_value(row, "serial");

	return (struct certificate_facts){
		.learner = db_value(row, "learner_name"),
		.course = db_value(row, "course_name"),
		.serial = serial,
		.issuer = c->issuer != NULL ? c->issuer : run->tenant->name,
		.signatory = c->signatory,
		.signatory_title = c->signatory_title,
		.verify_url = verify_url(arena, run, row),
		.logo = c->logo,
		.logo_sha256 = c->logo_sha256,
		.locale = db_value(row, "locale"),
		.timezone = run->tenant->timezone,
		.completed_utc = db_int(row, "completed"),
		.valid_until_utc = db_int(row, "valid_until"),
		.issued_utc = db_int(row, "issued"),
	};
}

static const char *
studio_look(struct studio *studio, const struct issue_run *run, const struct db_row *row)
{
	const char *template = db_value(row, "template"), *locale = db_value(row, "locale");

	if (!text_equal(studio->template, template) || !text_equal(studio->locale, locale)) {
		studio->template = arena_strdup(&studio->arena, template);
		studio->locale = arena_strdup(&studio->arena, locale);
		studio->look = look_fingerprint(&studio->arena, run->config, run->tenant, template, locale);
	}
	return studio->look;
}

/* Take one that is drawn into ${files}. That it cannot be drawn, for its own or for its template's sake, is an outcome, not an error. */
static int
take_drawn(struct arena *arena, const struct issue_run *run, struct studio *studio, struct certificate_batch *files,
    struct drawn *all, struct err *err)
{
	uint8_t hash[CRYPTO_HASH_BYTES];
	struct drawn *drawn;
	const char *serial;
	struct buf pdf;
	size_t number;
	int rc = -1;

	buf_init(&pdf, CERTIFICATE_MAX_BYTES);
	if (press_take(studio->press, &number, &pdf, err) != 0) {
		if (number == SIZE_MAX || err->code == ERR_SYSTEM)
			goto out;
		drawn = &all[number];
		drawn->state = "refused";
		drawn->failure = arena_printf(arena, "%s%s%s", err->message, err->hint[0] != '\0' ? ". " : "", err->hint);
		drawn->unusable = err->code != ERR_DATA;
		drawn->tried = studio_look(studio, run, drawn->row);
		err_reset(err);
		rc = 0;
		goto out;
	}
	drawn = &all[number];
	serial = db_value(drawn->row, "serial");
	crypto_sha256(pdf.data, pdf.len, hash);
	if (certificate_batch_add(files, arena_printf(arena, "%s.pdf", serial), pdf.data, pdf.len, err) != 0)
		goto out;
	drawn->state = "live";
	drawn->failure = "";
	drawn->tried = "";
	drawn->file = arena_printf(arena, ISSUE_FOLDER "/%s.pdf", serial);
	drawn->hash = text_hex(arena, hash, sizeof(hash));
	rc = 0;
out:
	buf_done(&pdf);
	return rc;
}

/* Keep the press busy until all are drawn. */
static int
draw_all(struct arena *arena, const struct issue_run *run, struct studio *studio, struct certificate_batch *files,
    struct drawn *drawn, size_t count, struct err *err)
{
	struct certificate_facts facts;
	size_t given = 0;

	if (studio->press == NULL &&
	    press_open(&studio->arena, run->config->template_dir, &CAGE_LIMITS, count, &studio->press, err) != 0)
		return -1;
	while (given < count || press_waiting(studio->press) > 0) {
		if (given < count && press_room(studio->press)) {
			facts = facts_of(arena, run, drawn[given].row);
			if (press_give(studio->press, given, db_value(drawn[given].row, "template"), &facts, err) != 0)
				return -1;
			given++;
		} else if (take_drawn(arena, run, studio, files, drawn, err) != 0) {
			return -1;
		}
	}
	return 0;
}

/* State and mail in one transaction. */
static int
record(struct arena *arena, struct db *db, const struct issue_run *run, const struct drawn *drawn, size_t count,
    struct issue_counts *counts, struct err *err)
{
	const char **issues = ARENA_ARRAY(arena, count, const char *), **states = ARENA_ARRAY(arena, count, const char *);
	const char **failures = ARENA_ARRAY(arena, count, const char *), **files = ARENA_ARRAY(arena, count, const char *);
	const char **hashes = ARENA_ARRAY(arena, count, const char *), **tried = ARENA_ARRAY(arena, count, const char *);
	size_t i;

	if (db_begin(db, err) != 0)
		return -1;
	for (i = 0; i < count; i++) {
		const struct db_row *row = drawn[i].row;

		issues[i] = db_value(row, "issue_id");
		states[i] = drawn[i].state;
		failures[i] = drawn[i].failure;
		files[i] = drawn[i].file;
		hashes[i] = drawn[i].hash;
		tried[i] = drawn[i].tried;
		if (drawn[i].file == NULL)
			continue;
		if (outbox_add(arena, db, run->night,
			&(struct outbox_mail){
			    .event = arena_printf(arena, "certificate:%s", issues[i]),
			    .person_id = db_int(row, "person_id"),
			    .recipient = db_value(row, "email"),
			    .template = "certificate",
			    .locale = db_value(row, "locale"),
			    .facts_json = facts_json(arena, run, row),
			    .attachment_path = drawn[i].file,
			    .attachment_name = arena_printf(arena, "certificate-%s.pdf", db_value(row, "serial")),
			},
			NULL, err) != 0)
			goto fail;
	}
	if (db_exec(db, sql_certificate_record_issues,
		DB_ARGS(db_array(arena, issues, count), db_array(arena, states, count), db_array(arena, failures, count),
		    db_array(arena, files, count), db_array(arena, hashes, count), db_array(arena, tried, count)),
		NULL, err) != 0)
		goto fail;
	if (db_commit(db, err) != 0)
		goto fail;
	for (i = 0; i < count; i++) {
		if (drawn[i].file != NULL)
			counts->issued++;
		else
			counts->refused++;
		counts->unusable += drawn[i].unusable ? 1 : 0;
	}
	return 0;
fail:
	db_rollback(db);
	return -1;
}

/* One batch: draw, flush, record. ${ret_more} is false when nothing was planned any more. */
static int
batch(struct db *db, const struct issue_run *run, struct studio *studio, const char *folder, struct issue_counts *counts,
    bool *ret_more, struct err *err)
{
	struct arena arena = ARENA_INIT;
	struct certificate_batch *files = NULL;
	struct db_row *rows;
	struct drawn *drawn;
	size_t count, i;
	int rc = -1;

	if (db_rows(&arena, db, sql_certificate_next_planned, DB_ARGS(ISSUE_BATCH), &rows, &count, err) != 0)
		goto out;
	*ret_more = count > 0;
	if (count == 0) {
		rc = 0;
		goto out;
	}
	drawn = ARENA_ARRAY(&arena, count, struct drawn);
	if (certificate_batch_open(&arena, folder, &files, err) != 0)
		goto out;
	for (i = 0; i < count; i++)
		drawn[i].row = &rows[i];
	if (draw_all(&arena, run, studio, files, drawn, count, err) != 0)
		goto out;
	if (certificate_batch_commit(files, err) != 0)
		goto out;
	if (record(&arena, db, run, drawn, count, counts, err) != 0)
		goto out;
	rc = 0;
out:
	if (files != NULL)
		certificate_batch_close(files);
	arena_done(&arena);
	return rc;
}

static int
issue_held(struct arena *arena, struct db *db, int64_t *ret_held, struct err *err)
{
	struct db_row *row;

	if (db_row(arena, db, sql_certificate_held, DB_NONE, &row, err) != 0)
		return -1;
	*ret_held = db_int(row, "held");
	return 0;
}

/* What could not be drawn is planned anew when what its look depends on has changed. */
static int
retry_refused(struct arena *arena, struct db *db, const struct issue_run *run, struct err *err)
{
	struct db_row *rows;
	const char **templates, **locales, **looks;
	size_t count, i;

	if (db_rows(arena, db, sql_certificate_refused_looks, DB_NONE, &rows, &count, err) != 0)
		return -1;
	if (count == 0)
		return 0;
	templates = ARENA_ARRAY(arena, count, const char *);
	locales = ARENA_ARRAY(arena, count, const char *);
	looks = ARENA_ARRAY(arena, count, const char *);
	for (i = 0; i < count; i++) {
		templates[i] = db_value(&rows[i], "template");
		locales[i] = db_value(&rows[i], "locale");
		looks[i] = look_fingerprint(arena, run->config, run->tenant, templates[i], locales[i]);
	}
	return db_exec(db, sql_certificate_retry_refused,
	    DB_ARGS(db_array(arena, templates, count), db_array(arena, locales, count), db_array(arena, looks, count)), NULL, err);
}

/* Fix the facts of what is due, and hold it all if it is too much, in a transaction of its own. */
static int
plan_issues(
    struct arena *arena, struct db *db, const struct issue_run *run, int64_t *ret_planned, int64_t *ret_held, struct err *err)
{
	int rc = -1;

	if (db_begin(db, err) != 0)
		return -1;
	if (db_exec(db, sql_certificate_keys, DB_NONE, NULL, err) != 0)
		goto out;
	if (retry_refused(arena, db, run, err) != 0)
		goto out;
	if (db_exec(db, sql_certificate_plan_issues,
		DB_ARGS(run->tenant->locale, arena_printf(arena, "%lld", (long long)run->night->run_id)), ret_planned, err) != 0)
		goto out;
	if (brake_begin(db, err) != 0)
		goto out;
	if (db_exec(db, sql_certificate_judged, DB_NONE, NULL, err) != 0)
		goto out;
	if (brake_hold(db, run->night->run_id, BRAKE_ISSUE, err) != 0)
		goto out;
	if (db_exec(db, sql_certificate_hold, DB_NONE, NULL, err) != 0)
		goto out;
	if (issue_held(arena, db, ret_held, err) != 0)
		goto out;
	rc = 0;
out:
	return db_end(db, rc, err);
}

/* Whose name has to be asked for, and whose certificate is valid for a few days only; what of that waits unsent and is moot, never goes. */
static int
tell(struct arena *arena, struct db *db, const struct issue_run *run, int64_t *ret_mails, struct err *err)
{
	struct db_row *rows;
	const char **moot;
	size_t count, i;
	int64_t withdrawn;
	int rc = -1;

	if (db_begin(db, err) != 0)
		return -1;
	if (db_rows(arena, db, sql_certificate_moot, DB_NONE, &rows, &count, err) != 0)
		goto out;
	moot = ARENA_ARRAY(arena, count, const char *);
	for (i = 0; i < count; i++)
		moot[i] = db_value(&rows[i], "event");
	if (outbox_withdraw(arena, db, moot, count, &withdrawn, err) != 0)
		goto out;
	if (outbox_stage(db, err) != 0)
		goto out;
	if (db_exec(db, sql_certificate_waiting, DB_ARGS(run->tenant->locale), NULL, err) != 0)
		goto out;
	if (db_exec(db, sql_certificate_expiring, DB_ARGS(run->tenant->locale), NULL, err) != 0)
		goto out;
	if (outbox_add_staged(arena, db, run->night, ret_mails, err) != 0)
		goto out;
	rc = 0;
out:
	return db_end(db, rc, err);
}

int
issue_approved(struct db *db, struct err *err)
{
	return db_exec(db, sql_certificate_approved, DB_NONE, NULL, err);
}

int
issue_all(struct db *db, const struct issue_run *run, struct issue_counts *ret_counts, struct err *err)
{
	struct arena arena = ARENA_INIT;
	const char *folder = arena_printf(&arena, "%s/" ISSUE_FOLDER, run->config->state_dir);
	struct studio studio = { .arena = ARENA_INIT };
	bool more = !run->dry_run;
	int rc = -1;

	*ret_counts = (struct issue_counts){ 0 };
	if (mkdir(folder, 0750) != 0 && errno != EEXIST) {
		(void)err_set(err, ERR_CREATE, "could not make folder \"%s\": %s", folder, strerror(errno));
		goto out;
	}
	if (plan_issues(&arena, db, run, &ret_counts->planned, &ret_counts->held, err) != 0)
		goto out;
	while (more && run->go_on(run->context)) {
		if (batch(db, run, &studio, folder, ret_counts, &more, err) != 0)
			goto out;
		run->progress(run->context, ret_counts->issued + ret_counts->refused, ret_counts->planned);
	}
	/* A run that was told to stop does not know yet what could not be drawn. */
	if (!more || run->dry_run)
		rc = tell(&arena, db, run, &ret_counts->told, err);
	else
		rc = 0;
out:
	press_close(studio.press);
	arena_done(&studio.arena);
	arena_done(&arena);
	return rc;
}
