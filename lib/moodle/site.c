/* Start-up check of a site. A function missing from the service would fail with `accessexception` in the middle of a night, so it is
 * found here, with what it is for. */
#include "moodle/site.h"

#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "moodle/read.h"

/* In an identity, between the site's url and the moment. */
#define INSTALLED " installed "
#define UNKNOWN "?"

#define LEVEL(n) (1u << (n))
#define ANY_LEVEL (LEVEL(1) | LEVEL(2) | LEVEL(3))

static const struct {
	const char *function;
	unsigned levels; /* that read with it */
	unsigned uses;   /* of enum site_use */
	const char *purpose;
} wanted[] = {
	{ "core_course_get_courses", ANY_LEVEL, SITE_READS, "to list courses and know the site again" },
	{ "core_course_get_courses_by_field", LEVEL(2) | LEVEL(3), SITE_READS, "to know whether a course takes manual enrolments" },
	{ "core_enrol_get_enrolled_users", LEVEL(2) | LEVEL(3), SITE_READS, "to list participants with their roles" },
	{ "core_user_get_users_by_field", ANY_LEVEL, SITE_READS, "to read accounts and find free user names" },
	{ "core_user_get_users", ANY_LEVEL, SITE_READS, "to find accounts by e-mail" },
	{ "core_reportbuilder_retrieve_report", LEVEL(2), SITE_READS, "to read dates and completions from the custom report" },
	{ "core_completion_get_course_completion_status", LEVEL(3), SITE_READS, "to read completions" },
	{ "core_user_create_users", ANY_LEVEL, SITE_WRITES, "to create accounts" },
	{ "core_user_update_users", ANY_LEVEL, SITE_UPDATES, "to change what accounts say" },
	{ "enrol_manual_enrol_users", ANY_LEVEL, SITE_WRITES, "to enrol, extend and suspend" },
	{ "enrol_manual_unenrol_users", ANY_LEVEL, SITE_WRITES, "to remove enrolments" },
	{ "core_cohort_get_cohorts", LEVEL(2) | LEVEL(3), SITE_COHORTS, "to find cohorts" },
	{ "core_cohort_get_cohorts", LEVEL(1), SITE_NEW_COHORTS, "to find cohorts" },
	{ "core_cohort_get_cohort_members", ANY_LEVEL, SITE_COHORTS, "to see who is in a cohort" },
	{ "core_cohort_add_cohort_members", ANY_LEVEL, SITE_COHORTS, "to put learners into cohorts" },
	{ "core_cohort_delete_cohort_members", ANY_LEVEL, SITE_COHORTS, "to take learners out of cohorts" },
	{ "core_cohort_create_cohorts", ANY_LEVEL, SITE_NEW_COHORTS, "to make cohorts" },
};

static int
read_info(struct arena *arena, const struct json *info, struct site *site, struct err *err)
{
	const struct json *functions;
	size_t i;

	if (json_text(info, "siteurl", &site->url, err) != 0 || json_text(info, "sitename", &site->name, err) != 0 ||
	    json_text(info, "release", &site->release, err) != 0 || json_text(info, "version", &site->version, err) != 0 ||
	    json_text(info, "username", &site->username, err) != 0 || json_int(info, "userid", &site->user_id, err) != 0 ||
	    json_list(info, "functions", &functions, err) != 0)
		return -1;
	site->functions = ARENA_ARRAY(arena, functions->count, const char *);
	site->function_count = functions->count;
	for (i = 0; i < functions->count; i++)
		if (json_text(&functions->items[i], "name", &site->functions[i], err) != 0)
			return -1;
	return 0;
}

int
site_read(struct arena *arena, struct moodle *moodle, struct site *ret_site, struct err *err)
{
	const char *name = moodle_config(moodle)->name;
	struct moodle_request request;
	struct moodle_reply reply;
	struct site site;

	memset(&site, 0, sizeof(site));
	moodle_request_init(&request, arena, "core_webservice_get_site_info");
	if (moodle_call(arena, moodle, &request, &reply, err) != 0)
		return err_wrap(err, "could not ask site \"%s\" who it is", name);
	if (read_info(arena, reply.json, &site, err) != 0)
		return err_wrap(err, "cannot read what site \"%s\" says of itself", name);

	/* Course 1 is the front page, made when Moodle was installed. */
	moodle_request_init(&request, arena, "core_course_get_courses");
	params_int(&request.params, 1, "options[ids][0]");
	if (moodle_call(arena, moodle, &request, &reply, err) != 0)
		return err_wrap(err, "could not read the front page of site \"%s\"", name);
	if (reply.json->kind != JSON_ARRAY)
		return err_set(err, ERR_DATA, "cannot read the front page of site \"%s\": it is %s instead of an array", name,
		    json_kind_name(reply.json));
	/* The moment is only shown to who may update courses. */
	if (reply.json->count == 1 && !json_is_null(json_get(&reply.json->items[0], "timecreated")) &&
	    json_int(&reply.json->items[0], "timecreated", &site.created, err) != 0)
		return err_wrap(err, "cannot read the front page of site \"%s\"", name);
	site.identity =
	    arena_printf(arena, "%s%s%s", site.url, INSTALLED, site.created == 0 ? UNKNOWN : clock_iso(arena, site.created));
	*ret_site = site;
	return 0;
}

static bool
offers(const struct site *site, const char *function)
{
	size_t i;

	for (i = 0; i < site->function_count; i++)
		if (strcmp(site->functions[i], function) == 0)
			return true;
	return false;
}

int
site_check(const struct moodle *moodle, const struct site *site, unsigned uses, struct err *err)
{
	unsigned level = LEVEL(read_level(moodle_config(moodle)));
	struct buf missing;
	size_t i;

	buf_init(&missing, 4096);
	for (i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
		if ((wanted[i].levels & level) != 0 && (wanted[i].uses & uses) != 0 && !offers(site, wanted[i].function))
			buf_printf(&missing, "%s\"%s\" (%s)", missing.len == 0 ? "" : ", ", wanted[i].function, wanted[i].purpose);
	if (missing.len > 0) {
		(void)err_set(
		    err, ERR_REFUSED, "the token's service on site \"%s\" lacks %s", moodle_config(moodle)->name, missing.data);
		(void)err_hint(err, "Add the functions to the service under Site administration, Server, External services.");
	}
	buf_done(&missing);
	return err->code == ERR_NONE ? 0 : -1;
}

bool
site_same(const char *a, const char *b)
{
	const char *since_a = strstr(a, INSTALLED), *since_b = strstr(b, INSTALLED);

	if (since_a == NULL || since_b == NULL)
		return false;
	/* Without the moment, the address must do. */
	if (strcmp(since_a, INSTALLED UNKNOWN) == 0 || strcmp(since_b, INSTALLED UNKNOWN) == 0)
		return since_a - a == since_b - b && strncmp(a, b, (size_t)(since_a - a)) == 0;
	return strcmp(since_a, since_b) == 0;
}
