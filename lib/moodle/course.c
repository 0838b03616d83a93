/* Courses. Two functions are needed: one gives names as stored, the other the enrolment methods and, asked without
 * `moodlewssettingraw`, the short name formatted as the custom report shows it. */
#include "moodle/course.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#define FRONT_PAGE 1
#define IDS_PER_REQUEST 100

/* Undo PHP's htmlspecialchars(): the formatted name is escaped in course lists and plain in reports. */
static char *
unescape(struct arena *arena, const char *text)
{
	static const struct {
		const char *entity;
		char c;
	} entities[] = { { "&amp;", '&' }, { "&lt;", '<' }, { "&gt;", '>' }, { "&quot;", '"' }, { "&#039;", '\'' },
		{ "&#39;", '\'' } };
	char *out = arena_alloc(arena, strlen(text) + 1);
	size_t n = 0, i;

	while (*text != '\0') {
		for (i = 0; i < sizeof(entities) / sizeof(entities[0]); i++)
			if (text_starts(text, entities[i].entity))
				break;
		if (i < sizeof(entities) / sizeof(entities[0])) {
			out[n++] = entities[i].c;
			text += strlen(entities[i].entity);
		} else {
			out[n++] = *text++;
		}
	}
	out[n] = '\0';
	return out;
}

static int
by_id(const void *a, const void *b)
{
	const struct course *x = a, *y = b;

	return x->id < y->id ? -1 : x->id > y->id;
}

static struct course *
find(struct course *courses, size_t count, int64_t id)
{
	struct course key = { .id = id };

	return count == 0 ? NULL : bsearch(&key, courses, count, sizeof(*courses), by_id);
}

/* Moodle has 0 and 1 for yes and no here; a key that we may not see is left out. */
static int
flag(const struct json *object, const char *name, bool fallback, bool *ret_flag, struct err *err)
{
	int64_t value;

	if (json_is_null(json_get(object, name))) {
		*ret_flag = fallback;
		return 0;
	}
	if (json_int(object, name, &value, err) != 0)
		return -1;
	*ret_flag = value != 0;
	return 0;
}

static int
read_course(const struct json *object, struct course *course, struct err *err)
{
	memset(course, 0, sizeof(*course));
	if (json_int(object, "id", &course->id, err) != 0 || json_text(object, "shortname", &course->shortname, err) != 0 ||
	    json_text(object, "fullname", &course->fullname, err) != 0 ||
	    json_text_or_null(object, "idnumber", &course->idnumber, err) != 0 ||
	    flag(object, "visible", /* fallback= */ true, &course->visible, err) != 0 ||
	    /* Unknown counts as on: asking for completions then costs a call, not asking would lose them. */
	    flag(object, "enablecompletion", /* fallback= */ true, &course->completion, err) != 0)
		return -1;
	course->idnumber_hidden = course->idnumber == NULL;
	if (course->idnumber == NULL)
		course->idnumber = "";
	return 0;
}

/* Answers of core_course_get_courses_by_field, in any order. */
struct details {
	struct arena *arena;
	struct course *courses;
	size_t count;
	size_t met;
	const int64_t *gone; /* ids that the list no longer has, asked in the requests after the first `listed` */
	size_t listed;
	const char *site;
};

static int
details_done(void *context, size_t index, const struct moodle_reply *reply, struct err *err)
{
	struct details *details = context;
	const struct json *courses, *names;
	size_t i, m;

	if (reply->json == NULL) {
		*err = reply->err;
		return -1;
	}
	if (json_list(reply->json, "courses", &courses, err) != 0)
		return -1;
	for (i = 0; i < courses->count; i++) {
		const struct json *object = &courses->items[i];
		struct course *course;
		const char *shown;
		int64_t id;

		if (json_int(object, "id", &id, err) != 0)
			return -1;
		if (index >= details->listed)
			return err_set(err, ERR_INCOMPLETE, "site \"%s\" left course %" PRId64 " out of its list of courses",
			    details->site, id);
		course = find(details->courses, details->count, id);
		if (course == NULL || course->shown != NULL)
			return err_set(err, ERR_DATA, "site \"%s\" gave details of course %" PRId64 ", which was not asked for",
			    details->site, id);
		if (json_text(object, "shortname", &shown, err) != 0 || json_list(object, "enrollmentmethods", &names, err) != 0)
			return -1;
		course->shown = unescape(details->arena, shown);
		for (m = 0; m < names->count; m++)
			if (names->items[m].kind == JSON_STRING && strcmp(names->items[m].text, "manual") == 0)
				course->manual = true;
		details->met++;
	}
	return 0;
}

/* A request for the details of some ids. */
static void
ask_ids(struct moodle_request *request, struct arena *arena, const int64_t *ids, size_t count)
{
	char *value = arena_strdup(arena, "");
	size_t i;

	for (i = 0; i < count; i++)
		value = arena_printf(arena, "%s%s%" PRId64, value, i == 0 ? "" : ",", ids[i]);
	moodle_request_init(request, arena, "core_course_get_courses_by_field");
	params_text(&request->params, "ids", "field");
	params_text(&request->params, value, "value");
}

int
course_list(struct arena *arena, struct moodle *moodle, const int64_t *known, size_t known_count, struct course **ret_courses,
    size_t *ret_count, struct err *err)
{
	struct arena turn = ARENA_INIT;
	struct details details = { .arena = arena, .site = moodle_config(moodle)->name };
	struct moodle_request request, *requests;
	struct moodle_reply reply;
	struct course *courses;
	int64_t *ids, *gone;
	size_t count = 0, gone_count = 0, request_count = 0, i;
	int rc = -1;

	moodle_request_init(&request, &turn, "core_course_get_courses");
	request.settings = MOODLE_RAW;
	if (moodle_call(arena, moodle, &request, &reply, err) != 0)
		goto out;
	if (reply.json->kind != JSON_ARRAY) {
		(void)err_set(err, ERR_DATA, "list of courses is %s instead of an array", json_kind_name(reply.json));
		goto out;
	}
	courses = ARENA_ARRAY(arena, reply.json->count, struct course);
	for (i = 0; i < reply.json->count; i++) {
		if (read_course(&reply.json->items[i], &courses[count], err) != 0)
			goto out;
		if (courses[count].id != FRONT_PAGE)
			count++;
	}
	qsort(courses, count, sizeof(*courses), by_id);
	for (i = 1; i < count; i++)
		if (courses[i].id == courses[i - 1].id) {
			(void)err_set(err, ERR_DATA, "course %" PRId64 " is listed twice", courses[i].id);
			goto out;
		}

	ids = ARENA_ARRAY(&turn, count, int64_t);
	gone = ARENA_ARRAY(&turn, known_count, int64_t);
	for (i = 0; i < count; i++)
		ids[i] = courses[i].id;
	for (i = 0; i < known_count; i++)
		if (find(courses, count, known[i]) == NULL)
			gone[gone_count++] = known[i];
	requests = ARENA_ARRAY(&turn, count / IDS_PER_REQUEST + gone_count / IDS_PER_REQUEST + 2, struct moodle_request);
	for (i = 0; i < count; i += IDS_PER_REQUEST)
		ask_ids(&requests[request_count++], &turn, ids + i, count - i < IDS_PER_REQUEST ? count - i : IDS_PER_REQUEST);
	details.courses = courses;
	details.count = count;
	details.listed = request_count;
	for (i = 0; i < gone_count; i += IDS_PER_REQUEST)
		ask_ids(&requests[request_count++], &turn, gone + i,
		    gone_count - i < IDS_PER_REQUEST ? gone_count - i : IDS_PER_REQUEST);
	if (request_count > 0 && moodle_call_all(&turn, moodle, requests, request_count, details_done, &details, err) != 0)
		goto out;
	if (details.met != count) {
		(void)err_set(
		    err, ERR_INCOMPLETE, "site \"%s\" gave details of %zu of %zu courses", details.site, details.met, count);
		goto out;
	}
	*ret_courses = courses;
	*ret_count = count;
	rc = 0;
out:
	arena_done(&turn);
	return rc != 0 ? err_wrap(err, "could not list the courses of site \"%s\"", moodle_config(moodle)->name) : 0;
}

const char *
course_reference(struct arena *arena, const char *text)
{
	if (text_starts(text, "idnumber:") || text_starts(text, "id:") || text_starts(text, "shortname:"))
		return text;
	return arena_printf(arena, "shortname:%s", text);
}

int
course_find_idnumber(struct arena *arena, struct moodle *moodle, const char *idnumber, int64_t *ret_id, struct err *err)
{
	struct moodle_request request;
	struct moodle_reply reply;
	const struct json *courses;
	int64_t id;

	moodle_request_init(&request, arena, "core_course_get_courses_by_field");
	params_text(&request.params, "idnumber", "field");
	params_text(&request.params, idnumber, "value");
	if (moodle_call(arena, moodle, &request, &reply, err) != 0)
		return err_wrap(err, "could not look for the course with ID number \"%s\"", idnumber);
	if (json_list(reply.json, "courses", &courses, err) != 0)
		return err_wrap(err, "could not look for the course with ID number \"%s\"", idnumber);
	if (courses->count > 1)
		return err_set(err, ERR_DATA, "%zu courses have the ID number \"%s\"", courses->count, idnumber);
	if (courses->count == 1) {
		if (json_int(&courses->items[0], "id", &id, err) != 0)
			return err_wrap(err, "could not look for the course with ID number \"%s\"", idnumber);
		*ret_id = id;
	} else {
		*ret_id = 0;
	}
	return 0;
}
