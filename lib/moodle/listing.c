/* Reads core_enrol_get_enrolled_users for many courses at once. Each course has a cursor; a wave takes the next page of as many
 * courses as keep the connections busy, and its memory is given back before the next. */
#include "moodle/listing.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "moodle/account.h"

#define FUNCTION "core_enrol_get_enrolled_users"
#define PAGE_ROWS 500

struct cursor {
	int64_t course;
	int64_t rows; /* received so far: where the next page begins */
	int64_t last_id;
	bool ended;
};

struct wave {
	struct moodle *moodle;
	struct arena *arena;
	struct listing *listing;
	struct cursor **cursors; /* of the wave's requests */
	int (*fn)(int64_t, const struct listing_user *, void *, struct err *);
	void *context;
};

static int
by_text(const void *a, const void *b)
{
	const char *const *x = a, *const *y = b;

	return strcmp(*x, *y);
}

static int
read_roles(struct wave *wave, const struct json *object, const char **ret_roles, struct err *err)
{
	const struct json *roles;
	const char **names;
	char *joined = arena_strdup(wave->arena, "");
	size_t i, k;

	if (json_list_or_null(object, "roles", &roles, err) != 0)
		return -1;
	if (roles == NULL || roles->count == 0) {
		*ret_roles = joined;
		return 0;
	}
	names = ARENA_ARRAY(wave->arena, roles->count, const char *);
	for (i = 0; i < roles->count; i++) {
		if (json_text(&roles->items[i], "shortname", &names[i], err) != 0)
			return -1;
		if (wave->listing->role != NULL && strcmp(names[i], wave->listing->role) == 0 &&
		    json_int(&roles->items[i], "roleid", &wave->listing->role_id, err) != 0)
			return -1;
		for (k = 0; k < wave->listing->more_count; k++)
			if (strcmp(names[i], wave->listing->more_roles[k]) == 0 &&
			    json_int(&roles->items[i], "roleid", &wave->listing->more_ids[k], err) != 0)
				return -1;
	}
	qsort(names, roles->count, sizeof(*names), by_text);
	for (i = 0; i < roles->count; i++)
		if (i == 0 || strcmp(names[i], names[i - 1]) != 0)
			joined = arena_printf(wave->arena, "%s%s%s", joined, i == 0 ? "" : ",", names[i]);
	*ret_roles = joined;
	return 0;
}

/* A key that is missing was hidden from us: an account without e-mail has an empty one. */
static int
shown(const struct json *object, const char *key, const char *capability, int64_t user, const char **ret_text, struct err *err)
{
	if (json_text_or_null(object, key, ret_text, err) != 0)
		return -1;
	if (*ret_text == NULL) {
		(void)err_set(err, ERR_REFUSED, "the site does not show us the %s of user %" PRId64, key, user);
		return err_hint(err, "The account of the token needs %s in the system context.", capability);
	}
	return 0;
}

static int
read_user(struct wave *wave, const struct json *object, struct listing_user *user, struct err *err)
{
	const struct {
		const char *name;
		const char **text;
	} others[] = { { "idnumber", &user->idnumber }, { "phone1", &user->phone1 }, { "phone2", &user->phone2 },
		{ "institution", &user->institution }, { "department", &user->department }, { "city", &user->city },
		{ "country", &user->country } };
	size_t i;

	memset(user, 0, sizeof(*user));
	if (json_int(object, "id", &user->id, err) != 0)
		return -1;
	if (wave->listing->fields == LISTING_IDS)
		return 0;
	if (wave->listing->fields == LISTING_SEEN)
		return json_is_null(json_get(object, "lastcourseaccess"))
			   ? 0
			   : json_int(object, "lastcourseaccess", &user->last_access, err);
	if (wave->listing->fields == LISTING_ROLES)
		return read_roles(wave, object, &user->roles, err);
	if (shown(object, "username", "moodle/user:viewalldetails", user->id, &user->username, err) != 0 ||
	    shown(object, "email", "moodle/course:useremail", user->id, &user->email, err) != 0 ||
	    json_text_or_null(object, "firstname", &user->firstname, err) != 0 ||
	    json_text_or_null(object, "lastname", &user->lastname, err) != 0 || read_roles(wave, object, &user->roles, err) != 0)
		return -1;
	if (user->firstname == NULL)
		user->firstname = "";
	if (user->lastname == NULL)
		user->lastname = "";
	for (i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		if (json_text_or_null(object, others[i].name, others[i].text, err) != 0)
			return -1;
		if (*others[i].text == NULL)
			*others[i].text = "";
	}
	return wave->listing->fields == LISTING_FIELDS ? account_fields(wave->arena, object, &user->custom, err) : 0;
}

static int
page_done(void *context, size_t index, const struct moodle_reply *reply, struct err *err)
{
	struct wave *wave = context;
	struct cursor *cursor = wave->cursors[index];
	const char *site = moodle_config(wave->moodle)->name;
	size_t i;

	if (reply->json == NULL) {
		*err = reply->err;
		return err_wrap(err, "could not list the participants of course %" PRId64 " of site \"%s\"", cursor->course, site);
	}
	if (reply->json->kind != JSON_ARRAY)
		return err_set(err, ERR_DATA, "participants of course %" PRId64 " of site \"%s\" are %s instead of an array",
		    cursor->course, site, json_kind_name(reply->json));
	if (reply->json->count == 0)
		cursor->ended = true;
	for (i = 0; i < reply->json->count; i++) {
		struct listing_user user;

		if (read_user(wave, &reply->json->items[i], &user, err) != 0)
			return err_wrap(
			    err, "cannot read the participants of course %" PRId64 " of site \"%s\"", cursor->course, site);
		/* Ordered by id: anything else means that rows were lost, repeated or shuffled between pages. */
		if (cursor->rows > 0 && (wave->listing->descending ? user.id >= cursor->last_id : user.id <= cursor->last_id))
			return err_set(err, ERR_INCOMPLETE,
			    "participants of course %" PRId64 " of site \"%s\" are out of order: user %" PRId64
			    " came after %" PRId64,
			    cursor->course, site, user.id, cursor->last_id);
		cursor->last_id = user.id;
		cursor->rows++;
		if (wave->fn(cursor->course, &user, wave->context, err) != 0)
			return -1;
	}
	return 0;
}

static void
option(struct moodle_request *request, size_t *n, const char *name, const char *value)
{
	params_text(&request->params, name, "options[%zu][name]", *n);
	params_text(&request->params, value, "options[%zu][value]", *n);
	(*n)++;
}

static void
ask_page(struct moodle_request *request, struct arena *arena, const struct listing *listing, const struct cursor *cursor)
{
	static const char *const fields[] = { [LISTING_IDS] = "id",
		[LISTING_SEEN] = "id,lastcourseaccess",
		[LISTING_ROLES] = "id,roles",
		[LISTING_ACCOUNTS] =
		    "id,username,email,firstname,lastname,idnumber,phone1,phone2,institution,department,city,country,roles",
		[LISTING_FIELDS] = "id,username,email,firstname,lastname,idnumber,phone1,phone2,institution,department,city,"
				   "country,customfields,roles" };
	size_t n = 0;

	moodle_request_init(request, arena, FUNCTION);
	params_int(&request->params, cursor->course, "courseid");
	option(request, &n, "userfields", fields[listing->fields]);
	if (listing->who != LISTING_ALL)
		option(request, &n, listing->who == LISTING_ACTIVE ? "onlyactive" : "onlysuspended", "1");
	if (listing->descending) {
		option(request, &n, "sortby", "id");
		option(request, &n, "sortdirection", "DESC");
	}
	option(request, &n, "limitfrom", arena_printf(arena, "%" PRId64, cursor->rows));
	option(request, &n, "limitnumber",
	    arena_printf(arena, "%zu", listing->page_rows == 0 ? (size_t)PAGE_ROWS : listing->page_rows));
}

int
listing_each(struct moodle *moodle, struct listing *listing, int (*fn)(int64_t, const struct listing_user *, void *, struct err *),
    void *context, struct err *err)
{
	struct arena whole = ARENA_INIT, turn = ARENA_INIT;
	size_t most = moodle_wave(moodle), first = 0, count, i;
	struct cursor *cursors = ARENA_ARRAY(&whole, listing->count, struct cursor);
	struct wave wave = { moodle, &turn, listing, ARENA_ARRAY(&whole, most, struct cursor *), fn, context };
	int rc = -1;

	listing->role_id = 0;
	for (i = 0; i < listing->count; i++)
		cursors[i].course = listing->courses[i];
	for (;;) {
		struct moodle_request *requests;

		arena_reset(&turn);
		while (first < listing->count && cursors[first].ended)
			first++;
		requests = ARENA_ARRAY(&turn, most, struct moodle_request);
		for (i = first, count = 0; i < listing->count && count < most; i++) {
			if (cursors[i].ended)
				continue;
			ask_page(&requests[count], &turn, listing, &cursors[i]);
			wave.cursors[count++] = &cursors[i];
		}
		if (count == 0)
			break;
		if (moodle_call_all(&turn, moodle, requests, count, page_done, &wave, err) != 0)
			goto out;
	}
	rc = 0;
out:
	arena_done(&turn);
	arena_done(&whole);
	return rc;
}
