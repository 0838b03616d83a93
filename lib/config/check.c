/* What must fit between settings. A setting that was refused by itself is NULL or 0 here and is not held against another. */
#include "check.h"

#include <string.h>

#include "base/text.h"

static void
fault_at(struct fault_list *faults, const struct config_where *where, const char *text)
{
	fault_add(faults, where->file, where->line, "%s", text);
}

/* A password without a database that takes one, and the like. */
static void
check_passwords(const char *database, const char *password, const struct config_where *where, struct fault_list *faults)
{
	if (password != NULL && (database == NULL || strcmp(database, "embedded") == 0))
		fault_at(faults, where, "setting \"database_password\" needs a conninfo in \"database\"");
}

static void
check_courses(const struct config_where *where, const char *setting, const struct config_list *courses, struct fault_list *faults)
{
	const char *file = where->file;
	unsigned line = where->line;
	size_t i, j;

	for (i = 0; i < courses->count; i++) {
		if (text_equal(courses->items[i], "id:") || text_equal(courses->items[i], "idnumber:"))
			fault_add(faults, file, line, "setting \"%s\": nothing stands behind the colon", setting);
		if (text_starts(courses->items[i], "id:") &&
		    strspn(courses->items[i] + 3, "0123456789") != strlen(courses->items[i] + 3))
			fault_add(faults, file, line, "setting \"%s\": \"%s\" must end in a number", setting, courses->items[i]);
		for (j = 0; j < i; j++)
			if (strcmp(courses->items[i], courses->items[j]) == 0)
				fault_add(
				    faults, file, line, "setting \"%s\": \"%s\" stands there twice", setting, courses->items[i]);
	}
}

#define ID_NUMBER_LETTERS 100 /* Moodle's column has no more */

static void
check_id_number(const struct config_where *where, const char *setting, const char *text, struct fault_list *faults)
{
	if (text_count(text) > ID_NUMBER_LETTERS)
		fault_add(faults, where->file, where->line, "setting \"%s\": \"%s\" is longer than an ID number can be, %d letters",
		    setting, text, ID_NUMBER_LETTERS);
}

static void
check_site(const struct config_site *site, struct fault_list *faults)
{
	struct config_list welcome = { (const char *[]){ site->welcome }, site->welcome != NULL };
	size_t i;

	check_courses(&site->where, "welcome", &welcome, faults);
	if (site->cohort != NULL)
		check_id_number(&site->where, "cohort", site->cohort, faults);
	check_http(site->url, site->allow_http, &site->where, faults);
	check_passwords(site->database, site->database_password, &site->where, faults);
	for (i = 0; i < site->roles.count; i++)
		if (site->roles.values[i][0] == '\0' ||
		    strspn(site->roles.values[i], "0123456789") != strlen(site->roles.values[i]) ||
		    strlen(site->roles.values[i]) > 9)
			fault_add(faults, site->where.file, site->where.line, "setting \"roles\": \"%s\" is no id of role \"%s\"",
			    site->roles.values[i], site->roles.names[i]);
	if (text_equal(site->database, "embedded"))
		fault_at(
		    faults, &site->where, "setting \"database\" of a site must be a conninfo: \"embedded\" is our own database");
}

static const struct config_source *
source_of(const struct config_tenant *tenant, const char *name)
{
	size_t i;

	for (i = 0; i < tenant->source_count; i++)
		if (text_equal(tenant->sources[i].name, name))
			return &tenant->sources[i];
	return NULL;
}

/* An invoice settles sales, a payment also invoices. What neither sells nor settles has the same rank as a payment, and settles nothing. */
static int
rank_of(const struct config_source *source)
{
	return text_equal(source->role, "sale") ? 0 : text_equal(source->role, "invoice") ? 1 : 2;
}

static void
check_settles(const struct config_tenant *tenant, const struct config_source *source, struct fault_list *faults)
{
	const struct config_source *other;
	size_t i;

	for (i = 0; i < source->settles.count; i++) {
		other = source_of(tenant, source->settles.items[i]);
		if (other == NULL)
			fault_add(faults, source->where.file, source->where.line,
			    "setting \"settles\": the tenant has no source \"%s\"", source->settles.items[i]);
		else if (!check_can_settle(source) || rank_of(other) >= rank_of(source))
			fault_add(faults, source->where.file, source->where.line,
			    "setting \"settles\": a source of role \"%s\" does not settle \"%s\", one of role \"%s\"", source->role,
			    other->name, other->role);
	}
}

bool
config_settles(const struct config_source *source, const struct config_source *other)
{
	size_t i;

	for (i = 0; i < source->settles.count; i++)
		if (text_equal(source->settles.items[i], other->name))
			return true;
	return source->settles.count == 0 && check_can_settle(source) && rank_of(source) > rank_of(other);
}

static void
check_link(const struct config_tenant *tenant, const struct config_link *link, struct fault_list *faults)
{
	const struct config_source *from = link->from != NULL ? source_of(tenant, link->from) : NULL;
	const struct config_source *to = link->to != NULL ? source_of(tenant, link->to) : NULL;

	if (link->from != NULL && from == NULL)
		fault_add(
		    faults, link->where.file, link->where.line, "setting \"from\": the tenant has no source \"%s\"", link->from);
	if (link->to != NULL && to == NULL)
		fault_add(faults, link->where.file, link->where.line, "setting \"to\": the tenant has no source \"%s\"", link->to);
	if (from != NULL && to != NULL && !config_settles(from, to) && !config_settles(to, from))
		fault_add(faults, link->where.file, link->where.line,
		    "this link ties nothing: neither of \"%s\" and \"%s\" settles the other (settings \"role\" and \"settles\")",
		    from->name, to->name);
}

static const struct config_site *
site_of(const struct config_tenant *tenant, const char *name)
{
	size_t i;

	for (i = 0; i < tenant->site_count; i++)
		if (text_equal(tenant->sites[i].name, name))
			return &tenant->sites[i];
	return NULL;
}

static void
check_cohorts(const struct config_product *product, struct fault_list *faults)
{
	const struct config_list *cohorts = &product->cohorts;
	size_t i, j;

	for (i = 0; i < cohorts->count; i++) {
		check_id_number(&product->where, "cohorts", cohorts->items[i], faults);
		for (j = 0; j < i; j++)
			if (text_equal(cohorts->items[i], cohorts->items[j]))
				fault_add(faults, product->where.file, product->where.line,
				    "setting \"cohorts\": \"%s\" stands there twice", cohorts->items[i]);
	}
	if (product->exclude && cohorts->count > 0)
		fault_at(faults, &product->where, "a product rule with \"exclude\" gives no access that a cohort could follow");
}

/* What must be so before a sale gives access: a course cannot wait for itself, and what is to be filled in must be something that is read. */
static void
check_gate(const struct config_tenant *tenant, const struct config_product *product, struct fault_list *faults)
{
	static const char *const known[] = { "phone1", "phone2", "idnumber", "institution", "department", "city", "country" };
	const char *file = product->where.file, *field = product->require_field, *own = "profile_field_";
	unsigned line = product->where.line;
	const struct config_site *site = product->site != NULL ? site_of(tenant, product->site) : NULL;
	bool found = false;
	size_t i, j;

	check_courses(&product->where, "requires", &product->requires, faults);
	for (i = 0; i < product->requires.count; i++)
		for (j = 0; j < product->courses.count; j++)
			if (text_equal(product->requires.items[i], product->courses.items[j]))
				fault_add(faults, file, line, "setting \"requires\": course \"%s\" would wait for itself",
				    product->requires.items[i]);
	if (product->starts != NULL && product->until != NULL && strcmp(product->starts, product->until) > 0)
		fault_at(faults, &product->where, "setting \"starts\": access would end (\"until\") before it begins");
	if (field == NULL)
		return;
	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		found = found || text_equal(field, known[i]);
	if (!found && !text_starts(field, own)) {
		fault_add(faults, file, line,
		    "setting \"require_field\": \"%s\" is none of phone1, phone2, idnumber, institution, department, city, "
		    "country, and does not "
		    "begin with "
		    "\"%s\"",
		    field, own);
		return;
	}
	for (i = 0; !found && site != NULL && i < site->profile_fields.count; i++)
		found = text_equal(site->profile_fields.items[i], field + strlen(own));
	if (!found && site != NULL)
		fault_add(faults, file, line,
		    "setting \"require_field\": site \"%s\" does not read the profile field \"%s\" (setting \"profile_fields\")",
		    site->name, field + strlen(own));
}

/* What a rule asks for must be kept, or it is never so. */
static void
check_when(const struct config_tenant *tenant, const struct config_product *product, struct fault_list *faults)
{
	const struct config_source *source = product->source != NULL ? source_of(tenant, product->source) : NULL;
	size_t i, j;

	for (i = 0; source != NULL && i < product->when.count; i++) {
		for (j = 0; j < source->field_count && !text_equal(source->fields[j].name, product->when.names[i]); j++)
			;
		if (j == source->field_count)
			fault_add(faults, product->where.file, product->where.line,
			    "setting \"when\": source \"%s\" keeps no field \"%s\" (setting \"fields\")", source->name,
			    product->when.names[i]);
	}
}

static void
check_product(const struct config_tenant *tenant, const struct config_product *product, struct fault_list *faults)
{
	const char *file = product->where.file;
	unsigned line = product->where.line;

	if (product->source != NULL && source_of(tenant, product->source) == NULL)
		fault_add(faults, file, line, "setting \"source\": the tenant has no source \"%s\"", product->source);
	else if (product->source != NULL && text_equal(source_of(tenant, product->source)->kind, "bank"))
		fault_add(faults, file, line, "setting \"source\": \"%s\" is a bank account, which sells nothing", product->source);
	else if (product->source != NULL && text_equal(source_of(tenant, product->source)->kind, "rates"))
		fault_add(
		    faults, file, line, "setting \"source\": \"%s\" tells exchange rates, and sells nothing", product->source);
	if (product->site != NULL && site_of(tenant, product->site) == NULL)
		fault_add(faults, file, line, "setting \"site\": the tenant has no site \"%s\"", product->site);
	check_when(tenant, product, faults);
	check_cohorts(product, faults);
	if (product->term != NULL && product->until != NULL)
		fault_at(faults, &product->where, "a product rule ends by \"term\" or by \"until\", not by both");
	if (product->price == NULL && !text_equal(product->price_tolerance, "0"))
		fault_at(faults, &product->where, "setting \"price_tolerance\": there is no \"price\" that it could be of");
	if (product->exclude &&
	    (product->requires.count > 0 || product->require_field != NULL || product->capacity > 0 || product->starts != NULL))
		fault_at(faults, &product->where, "a product rule with \"exclude\" gives no access that could wait for anything");
	if (product->exclude) {
		if (product->site != NULL || product->courses.count > 0)
			fault_at(faults, &product->where,
			    "a product rule with \"exclude\" gives no access: it takes neither \"site\" nor \"courses\"");
		return;
	}
	if (product->site == NULL)
		fault_at(faults, &product->where, "setting \"site\" of a product rule is missing");
	if (product->courses.count == 0)
		fault_at(faults, &product->where, "setting \"courses\" of a product rule is missing");
	check_courses(&product->where, "courses", &product->courses, faults);
	check_gate(tenant, product, faults);
}

/* Can no text be one and the other: what stands before the first * of them already differs. Cases do not count. */
static bool
are_apart(const char *a, const char *b)
{
	size_t i;

	for (i = 0; a[i] != '*' && b[i] != '*'; i++) {
		char x = a[i] >= 'A' && a[i] <= 'Z' ? (char)(a[i] | 0x20) : a[i];
		char y = b[i] >= 'A' && b[i] <= 'Z' ? (char)(b[i] | 0x20) : b[i];

		/* Letters beyond ASCII may be the same in another case. */
		if (x != y && !((unsigned char)x >= 0x80 && (unsigned char)y >= 0x80))
			return true;
		if (x == '\0' || (unsigned char)x >= 0x80)
			return false;
	}
	return false;
}

/* May a sale be as both want it, so that neither is more specific: as many conditions, none of which rules the other out. */
static bool
are_tied(const struct config_pairs *a, const struct config_pairs *b)
{
	size_t i, j;

	if (a->count != b->count)
		return false;
	for (i = 0; i < a->count; i++)
		for (j = 0; j < b->count; j++)
			if (text_equal(a->names[i], b->names[j]) && are_apart(a->values[i], b->values[j]))
				return false;
	return true;
}

/* Of two rules with the same key and pattern the one that asks for more fields is more specific. */
static void
check_ties(const struct config_tenant *tenant, struct fault_list *faults)
{
	const struct config_product *a, *b;
	size_t i, j;

	for (i = 0; i < tenant->product_count; i++)
		for (j = 0; j < i; j++) {
			a = &tenant->products[j];
			b = &tenant->products[i];
			if (a->source == NULL || a->match == NULL || !text_equal(a->source, b->source) ||
			    !text_equal(a->match, b->match) || !are_tied(&a->when, &b->when))
				continue;
			fault_add(faults, b->where.file, b->where.line,
			    "this product rule ties with the one at %s:%u: both match \"%s\" of source \"%s\"", a->where.file,
			    a->where.line, b->match, b->source);
			break;
		}
}

/* Is ${name} the name of something before it? ${kind} says of what. */
static void
check_twice(const char *kind, const char *name, const char *before, const struct config_where *where, struct fault_list *faults)
{
	if (name != NULL && text_equal(name, before))
		fault_add(faults, where->file, where->line, "there are two %s named \"%s\"", kind, name);
}

/* Of the 64 characters of a local part 26 are for the mark of a mail (include/outbox/return_path.h). */
#define BOUNCE_LOCAL_MOST 38

const char *const config_mail_optional[] = { "welcome", "expiry-soon", "suspended", "restored", "access-held",
	"certificate-waiting", "certificate-expiring", NULL };

/* A whole number from 1 to 365. */
static bool
is_days(const char *text)
{
	size_t len = strspn(text, "0123456789");

	return text[len] == '\0' && len >= 1 && len <= 3 && text[0] != '0' && (len < 3 || strcmp(text, "365") <= 0);
}

static void
check_days(const char *setting, const struct config_list *days, const struct config_where *where, struct fault_list *faults)
{
	size_t i;

	for (i = 0; i < days->count; i++)
		if (!is_days(days->items[i]))
			fault_add(faults, where->file, where->line,
			    "setting \"%s\" of \"mail\": \"%s\" is not a number of days from 1 to 365", setting, days->items[i]);
}

static void
check_mail(const struct config_tenant *tenant, struct fault_list *faults)
{
	const struct config_mail *mail = &tenant->mail;
	const struct config_where *where = &tenant->where;
	const char *const *name;
	size_t i;

	for (i = 0; i < mail->without.count; i++) {
		for (name = config_mail_optional; *name != NULL; name++)
			if (strcmp(*name, mail->without.items[i]) == 0)
				break;
		if (*name == NULL)
			fault_add(faults, where->file, where->line,
			    "setting \"without\" of \"mail\": \"%s\" is not one of welcome, expiry-soon, suspended, restored, "
			    "access-held, certificate-waiting and certificate-expiring",
			    mail->without.items[i]);
	}
	check_days("expiry_days", &mail->expiry_days, where, faults);
	check_days("certificate_days", &mail->certificate_days, where, faults);
	if (mail->bounce != NULL && strchr(mail->bounce, '<') != NULL)
		fault_add(faults, where->file, where->line,
		    "setting \"bounce\" of \"mail\": \"%s\" must be an address without a name", mail->bounce);
	else if (mail->bounce != NULL && strcspn(mail->bounce, "@") > BOUNCE_LOCAL_MOST)
		fault_add(faults, where->file, where->line,
		    "setting \"bounce\" of \"mail\": \"%s\" has more than %d characters before the @, where a mail's mark has to "
		    "fit in too",
		    mail->bounce, BOUNCE_LOCAL_MOST);
	if ((mail->user == NULL) != (mail->password == NULL))
		fault_add(faults, tenant->where.file, tenant->where.line, "setting \"%s\" of \"mail\" needs \"%s\" too",
		    mail->user == NULL ? "password" : "user", mail->user == NULL ? "user" : "password");
}

static void
check_certificate(const struct config_tenant *tenant, struct fault_list *faults)
{
	const struct config_certificate *c = &tenant->certificate;

	if ((c->logo == NULL) != (c->logo_sha256 == NULL))
		fault_add(faults, tenant->where.file, tenant->where.line, "setting \"%s\" of \"certificate\" needs \"%s\" too",
		    c->logo == NULL ? "logo_sha256" : "logo", c->logo == NULL ? "logo" : "logo_sha256");
}

void
check_rules(const struct config_tenant *tenant, struct fault_list *faults)
{
	size_t i;

	for (i = 0; i < tenant->product_count; i++)
		check_product(tenant, &tenant->products[i], faults);
	check_ties(tenant, faults);
}

/* Which of two publishers counts is not guessed. */
static void
check_rates(const struct config_tenant *tenant, struct fault_list *faults)
{
	const struct config_source *first = NULL;
	size_t i;

	for (i = 0; i < tenant->source_count; i++) {
		if (!text_equal(tenant->sources[i].kind, "rates"))
			continue;
		if (first != NULL)
			fault_add(faults, tenant->sources[i].where.file, tenant->sources[i].where.line,
			    "source \"%s\" tells exchange rates, and so does \"%s\": a tenant has one publisher",
			    tenant->sources[i].name, first->name);
		first = &tenant->sources[i];
	}
}

/* Its form only: which languages there are, the folder of templates says. */
static void
check_locale(const struct config_tenant *tenant, struct fault_list *faults)
{
	const char *p = tenant->locale;
	size_t len;

	if (p == NULL)
		return;
	for (;;) {
		len = strspn(p, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");
		if (len < 2 || len > 8 || (p[len] != '-' && p[len] != '\0'))
			break;
		if (p[len] == '\0')
			return;
		p += len + 1;
	}
	fault_add(faults, tenant->where.file, tenant->where.line,
	    "setting \"locale\": \"%s\" is not a language tag such as \"es\" or \"pt-BR\"", tenant->locale);
}

static void
check_tenant(const struct config_tenant *tenant, struct fault_list *faults)
{
	size_t i, j;

	for (i = 0; i < tenant->site_count; i++) {
		check_site(&tenant->sites[i], faults);
		check_profile(tenant, &tenant->sites[i], faults);
		for (j = 0; j < i; j++)
			check_twice("sites", tenant->sites[i].name, tenant->sites[j].name, &tenant->sites[i].where, faults);
	}
	for (i = 0; i < tenant->source_count; i++) {
		check_source(&tenant->sources[i], faults);
		for (j = 0; j < i; j++)
			check_twice("sources", tenant->sources[i].name, tenant->sources[j].name, &tenant->sources[i].where, faults);
	}
	for (i = 0; i < tenant->source_count; i++)
		check_settles(tenant, &tenant->sources[i], faults);
	check_rates(tenant, faults);
	for (i = 0; i < tenant->link_count; i++)
		check_link(tenant, &tenant->links[i], faults);
	check_rules(tenant, faults);
	check_locale(tenant, faults);
	check_mail(tenant, faults);
	check_certificate(tenant, faults);
}

void
check_config(const struct config *config, struct fault_list *faults)
{
	const struct config_where top = { config->file, 1 };
	size_t i, j;

	check_passwords(config->database, config->database_password, &top, faults);
	for (i = 0; i < config->tenant_count; i++) {
		check_tenant(&config->tenants[i], faults);
		for (j = 0; j < i; j++)
			check_twice("tenants", config->tenants[i].name, config->tenants[j].name, &config->tenants[i].where, faults);
	}
	if (config->tenants != NULL && config->tenant_count == 0)
		fault_at(faults, &top, "setting \"tenants\" is empty");
}
