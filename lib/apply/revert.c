/* Undo, in steps: what the run did, what Moodle shows now, the judgement and its plan. What is decided is in sql/apply/revert_judge.sql. */
#include "apply/revert.h"

#include <string.h>

#include "adapter/email.h"
#include "db/copy.h"
#include "moodle/account_update.h"
#include "outbox/outbox.h"
#include "revert_print.h"
#include "room.h"
#include "sql.h"

int
revert_find(struct arena *arena, struct db *db, const char *which, struct revert_run **ret_run, struct err *err)
{
	struct db_row *row;

	if (db_maybe(arena, db, sql_apply_revert_run, DB_ARGS(which), &row, err) != 0)
		return -1;
	*ret_run = NULL;
	if (row == NULL)
		return 0;
	*ret_run = ARENA_NEW(arena, struct revert_run);
	(*ret_run)->run_id = db_int(row, "run_id");
	(*ret_run)->night_id = db_int(row, "night_id");
	(*ret_run)->program = db_value(row, "program");
	(*ret_run)->at = db_value(row, "at");
	return 0;
}

static int
check_kind(const char *kind, struct err *err)
{
	static const char *const kinds[] = { "enrol", "extend", "resume", "take_over", "suspend", "unenrol", "restore", "adopt",
		"release", "create_account", "update_account" };
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(kinds[i], kind) == 0)
			return 0;
	(void)err_set(err, ERR_USAGE, "option --only: there is no kind \"%s\"", kind);
	return err_hint(err, "Kinds are enrol, extend, resume, take_over, suspend, unenrol, restore, adopt, release, "
			     "create_account and update_account.");
}

int
revert_only(struct arena *arena, const char *const *filters, size_t count, struct revert_only *ret_only, struct err *err)
{
	const char **emails = ARENA_ARRAY(arena, count, const char *), **courses = ARENA_ARRAY(arena, count, const char *);
	const char **kinds = ARENA_ARRAY(arena, count, const char *);
	size_t email_count = 0, course_count = 0, kind_count = 0, i;
	char *text;

	for (i = 0; i < count; i++) {
		if (strncmp(filters[i], "person=", 7) == 0) {
			if (email_normalise(arena, filters[i] + 7, &text, err) != 0) {
				err->code = ERR_USAGE;
				return err_wrap(err, "option --only: person \"%s\"", filters[i] + 7);
			}
			emails[email_count++] = text;
		} else if (strncmp(filters[i], "course=", 7) == 0) {
			courses[course_count++] = filters[i] + 7;
		} else if (strncmp(filters[i], "kind=", 5) == 0) {
			if (check_kind(filters[i] + 5, err) != 0)
				return -1;
			kinds[kind_count++] = filters[i] + 5;
		} else {
			(void)err_set(err, ERR_USAGE, "option --only: \"%s\" is not person=, course= or kind=", filters[i]);
			return err_hint(err, "Write for example --only course=CPR --only person=ana@example.org.");
		}
	}
	*ret_only = (struct revert_only){ email_count == 0 ? NULL : db_array(arena, emails, email_count),
		course_count == 0 ? NULL : db_array(arena, courses, course_count),
		kind_count == 0 ? NULL : db_array(arena, kinds, kind_count) };
	return 0;
}

int
revert_collect(struct arena *arena, struct db *db, const struct revert_run *run, const struct revert_only *only, struct err *err)
{
	int rc = -1;

	if (db_begin(db, err) != 0)
		return -1;
	if (db_script(db, sql_apply_revert_begin, err) != 0)
		goto out;
	if (db_exec(db, sql_apply_revert_items, DB_ARGS(apply_number(arena, run->run_id), only->emails, only->courses, only->kinds),
		NULL, err) != 0)
		goto out;
	if (db_script(db, "ANALYZE undo_item", err) != 0)
		goto out;
	rc = 0;
out:
	return db_end(db, rc, err);
}

int
revert_sites(struct arena *arena, struct db *db, const char ***ret_names, size_t *ret_count, struct err *err)
{
	struct db_row *rows;
	const char **names;
	size_t count, i;

	if (db_rows(arena, db, sql_apply_revert_sites, DB_NONE, &rows, &count, err) != 0)
		return -1;
	names = ARENA_ARRAY(arena, count, const char *);
	for (i = 0; i < count; i++)
		names[i] = db_value(&rows[i], "name");
	*ret_names = names;
	*ret_count = count;
	return 0;
}

static void
put_known(struct copy *copy, int64_t value)
{
	if (value == READ_UNKNOWN)
		copy_null(copy);
	else
		copy_int(copy, value);
}

static int
copy_seen(struct db *db, const struct apply_site *site, const struct read_key *keys, const struct read_seen *seen, size_t count,
    struct err *err)
{
	struct copy *copy;
	size_t i;

	if (copy_open(db, "COPY undo_seen FROM STDIN", &copy, err) != 0)
		return -1;
	for (i = 0; i < count; i++) {
		copy_int(copy, site->site_id);
		copy_int(copy, keys[i].course_id);
		copy_int(copy, keys[i].user_id);
		copy_int(copy, reader_level(site->reader));
		copy_text(copy, seen[i].present ? "t" : "f");
		copy_text(copy, seen[i].active ? "t" : "f");
		put_known(copy, seen[i].status);
		put_known(copy, seen[i].start);
		put_known(copy, seen[i].end);
		put_known(copy, seen[i].created);
		if (copy_row(copy, err) != 0) {
			copy_abort(copy);
			return -1;
		}
	}
	return copy_finish(copy, NULL, err);
}

static int
copy_says(struct db *db, const struct db_row *asked, const struct account_update_row *rows, size_t count, struct err *err)
{
	struct copy *copy;
	size_t i;

	if (copy_open(db, "COPY undo_says FROM STDIN", &copy, err) != 0)
		return -1;
	for (i = 0; i < count; i++) {
		if (!rows[i].shown)
			continue;
		copy_text(copy, db_value(&asked[i], "action_id"));
		copy_text(copy, rows[i].fields[0].name);
		copy_text(copy, rows[i].fields[0].is == NULL ? "" : rows[i].fields[0].is);
		if (copy_row(copy, err) != 0) {
			copy_abort(copy);
			return -1;
		}
	}
	return copy_finish(copy, NULL, err);
}

/* What the accounts say now: a row for each field. */
static int
look_accounts(struct arena *arena, struct db *db, const struct apply_site *site, struct err *err)
{
	struct account_update_row *rows;
	struct db_row *asked;
	size_t count, i;

	if (db_rows(arena, db, sql_apply_revert_accounts, DB_ARGS(apply_number(arena, site->site_id)), &asked, &count, err) != 0)
		return -1;
	rows = ARENA_ARRAY(arena, count, struct account_update_row);
	for (i = 0; i < count; i++) {
		struct account_update_field *field = ARENA_NEW(arena, struct account_update_field);

		field->name = db_value(&asked[i], "field");
		rows[i] = (struct account_update_row){ .user_id = db_int(&asked[i], "user_id"), .fields = field, .count = 1 };
	}
	if (account_update_read(arena, site->moodle, rows, count, err) != 0)
		return -1;
	if (db_begin(db, err) != 0)
		return -1;
	return db_end(db, copy_says(db, asked, rows, count, err), err);
}

int
revert_look(struct arena *arena, struct db *db, const struct apply_site *site, struct err *err)
{
	struct db_row *rows;
	struct read_key *keys;
	struct read_seen *seen;
	size_t count, i;

	if (db_rows(arena, db, sql_apply_revert_keys, DB_ARGS(apply_number(arena, site->site_id)), &rows, &count, err) != 0)
		return -1;
	keys = ARENA_ARRAY(arena, count, struct read_key);
	for (i = 0; i < count; i++)
		keys[i] =
		    (struct read_key){ db_int(&rows[i], "course_id"), db_int(&rows[i], "user_id"), db_value(&rows[i], "username") };
	if (reader_rows(arena, site->reader, keys, count, /* completion= */ false, site->now_utc, &seen, err) != 0)
		return -1;
	if (db_begin(db, err) != 0)
		return -1;
	if (db_end(db, copy_seen(db, site, keys, seen, count, err), err) != 0)
		return -1;
	return look_accounts(arena, db, site, err);
}

/* The same record of outcomes that the night keeps, for actions of which ${rows} knows the outcome. */
static int
record(struct arena *arena, struct db *db, const struct apply_site *site, const struct db_row *rows, size_t count,
    const char *outcome, struct err *err)
{
	const char **actions = ARENA_ARRAY(arena, count, const char *), **outcomes = ARENA_ARRAY(arena, count, const char *);
	const char **reasons = ARENA_ARRAY(arena, count, const char *);
	size_t i;

	for (i = 0; i < count; i++) {
		actions[i] = db_value(&rows[i], "action_id");
		outcomes[i] = outcome != NULL ? outcome : db_value(&rows[i], "outcome");
		reasons[i] = "";
	}
	return db_exec(db, sql_apply_record_rows,
	    DB_ARGS(apply_number(arena, site->run_id), db_array(arena, actions, count), db_array(arena, outcomes, count),
		db_array(arena, reasons, count), apply_number(arena, reader_level(site->reader)), site->config->role),
	    NULL, err);
}

static int
record_accounts(
    struct arena *arena, struct db *db, const struct apply_site *site, const struct db_row *rows, size_t count, struct err *err)
{
	const char **actions = ARENA_ARRAY(arena, count, const char *), **outcomes = ARENA_ARRAY(arena, count, const char *);
	const char **reasons = ARENA_ARRAY(arena, count, const char *);
	size_t i;

	for (i = 0; i < count; i++) {
		actions[i] = db_value(&rows[i], "action_id");
		outcomes[i] = db_value(&rows[i], "outcome");
		reasons[i] = "";
	}
	return db_exec(db, sql_apply_record_updates,
	    DB_ARGS(apply_number(arena, site->site_id), apply_number(arena, site->run_id), db_array(arena, actions, count),
		db_array(arena, outcomes, count), db_array(arena, reasons, count)),
	    NULL, err);
}

/* Actions under way when a run was cut off are settled by what Moodle shows, as the next night would. */
static int
settle(struct arena *arena, struct db *db, const struct apply_site *site, struct err *err)
{
	struct db_row *rows;
	size_t count, accounts;

	if (db_rows(arena, db, sql_apply_revert_arrived, DB_ARGS(apply_number(arena, site->site_id)), &rows, &count, err) != 0)
		return -1;
	if (count > 0 && record(arena, db, site, rows, count, NULL, err) != 0)
		return -1;
	if (db_rows(arena, db, sql_apply_revert_arrived_accounts, DB_ARGS(apply_number(arena, site->site_id)), &rows, &accounts,
		err) != 0)
		return -1;
	if (accounts > 0 && record_accounts(arena, db, site, rows, accounts, err) != 0)
		return -1;
	return count + accounts == 0 ? 0 : db_exec(db, sql_apply_revert_settled, DB_NONE, NULL, err);
}

/* Mails that wait and would tell of what is taken back; those that left are counted. */
static int
mails(struct arena *arena, struct db *db, const char *run, bool dry, struct revert_facts *facts, int64_t *ret_withdrawn,
    struct err *err)
{
	struct db_row *rows;
	const char **events;
	size_t count, waiting = 0, i;

	if (db_rows(arena, db, sql_apply_revert_mails, DB_ARGS(run), &rows, &count, err) != 0)
		return -1;
	events = ARENA_ARRAY(arena, count, const char *);
	for (i = 0; i < count; i++) {
		if (db_bool(&rows[i], "gone"))
			facts->mails_gone++;
		if (db_bool(&rows[i], "withdraw"))
			events[waiting++] = db_value(&rows[i], "event");
	}
	facts->mails_waiting = (int64_t)waiting;
	*ret_withdrawn = 0;
	return dry ? 0 : outbox_withdraw(arena, db, events, waiting, ret_withdrawn, err);
}

static int
count_up(struct arena *arena, struct db *db, const char *run, struct revert_facts *ret_facts, struct revert_counts *ret_counts,
    struct err *err)
{
	struct db_row *row;

	if (db_row(arena, db, sql_apply_revert_facts, DB_ARGS(run), &row, err) != 0)
		return -1;
	*ret_counts = (struct revert_counts){ .items = db_int(row, "items"),
		.undo = db_int(row, "undo"),
		.barred = db_int(row, "barred"),
		.as_before = db_int(row, "as_before"),
		.left_alone = db_int(row, "left_alone"),
		.not_arrived = db_int(row, "not_arrived") };
	*ret_facts = (struct revert_facts){ .accounts = db_int(row, "accounts"),
		.come_back = db_int(row, "come_back"),
		.go = db_int(row, "go"),
		.had_no_role = db_int(row, "had_no_role"),
		.by_minute = db_int(row, "by_minute"),
		.blind = db_int(row, "blind"),
		.certificates = db_int(row, "certificates") };
	return 0;
}

static int
save(struct arena *arena, struct db *db, const char *own_run, int64_t *ret_plan_id, struct err *err)
{
	struct db_row *row;

	if (db_exec(db, sql_apply_revert_clear, DB_ARGS(own_run), NULL, err) != 0)
		return -1;
	if (db_maybe(arena, db, sql_apply_revert_add, DB_ARGS(own_run), &row, err) != 0)
		return -1;
	*ret_plan_id = row == NULL ? 0 : db_int(row, "plan_id");
	return row == NULL ? 0 : db_exec(db, sql_apply_revert_add_changes, DB_ARGS(db_value(row, "plan_id")), NULL, err);
}

int
revert_plan(struct arena *arena, struct db *db, const struct revert_run *run, const struct apply_site *sites, size_t site_count,
    int64_t own_run, bool unenrol, bool dry, FILE *file, int64_t *ret_plan_id, struct revert_counts *ret_counts, struct err *err)
{
	const char *number = apply_number(arena, run->run_id);
	struct revert_facts facts;
	struct revert_counts counts;
	int64_t plan_id = 0, withdrawn;
	size_t i;

	if (db_begin(db, err) != 0)
		return -1;
	for (i = 0; i < site_count; i++)
		if (settle(arena, db, &sites[i], err) != 0)
			goto fail;
	if (db_exec(db, sql_apply_revert_judge, DB_ARGS(unenrol ? "t" : "f"), NULL, err) != 0)
		goto fail;
	if (db_exec(db, sql_apply_revert_judge_accounts, DB_NONE, NULL, err) != 0)
		goto fail;
	if (count_up(arena, db, number, &facts, &counts, err) != 0)
		goto fail;
	if (mails(arena, db, number, dry, &facts, &withdrawn, err) != 0)
		goto fail;
	counts.withdrawn = withdrawn;
	if (revert_print(arena, db, run, &facts, &counts, dry, file, err) != 0)
		goto fail;
	if (!dry && save(arena, db, apply_number(arena, own_run), &plan_id, err) != 0)
		goto fail;
	/* Only looked at: what settling wrote is for the real one to write. */
	if (dry)
		db_rollback(db);
	else if (db_commit(db, err) != 0)
		goto fail;
	*ret_plan_id = plan_id;
	*ret_counts = counts;
	return 0;
fail:
	db_rollback(db);
	return -1;
}

/* Whose an enrolment is changes here alone. */
static int
local(struct arena *arena, struct db *db, const struct apply_site *site, struct apply_counts *counts, struct err *err)
{
	struct db_row *rows;
	size_t count;

	if (db_begin(db, err) != 0)
		return -1;
	if (db_rows(arena, db, sql_apply_local_before,
		DB_ARGS(apply_number(arena, site->plan_id), apply_number(arena, site->run_id), apply_number(arena, site->site_id)),
		&rows, &count, err) != 0)
		goto fail;
	if (count > 0 && record(arena, db, site, rows, count, "done", err) != 0)
		goto fail;
	if (db_commit(db, err) != 0)
		goto fail;
	counts->done += (int64_t)count;
	return 0;
fail:
	db_rollback(db);
	return -1;
}

int
revert_carry_out(
    struct arena *arena, struct db *db, const struct apply_site *site, struct apply_counts *ret_counts, struct err *err)
{
	struct apply_counts before = { 0 };
	int rc;

	*ret_counts = before;
	if (local(arena, db, site, &before, err) != 0)
		return -1;
	rc = apply_run(db, site, ret_counts, err);
	ret_counts->done += before.done;
	return rc;
}
