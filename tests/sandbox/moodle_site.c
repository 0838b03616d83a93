/* core_webservice_get_site_info. */
#include "moodle.h"

#include "sandbox-sql.h"
#include "state.h"

static const struct param short_name[] = { { .type = PARAM_ALPHANUMEXT } };
static const struct param params[] = {
	{ .name = "serviceshortnames", .type = PARAM_LIST, .need = PARAM_OPTIONAL, .members = short_name, .count = 1 },
};

static void
write_features(struct reply *reply)
{
	static const struct {
		const char *name;
		int value;
	} features[] = { { "usecomments", 1 }, { "usetags", 1 }, { "enablenotes", 1 }, { "messaging", 1 }, { "enableblogs", 1 },
		{ "enablecompletion", 1 }, { "enablebadges", 1 }, { "messagingallusers", 0 }, { "enablecustomreports", 1 },
		{ "enableglobalsearch", 0 }, { "mnet_dispatcher_mode", 0 }, { "enablecompetencies", 1 } };
	size_t i;

	reply_list(reply, "advancedfeatures");
	for (i = 0; i < sizeof(features) / sizeof(features[0]); i++) {
		reply_object(reply, NULL);
		reply_text(reply, "name", features[i].name);
		reply_int(reply, "value", features[i].value);
		reply_end_object(reply);
	}
	reply_end_list(reply);
}

static int
get_site_info(struct moodle_call *call, struct err *err)
{
	struct reply *reply = call->reply;
	struct pg_rows *site = NULL, *functions = NULL;
	struct switches switches;
	const char *version;
	int rc = -1;
	size_t i;

	if (pg_run(call->pg, sql_site, PG_ARGS(pg_number(call->arena, call->user_id)), &site, err) != 0)
		goto out;
	if (pg_run(call->pg, sql_site_functions, PG_ARGS(pg_number(call->arena, call->user_id)), &functions, err) != 0)
		goto out;
	/* With newer code than database, the functions still carry the version that the database knows. */
	state_switches(&switches);
	version = switches.upgrade_pending ? "2024100705.00" : pg_text(site, 0, 1);
	reply_object(reply, NULL);
	reply_text(reply, "sitename", pg_text(site, 0, 0));
	reply_text(reply, "username", call->user_name);
	reply_text(reply, "firstname", pg_text(site, 0, 3));
	reply_text(reply, "lastname", pg_text(site, 0, 4));
	reply_text(reply, "fullname", arena_printf(call->arena, "%s %s", pg_text(site, 0, 3), pg_text(site, 0, 4)));
	reply_text(reply, "lang", "en");
	reply_int(reply, "userid", call->user_id);
	reply_text(reply, "siteurl", call->base_url);
	reply_text(reply, "userpictureurl", moodle_url(call, "/theme/image.php/boost/core/1/u/f1"));
	reply_list(reply, "functions");
	for (i = 0; i < pg_count(functions); i++) {
		reply_object(reply, NULL);
		reply_text(reply, "name", pg_text(functions, i, 0));
		reply_text(reply, "version", version);
		reply_end_object(reply);
	}
	reply_end_list(reply);
	reply_int(reply, "downloadfiles", 1);
	reply_int(reply, "uploadfiles", 1);
	reply_text(reply, "release", pg_text(site, 0, 2));
	reply_text(reply, "version", version);
	reply_text(reply, "mobilecssurl", "");
	write_features(reply);
	reply_bool(reply, "usercanmanageownfiles", true);
	reply_int(reply, "userquota", 104857600);
	reply_int(reply, "usermaxuploadfilesize", 67108864);
	reply_int(reply, "userhomepage", 1);
	reply_absent(reply, "userhomepageurl");
	reply_text(reply, "userprivateaccesskey", "REDACTED");
	reply_int(reply, "siteid", 1);
	reply_text(reply, "sitecalendartype", "gregorian");
	reply_text(reply, "usercalendartype", "gregorian");
	reply_bool(reply, "userissiteadmin", false);
	reply_text(reply, "theme", "boost");
	reply_int(reply, "limitconcurrentlogins", 0);
	reply_absent(reply, "usersessionscount");
	reply_int(reply, "policyagreed", 0);
	reply_end_object(reply);
	rc = 0;
out:
	pg_free(functions);
	pg_free(site);
	return rc;
}

const struct moodle_function moodle_site_functions[] = {
	{ "core_webservice_get_site_info", params, PARAM_COUNT(params), false, get_site_info }, { NULL, NULL, 0, false, NULL }
};
