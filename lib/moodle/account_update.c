/* Changing what accounts say. Each row of a request is a transaction of its own: the good ones are done, the bad ones come back as
 * warnings. Only what makes a request unreadable refuses it whole; then it is halved like any batch. Values are absolute, so that sending
 * one twice does no harm. */
#include "moodle/account_update.h"

#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "moodle/account.h"
#include "moodle/answer.h"
#include "moodle/read.h"

#define USERS_PER_REQUEST 50
#define IDS_PER_REQUEST 500

static bool
is_custom(const char *name)
{
	return text_starts(name, CONFIG_PROFILE_CUSTOM);
}

/* What an account as the site shows it says in a field. */
static int
value_of(const struct json *account, const char *name, const char **ret_value, struct err *err)
{
	const struct json *customs;
	const char *shortname;
	size_t i;

	*ret_value = NULL;
	if (!is_custom(name))
		return json_text_or_null(account, name, ret_value, err);
	if (json_list_or_null(account, "customfields", &customs, err) != 0)
		return -1;
	/* What is empty is left out, so a field of the site's own that is not there says nothing. */
	*ret_value = "";
	for (i = 0; customs != NULL && i < customs->count; i++) {
		const struct json *value = json_get(&customs->items[i], "value");

		if (json_text_or_null(&customs->items[i], "shortname", &shortname, err) != 0)
			return -1;
		if (shortname != NULL && strcmp(shortname, name + strlen(CONFIG_PROFILE_CUSTOM)) == 0 && value != NULL &&
		    (value->kind == JSON_STRING || value->kind == JSON_NUMBER))
			*ret_value = value->text;
	}
	return 0;
}

struct reading {
	struct arena *arena;
	struct account_update_row *rows;
	size_t count;
};

/* A deleted account is shown too, by its id; its e-mail is 32 hex digits then. */
static bool
is_deleted(const char *email)
{
	return email != NULL && strlen(email) == 32 && strspn(email, "0123456789abcdef") == 32;
}

static int
read_done(void *context, size_t index, const struct moodle_reply *reply, struct err *err)
{
	struct reading *reading = context;
	size_t from = index * IDS_PER_REQUEST, to = from + IDS_PER_REQUEST, i, r, f;

	if (reply->json == NULL) {
		*err = reply->err;
		return -1;
	}
	if (reply->json->kind != JSON_ARRAY)
		return err_set(err, ERR_DATA, "accounts are %s instead of an array", json_kind_name(reply->json));
	for (i = 0; i < reply->json->count; i++) {
		const struct json *account = &reply->json->items[i];
		const char *email, *value;
		int64_t id;

		if (json_int(account, "id", &id, err) != 0 || json_text_or_null(account, "email", &email, err) != 0)
			return -1;
		for (r = from; r < to && r < reading->count; r++) {
			struct account_update_row *row = &reading->rows[r];

			if (row->user_id != id || is_deleted(email))
				continue;
			row->shown = true;
			for (f = 0; f < row->count; f++) {
				if (value_of(account, row->fields[f].name, &value, err) != 0)
					return -1;
				row->fields[f].is = value == NULL ? NULL : arena_strdup(reading->arena, value);
			}
		}
	}
	return 0;
}

int
account_update_read(struct arena *arena, struct moodle *moodle, struct account_update_row *rows, size_t count, struct err *err)
{
	struct reading reading = { arena, rows, count };
	size_t requests = (count + IDS_PER_REQUEST - 1) / IDS_PER_REQUEST, n, i, f;
	struct arena turn = ARENA_INIT;
	struct moodle_request *list = ARENA_ARRAY(&turn, requests, struct moodle_request);
	int rc;

	for (i = 0; i < count; i++) {
		rows[i].shown = false;
		for (f = 0; f < rows[i].count; f++)
			rows[i].fields[f].is = NULL;
	}
	for (n = 0; n < requests; n++) {
		moodle_request_init(&list[n], &turn, "core_user_get_users_by_field");
		list[n].settings = MOODLE_RAW;
		params_text(&list[n].params, "id", "field");
		for (i = 0; i < IDS_PER_REQUEST && n * IDS_PER_REQUEST + i < count; i++)
			params_int(&list[n].params, rows[n * IDS_PER_REQUEST + i].user_id, "values[%zu]", i);
	}
	rc = moodle_call_all(&turn, moodle, list, requests, read_done, &reading, err);
	arena_done(&turn);
	return rc == 0 ? 0 : err_wrap(err, "could not read accounts of site \"%s\"", moodle_config(moodle)->name);
}

/* Does the account say this? What Moodle does not show is empty, or hidden from us. */
static bool
says(const struct account_update_field *field, const char *value)
{
	return strcmp(field->is == NULL ? "" : field->is, value) == 0;
}

/* Are all fields as they are to be? */
static bool
is_done(const struct account_update_row *row)
{
	size_t f;

	for (f = 0; f < row->count; f++)
		if (!says(&row->fields[f], row->fields[f].after))
			return false;
	return row->shown;
}

/* Is some field that is shown neither as it was nor as it is to be? */
static bool
is_moved(const struct account_update_row *row)
{
	size_t f;

	for (f = 0; f < row->count; f++) {
		const struct account_update_field *field = &row->fields[f];

		if (field->is != NULL && field->before != NULL && !says(field, field->before) && !says(field, field->after))
			return true;
	}
	return false;
}

/* Why Moodle would refuse a row, or would take another value than it is given: NULL if it would do neither. */
static const char *
fault_of(const struct account_update_row *row)
{
	struct account_row account = { .email = "nobody@example.org", .firstname = "-", .lastname = "-" };
	size_t f;

	for (f = 0; f < row->count; f++) {
		const char *name = row->fields[f].name, *value = row->fields[f].after;

		if (text_equal(name, "firstname"))
			account.firstname = value;
		else if (text_equal(name, "lastname"))
			account.lastname = value;
		else if (text_equal(name, "email"))
			account.email = value;
		else if (text_equal(name, "country") && value[0] != '\0' &&
			 (strlen(value) != 2 || strspn(value, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != 2))
			return "a country is two capital letters, as in \"ES\"";
	}
	return account_fault(&account);
}

struct sending {
	struct arena *arena;
	struct moodle *moodle;
	struct account_update_row *rows;
	struct batch_row *results;
	struct batch_row *warned; /* by row; reason NULL: not warned of */
};

static void
send_ask(void *context, struct arena *arena, const size_t *rows, size_t count, struct moodle_request *request)
{
	struct sending *sending = context;
	size_t i, f, custom;

	moodle_request_init(request, arena, "core_user_update_users");
	for (i = 0; i < count; i++) {
		const struct account_update_row *row = &sending->rows[rows[i]];

		params_int(&request->params, row->user_id, "users[%zu][id]", i);
		for (f = custom = 0; f < row->count; f++) {
			const struct account_update_field *field = &row->fields[f];

			if (!is_custom(field->name)) {
				params_text(&request->params, field->after, "users[%zu][%s]", i, field->name);
				continue;
			}
			params_text(&request->params, field->name + strlen(CONFIG_PROFILE_CUSTOM),
			    "users[%zu][customfields][%zu][type]", i, custom);
			params_text(&request->params, field->after, "users[%zu][customfields][%zu][value]", i, custom++);
		}
	}
}

static int
send_took(void *context, const size_t *rows, size_t count, const struct json *answer, struct err *err)
{
	struct sending *sending = context;
	const struct json *warnings;
	size_t i, r;

	if (json_list(answer, "warnings", &warnings, err) != 0)
		return -1;
	for (i = 0; i < warnings->count; i++) {
		const char *code, *message;
		int64_t id;

		if (json_int(&warnings->items[i], "itemid", &id, err) != 0 ||
		    json_text(&warnings->items[i], "warningcode", &code, err) != 0 ||
		    json_text(&warnings->items[i], "message", &message, err) != 0)
			return -1;
		for (r = 0; r < count && sending->rows[rows[r]].user_id != id; r++)
			;
		if (r == count)
			return err_set(err, ERR_DATA, "the answer warns of user %" PRId64 ", who was not sent", id);
		sending->warned[rows[r]] = (struct batch_row){ OUTCOME_REFUSED, arena_strdup(sending->arena, code),
			arena_printf(sending->arena, "%s (%s)", message, code) };
	}
	return 0;
}

static int
send_find(void *context, const size_t *rows, size_t count, struct err *err)
{
	struct sending *sending = context;
	struct account_update_row *doubtful = ARENA_ARRAY(sending->arena, count, struct account_update_row);
	size_t i;

	for (i = 0; i < count; i++)
		doubtful[i] = sending->rows[rows[i]];
	if (account_update_read(sending->arena, sending->moodle, doubtful, count, err) != 0)
		return -1;
	for (i = 0; i < count; i++)
		sending->results[rows[i]].outcome = is_done(&doubtful[i]) ? OUTCOME_FOUND : OUTCOME_OPEN;
	return 0;
}

/* What was accepted is looked at: a field that the site does not have, or a value that is none of a menu's, is dropped without a word. */
static int
check_kept(struct sending *sending, size_t count, struct err *err)
{
	struct account_update_row *done = ARENA_ARRAY(sending->arena, count, struct account_update_row);
	/* Where Moodle's own tables are read, they tell of what the web service hides. */
	bool hidden_is_told = read_level(moodle_config(sending->moodle)) == 1;
	size_t *at = ARENA_ARRAY(sending->arena, count, size_t), n = 0, i, f;

	for (i = 0; i < count; i++)
		if (sending->rows[i].result.outcome == OUTCOME_DONE) {
			at[n] = i;
			done[n++] = sending->rows[i];
		}
	if (n == 0)
		return 0;
	if (account_update_read(sending->arena, sending->moodle, done, n, err) != 0)
		return -1;
	for (i = 0; i < n; i++)
		for (f = 0; f < done[i].count; f++)
			if (!says(&done[i].fields[f], done[i].fields[f].after) && !(hidden_is_told && done[i].fields[f].is == NULL))
				sending->rows[at[i]].result = (struct batch_row){ OUTCOME_REFUSED, "",
					arena_printf(sending->arena,
					    "Moodle did not keep field \"%s\": it has no such field, does not take the value, or "
					    "hides it from us",
					    done[i].fields[f].name) };
	return 0;
}

int
account_update_send(struct arena *arena, struct moodle *moodle, struct account_update_row *rows, size_t count, struct err *err)
{
	struct batch_row *results = ARENA_ARRAY(arena, count, struct batch_row);
	struct sending sending = { arena, moodle, rows, results, ARENA_ARRAY(arena, count, struct batch_row) };
	struct batch batch = {
		.count = count, .rows = results, .context = &sending, .ask = send_ask, .took = send_took, .find = send_find
	};
	size_t most = 1, i;
	int rc;

	if (account_update_read(arena, moodle, rows, count, err) != 0)
		return -1;
	for (i = 0; i < count; i++) {
		const char *fault = fault_of(&rows[i]);

		if (1 + 2 * rows[i].count > most)
			most = 1 + 2 * rows[i].count;
		rows[i].moved = rows[i].shown && is_moved(&rows[i]);
		if (!rows[i].shown)
			results[i] = (struct batch_row){ OUTCOME_REFUSED, "", "the site does not show this account" };
		else if (is_done(&rows[i]))
			results[i] = (struct batch_row){ OUTCOME_FOUND, NULL, NULL };
		else if (fault != NULL && !rows[i].moved)
			results[i] = (struct batch_row){ OUTCOME_REFUSED, "", fault };
		else
			/* What moved is held back from the batch, and open again behind it. */
			results[i] = (struct batch_row){ rows[i].moved ? OUTCOME_DOUBT : OUTCOME_OPEN, NULL, NULL };
	}
	batch.size = params_rows(most, USERS_PER_REQUEST);
	rc = batch_send(arena, moodle, &batch, err);
	for (i = 0; i < count; i++) {
		rows[i].result = results[i];
		if (rows[i].moved)
			rows[i].result = (struct batch_row){ OUTCOME_OPEN, NULL, NULL };
		else if (results[i].outcome == OUTCOME_DONE && sending.warned[i].reason != NULL)
			rows[i].result = sending.warned[i];
	}
	return rc == 0 ? check_kept(&sending, count, err) : -1;
}
