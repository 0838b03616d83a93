/* Profile fields of a site's accounts: fields that Moodle has, and that some source says something of. */
#include <string.h>

#include "check.h"
#include "base/text.h"

const char *const config_profile_standard[] = { "institution", "department", "phone1", "idnumber", "city", "country", "lang",
	NULL };

static bool
is_field(const char *name)
{
	size_t i;

	for (i = 0; config_profile_standard[i] != NULL; i++)
		if (text_equal(config_profile_standard[i], name))
			return true;
	return text_starts(name, CONFIG_PROFILE_CUSTOM) && name[strlen(CONFIG_PROFILE_CUSTOM)] != '\0';
}

static bool
is_kept(const struct config_tenant *tenant, const char *name)
{
	size_t i, j;

	for (i = 0; i < tenant->source_count; i++)
		for (j = 0; j < tenant->sources[i].field_count; j++)
			if (text_equal(tenant->sources[i].fields[j].name, name))
				return true;
	return false;
}

bool
config_writes_accounts(const struct config_site *site)
{
	size_t i;

	for (i = 0; i < site->field_count; i++)
		if (text_equal(site->fields[i].policy, "source"))
			return true;
	return text_equal(site->names, "source") || text_equal(site->email, "source");
}

void
check_profile(const struct config_tenant *tenant, const struct config_site *site, struct fault_list *faults)
{
	size_t i, j;

	for (i = 0; i < site->field_count; i++) {
		const struct config_profile *profile = &site->fields[i];

		if (profile->moodle != NULL && !is_field(profile->moodle))
			fault_add(faults, profile->where.file, profile->where.line,
			    "setting \"moodle\": \"%s\" is no profile field: institution, department, phone1, idnumber, city, "
			    "country, lang, "
			    "or \"profile_field_\" and the short name of one of the site's own",
			    profile->moodle);
		for (j = 0; j < i; j++)
			if (profile->moodle != NULL && text_equal(profile->moodle, site->fields[j].moodle))
				fault_add(faults, profile->where.file, profile->where.line,
				    "setting \"moodle\": \"%s\" stands there twice", profile->moodle);
		if (profile->from != NULL && !is_kept(tenant, profile->from))
			fault_add(faults, profile->where.file, profile->where.line,
			    "setting \"from\": no source keeps a field \"%s\" (setting \"fields\" of a source)", profile->from);
	}
}
