/* Accounts: found by e-mail, made in atomic batches. Moodle checks little beforehand and names no row when it refuses, so rows are
 * checked here first; and since user names must be free, they are looked up before they are tried. */
#include "moodle/account.h"

#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "moodle/answer.h"

#define USERNAME_CHARS 100
#define NAME_CHARS 100
#define EMAIL_CHARS 100
#define USERS_PER_REQUEST 50
#define NAMES_PER_REQUEST 500
#define IDS_PER_REQUEST 500
#define ORDINAL_MAX 99
/* createpassword or auth, username, firstname, lastname, email */
#define FIELDS_PER_ROW 5

/* ASCII lower case; e-mails of Moodle are ASCII, others match nobody. */
static bool
same_email(const char *normal, const char *on_file)
{
	for (; *normal != '\0' && *on_file != '\0'; normal++, on_file++) {
		char c = *on_file;

		if (c >= 'A' && c <= 'Z')
			c = (char)(c - 'A' + 'a');
		if (c != *normal)
			return false;
	}
	return *normal == *on_file;
}

int
account_fields(struct arena *arena, const struct json *object, const char **ret_fields, struct err *err)
{
	const struct json *list;
	const char *text = "{", *between = "";
	size_t i;

	if (json_list_or_null(object, "customfields", &list, err) != 0)
		return -1;
	for (i = 0; list != NULL && i < list->count; i++) {
		const struct json *value = json_get(&list->items[i], "value");
		const char *name;

		if (json_text(&list->items[i], "shortname", &name, err) != 0)
			return -1;
		if (value == NULL || (value->kind != JSON_STRING && value->kind != JSON_NUMBER) || value->text[0] == '\0')
			continue;
		text = arena_printf(arena, "%s%s%s:%s", text, between, json_quote(arena, name), json_quote(arena, value->text));
		between = ",";
	}
	*ret_fields = arena_printf(arena, "%s}", text);
	return 0;
}

static int
read_account(struct arena *arena, const struct json *object, struct account *account, struct err *err)
{
	const struct json *suspended = json_get(object, "suspended");
	const struct {
		const char *name;
		const char **text;
	} others[] = { { "idnumber", &account->idnumber }, { "auth", &account->auth }, { "phone1", &account->phone1 },
		{ "phone2", &account->phone2 }, { "institution", &account->institution }, { "department", &account->department },
		{ "city", &account->city }, { "country", &account->country }, { "lang", &account->lang } };
	size_t i;

	memset(account, 0, sizeof(*account));
	if (json_int(object, "id", &account->id, err) != 0 || json_text_or_null(object, "username", &account->username, err) != 0 ||
	    json_text_or_null(object, "email", &account->email, err) != 0 ||
	    json_text_or_null(object, "firstname", &account->firstname, err) != 0 ||
	    json_text_or_null(object, "lastname", &account->lastname, err) != 0)
		return -1;
	if (account->username == NULL) {
		(void)err_set(err, ERR_REFUSED, "the site does not show us the user name of user %" PRId64, account->id);
		return err_hint(err, "The account of the token needs moodle/user:viewalldetails in the system context.");
	}
	if (account->email == NULL)
		account->email = "";
	if (account->firstname == NULL)
		account->firstname = "";
	if (account->lastname == NULL)
		account->lastname = "";
	for (i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		if (json_text_or_null(object, others[i].name, others[i].text, err) != 0)
			return -1;
		if (*others[i].text == NULL)
			*others[i].text = "";
	}
	if (account_fields(arena, object, &account->fields, err) != 0)
		return -1;
	account->suspended = suspended != NULL && suspended->kind == JSON_BOOL && suspended->truth;
	return 0;
}

/* Many questions to the same function, each with its own place for the answer. */
struct find {
	struct arena *arena;
	const char *const *emails;
	struct account_match *matches;
};

static int
find_done(void *context, size_t index, const struct moodle_reply *reply, struct err *err)
{
	struct find *find = context;
	struct account_match *match = &find->matches[index];
	const struct json *users, *warnings;
	size_t i;

	if (reply->json == NULL) {
		*err = reply->err;
		return -1;
	}
	if (json_list(reply->json, "users", &users, err) != 0 || json_list_or_null(reply->json, "warnings", &warnings, err) != 0)
		return -1;
	/* A key that Moodle does not know drops the filter, and every user is the answer. */
	if (warnings != NULL && warnings->count > 0)
		return err_set(err, ERR_DATA, "the look-up of an account by e-mail was answered with a warning");
	match->accounts = ARENA_ARRAY(find->arena, users->count, struct account);
	for (i = 0; i < users->count; i++) {
		struct account account;

		if (read_account(find->arena, &users->items[i], &account, err) != 0)
			return -1;
		if (!same_email(find->emails[index], account.email))
			continue;
		account.username = arena_strdup(find->arena, account.username);
		account.email = arena_strdup(find->arena, account.email);
		account.firstname = arena_strdup(find->arena, account.firstname);
		account.lastname = arena_strdup(find->arena, account.lastname);
		account.idnumber = arena_strdup(find->arena, account.idnumber);
		account.auth = arena_strdup(find->arena, account.auth);
		account.phone1 = arena_strdup(find->arena, account.phone1);
		account.phone2 = arena_strdup(find->arena, account.phone2);
		account.institution = arena_strdup(find->arena, account.institution);
		account.department = arena_strdup(find->arena, account.department);
		account.city = arena_strdup(find->arena, account.city);
		account.country = arena_strdup(find->arena, account.country);
		account.lang = arena_strdup(find->arena, account.lang);
		match->accounts[match->count++] = account;
	}
	return 0;
}

int
account_find(struct arena *arena, struct moodle *moodle, const char *const *emails, size_t count,
    struct account_match **ret_matches, struct err *err)
{
	struct account_match *matches = ARENA_ARRAY(arena, count, struct account_match);
	struct arena turn = ARENA_INIT;
	size_t most = moodle_wave(moodle), from, i;
	int rc = -1;

	for (from = 0; from < count; from += most) {
		size_t n = count - from < most ? count - from : most;
		struct find find = { arena, emails + from, matches + from };
		struct moodle_request *requests;

		arena_reset(&turn);
		requests = ARENA_ARRAY(&turn, n, struct moodle_request);
		for (i = 0; i < n; i++) {
			moodle_request_init(&requests[i], &turn, "core_user_get_users");
			params_text(&requests[i].params, "email", "criteria[0][key]");
			params_text(&requests[i].params, emails[from + i], "criteria[0][value]");
		}
		if (moodle_call_all(&turn, moodle, requests, n, find_done, &find, err) != 0) {
			(void)err_wrap(err, "could not look up accounts of site \"%s\" by e-mail", moodle_config(moodle)->name);
			goto out;
		}
	}
	*ret_matches = matches;
	rc = 0;
out:
	arena_done(&turn);
	return rc;
}

/* A deleted account keeps its id; its e-mail becomes 32 hex digits. */
static bool
is_deleted(const struct account *account)
{
	return strlen(account->email) == 32 && strspn(account->email, "0123456789abcdef") == 32;
}

struct reading {
	struct arena *turn;
	int (*fn)(const struct account *, void *, struct err *);
	void *context;
};

static int
read_done(void *context, size_t index, const struct moodle_reply *reply, struct err *err)
{
	struct reading *reading = context;
	size_t i;

	(void)index;
	if (reply->json == NULL) {
		*err = reply->err;
		return -1;
	}
	if (reply->json->kind != JSON_ARRAY)
		return err_set(err, ERR_DATA, "accounts are %s instead of an array", json_kind_name(reply->json));
	for (i = 0; i < reply->json->count; i++) {
		struct account account;

		if (read_account(reading->turn, &reply->json->items[i], &account, err) != 0)
			return -1;
		account.deleted = is_deleted(&account);
		if (reading->fn(&account, reading->context, err) != 0)
			return -1;
	}
	return 0;
}

int
account_read(struct moodle *moodle, const int64_t *ids, size_t count, int (*fn)(const struct account *, void *, struct err *),
    void *context, struct err *err)
{
	struct arena turn = ARENA_INIT;
	struct reading reading = { &turn, fn, context };
	size_t most = moodle_wave(moodle), from = 0, n, i;
	int rc = -1;

	while (from < count) {
		struct moodle_request *requests;

		arena_reset(&turn);
		requests = ARENA_ARRAY(&turn, most, struct moodle_request);
		for (n = 0; n < most && from < count; n++) {
			moodle_request_init(&requests[n], &turn, "core_user_get_users_by_field");
			params_text(&requests[n].params, "id", "field");
			for (i = 0; i < IDS_PER_REQUEST && from < count; i++)
				params_int(&requests[n].params, ids[from++], "values[%zu]", i);
		}
		if (moodle_call_all(&turn, moodle, requests, n, read_done, &reading, err) != 0) {
			(void)err_wrap(err, "could not read accounts of site \"%s\"", moodle_config(moodle)->name);
			goto out;
		}
	}
	rc = 0;
out:
	arena_done(&turn);
	return rc;
}

char *
account_username(struct arena *arena, const char *stem, unsigned ordinal)
{
	char *suffix = ordinal < 2 ? arena_strdup(arena, "") : arena_printf(arena, "-%u", ordinal);
	size_t room = USERNAME_CHARS - strlen(suffix), n = 0;
	char *name = arena_alloc(arena, USERNAME_CHARS + 1);

	while (*stem != '\0' && n < room) {
		uint32_t c;

		stem = text_next(stem, &c);
		if (c >= 'A' && c <= 'Z')
			c = c - 'A' + 'a';
		if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '@' || c == '-')
			name[n++] = (char)c;
		else
			name[n++] = '-';
	}
	memcpy(name + n, suffix, strlen(suffix) + 1);
	return name;
}

static bool
blank(const char *s)
{
	return s[strspn(s, " ")] == '\0';
}

/* Moodle strips tags from names and refuses what would change: for PHP's strip_tags() a '<' opens one unless white space follows. */
static bool
has_tag(const char *s)
{
	for (; (s = strchr(s, '<')) != NULL; s++)
		if (s[1] == '\0' || strchr(" \t\r\n\v\f", s[1]) == NULL)
			return true;
	return false;
}

static const char *
name_fault(const char *name, const char *which_blank, const char *which_long, const char *which_odd)
{
	if (!text_utf8_valid(name, strlen(name)) || text_has_control(name) || has_tag(name))
		return which_odd;
	if (blank(name))
		return which_blank;
	return text_count(name) > NAME_CHARS ? which_long : NULL;
}

const char *
account_fault(const struct account_row *row)
{
	const char *at = strrchr(row->email, '@'), *p, *fault;

	for (p = row->email; *p != '\0'; p++)
		if ((unsigned char)*p <= 0x20 || (unsigned char)*p >= 0x7f)
			return "the e-mail is not plain ASCII";
	if (at == NULL || at == row->email || strchr(at, '.') == NULL || strchr(row->email, '@') != at)
		return "the e-mail is no address";
	if (strlen(row->email) > EMAIL_CHARS)
		return "the e-mail is longer than 100 characters";
	fault = name_fault(row->firstname, "the first name is blank", "the first name is longer than 100 characters",
	    "the first name holds a tag or a control character");
	if (fault == NULL)
		fault = name_fault(row->lastname, "the last name is blank", "the last name is longer than 100 characters",
		    "the last name holds a tag or a control character");
	return fault;
}

/* Making accounts. */
struct making {
	struct arena *arena;
	struct moodle *moodle;
	struct account_row *rows;
	struct batch_row *results;
	unsigned *ordinals;
};

/* Which of these user names are taken? ${taken} has an element for each. */
struct taken {
	struct arena *turn;
	const char *const *names;
	size_t count;
	bool *taken;
};

static int
taken_done(void *context, size_t index, const struct moodle_reply *reply, struct err *err)
{
	struct taken *taken = context;
	size_t from = index * NAMES_PER_REQUEST, to = from + NAMES_PER_REQUEST, i, n;

	if (reply->json == NULL) {
		*err = reply->err;
		return -1;
	}
	if (reply->json->kind != JSON_ARRAY)
		return err_set(err, ERR_DATA, "accounts are %s instead of an array", json_kind_name(reply->json));
	for (i = 0; i < reply->json->count; i++) {
		struct account account;

		if (read_account(taken->turn, &reply->json->items[i], &account, err) != 0)
			return -1;
		for (n = from; n < to && n < taken->count; n++)
			if (strcmp(taken->names[n], account.username) == 0)
				taken->taken[n] = true;
	}
	return 0;
}

static int
find_taken(struct moodle *moodle, struct taken *taken, struct err *err)
{
	struct arena turn = ARENA_INIT;
	size_t requests = (taken->count + NAMES_PER_REQUEST - 1) / NAMES_PER_REQUEST, r, i;
	struct moodle_request *list = ARENA_ARRAY(&turn, requests, struct moodle_request);
	int rc;

	taken->turn = &turn;

	for (r = 0; r < requests; r++) {
		moodle_request_init(&list[r], &turn, "core_user_get_users_by_field");
		params_text(&list[r].params, "username", "field");
		for (i = 0; i < NAMES_PER_REQUEST && r * NAMES_PER_REQUEST + i < taken->count; i++)
			params_text(&list[r].params, taken->names[r * NAMES_PER_REQUEST + i], "values[%zu]", i);
	}
	rc = moodle_call_all(&turn, moodle, list, requests, taken_done, taken, err);
	arena_done(&turn);
	return rc == 0 ? 0 : err_wrap(err, "could not look up user names of site \"%s\"", moodle_config(moodle)->name);
}

/* Give each open row a free user name: ask for all at once, raise the ordinal of those taken, ask again. */
static int
choose_usernames(struct making *making, size_t count, struct err *err)
{
	struct arena *arena = making->arena;
	const char **names = ARENA_ARRAY(arena, count, const char *);
	size_t *rows = ARENA_ARRAY(arena, count, size_t);
	size_t open = 0, i, k, n;

	for (i = 0; i < count; i++)
		if (making->rows[i].result.outcome == OUTCOME_OPEN) {
			making->ordinals[i] = 1;
			making->rows[i].username = NULL;
			rows[open++] = i;
		}
	while (open > 0) {
		struct taken taken = { NULL, names, open, ARENA_ARRAY(arena, open, bool) };

		for (i = 0; i < open; i++) {
			const struct account_row *row = &making->rows[rows[i]];

			names[i] = account_username(arena, row->stem != NULL ? row->stem : row->email, making->ordinals[rows[i]]);
		}
		if (find_taken(making->moodle, &taken, err) != 0)
			return -1;
		for (i = n = 0; i < open; i++) {
			struct account_row *row = &making->rows[rows[i]];

			/* Two e-mails of one batch may come down to the same name. */
			for (k = 0; k < count && !taken.taken[i]; k++)
				if (making->rows[k].username != NULL && strcmp(making->rows[k].username, names[i]) == 0)
					taken.taken[i] = true;
			if (!taken.taken[i]) {
				row->username = names[i];
			} else if (++making->ordinals[rows[i]] > ORDINAL_MAX) {
				row->result =
				    (struct batch_row){ OUTCOME_REFUSED, "", "99 user names made for this account are taken" };
			} else {
				rows[n++] = rows[i];
			}
		}
		open = n;
	}
	return 0;
}

static void
make_ask(void *context, struct arena *arena, const size_t *rows, size_t count, struct moodle_request *request)
{
	struct making *making = context;
	const char *auth = moodle_config(making->moodle)->auth;
	size_t i;

	moodle_request_init(request, arena, "core_user_create_users");
	for (i = 0; i < count; i++) {
		const struct account_row *row = &making->rows[rows[i]];

		if (auth == NULL)
			params_int(&request->params, 1, "users[%zu][createpassword]", i);
		else
			params_text(&request->params, auth, "users[%zu][auth]", i);
		params_text(&request->params, row->username, "users[%zu][username]", i);
		params_text(&request->params, row->firstname, "users[%zu][firstname]", i);
		params_text(&request->params, row->lastname, "users[%zu][lastname]", i);
		params_text(&request->params, row->email, "users[%zu][email]", i);
	}
}

/* The answer names the new accounts in the order of the request. */
static int
make_took(void *context, const size_t *rows, size_t count, const struct json *answer, struct err *err)
{
	struct making *making = context;
	size_t i;

	if (answer->kind != JSON_ARRAY || answer->count != count)
		return err_set(err, ERR_DATA, "%zu accounts were to be made, the answer names %zu", count,
		    answer->kind == JSON_ARRAY ? answer->count : 0);
	for (i = 0; i < count; i++) {
		struct account_row *row = &making->rows[rows[i]];
		const char *username;

		if (json_text(&answer->items[i], "username", &username, err) != 0)
			return -1;
		if (strcmp(username, row->username) != 0)
			return err_set(err, ERR_DATA, "the answer names the new accounts in another order");
		if (json_int(&answer->items[i], "id", &row->id, err) != 0)
			return -1;
	}
	return 0;
}

/* An account that is there already is shown as it is. */
static void
take_found(struct account_row *row, const struct account *account)
{
	row->id = account->id;
	row->username = account->username;
	row->firstname = account->firstname;
	row->lastname = account->lastname;
}

static int
make_find(void *context, const size_t *rows, size_t count, struct err *err)
{
	struct making *making = context;
	const char **emails = ARENA_ARRAY(making->arena, count, const char *);
	struct account_match *matches;
	size_t i;

	for (i = 0; i < count; i++)
		emails[i] = making->rows[rows[i]].email;
	if (account_find(making->arena, making->moodle, emails, count, &matches, err) != 0)
		return -1;
	for (i = 0; i < count; i++) {
		struct account_row *row = &making->rows[rows[i]];

		if (matches[i].count == 1) {
			take_found(row, &matches[i].accounts[0]);
			row->asked = true;
			making->results[rows[i]].outcome = OUTCOME_FOUND;
		} else if (matches[i].count == 0) {
			making->results[rows[i]].outcome = OUTCOME_OPEN;
		}
	}
	return 0;
}

int
account_create(struct arena *arena, struct moodle *moodle, struct account_row *rows, size_t count, struct err *err)
{
	struct batch_row *results = ARENA_ARRAY(arena, count, struct batch_row);
	struct making making = { arena, moodle, rows, results, ARENA_ARRAY(arena, count, unsigned) };
	const char **emails = ARENA_ARRAY(arena, count, const char *);
	struct batch batch = { .count = count,
		.size = params_rows(FIELDS_PER_ROW, USERS_PER_REQUEST),
		.rows = results,
		.context = &making,
		.ask = make_ask,
		.took = make_took,
		.find = make_find };
	struct account_match *matches;
	size_t i;
	int rc;

	/* Whoever has an account by now gets no second one, whatever the mirror said. */
	for (i = 0; i < count; i++)
		emails[i] = rows[i].email;
	if (account_find(arena, moodle, emails, count, &matches, err) != 0)
		return -1;
	for (i = 0; i < count; i++) {
		const char *fault = account_fault(&rows[i]);

		if (matches[i].count == 1) {
			take_found(&rows[i], &matches[i].accounts[0]);
			rows[i].result = (struct batch_row){ OUTCOME_FOUND, NULL, NULL };
		} else if (matches[i].count > 1) {
			rows[i].result = (struct batch_row){ OUTCOME_REFUSED, "", "several accounts carry this e-mail" };
		} else if (fault != NULL) {
			rows[i].result = (struct batch_row){ OUTCOME_REFUSED, "", fault };
		} else {
			rows[i].result = (struct batch_row){ OUTCOME_OPEN, NULL, NULL };
		}
	}
	if (choose_usernames(&making, count, err) != 0)
		return -1;
	for (i = 0; i < count; i++)
		results[i] = rows[i].result;
	rc = batch_send(arena, moodle, &batch, err);
	for (i = 0; i < count; i++)
		rows[i].result = results[i];
	return rc;
}
