/* What must fit between the settings of one source. */
#include <string.h>

#include "base/text.h"
#include "check.h"

static void
fault_at(struct fault_list *faults, const struct config_where *where, const char *text)
{
	fault_add(faults, where->file, where->line, "%s", text);
}

/* "127.0.0.1:8080/x", "[::1]:8080" and "localhost" lead to this machine. */
static bool
is_loopback(const char *rest)
{
	size_t len = strcspn(rest, ":/");

	if (text_starts(rest, "[::1]"))
		return rest[5] == '\0' || rest[5] == ':' || rest[5] == '/';
	return (len == 9 && strncmp(rest, "localhost", len) == 0) ||
	       (text_starts(rest, "127.") && strspn(rest, "0123456789.") == len);
}

void
check_http(const char *url, bool allow_http, const struct config_where *where, struct fault_list *faults)
{
	if (url == NULL || !text_starts(url, "http://"))
		return;
	if (!allow_http)
		fault_at(faults, where, "setting \"url\" must begin with https://: what is sent must not be read on the way");
	else if (!is_loopback(url + strlen("http://")))
		fault_at(faults, where, "setting \"allow_http\" is for this machine only: 127.0.0.1, [::1] or localhost");
}

/* What each kind of source must be told, and its only role. */
static const struct {
	const char *kind;
	const char *role, *other_role; /* NULL: any; no other */
	bool api_key, token, url, folder;
} source_kinds[] = {
	{ "squarespace", "sale", NULL, .api_key = true },
	{ "facturascripts", "invoice", NULL, .token = true, .url = true },
	{ "woocommerce", "sale", NULL, .api_key = true, .url = true },
	{ "stripe", "sale", "payment", .api_key = true },
	{ "csv", NULL, NULL, .folder = true },
	{ "bank", "bank", NULL, .folder = true },
	{ "rates", "rates", NULL, .folder = true },
};

static void
check_wanted(const struct config_source *source, bool wanted, const char *value, const char *name, struct fault_list *faults)
{
	if (wanted && value == NULL)
		fault_add(
		    faults, source->where.file, source->where.line, "setting \"%s\" of a %s source is missing", name, source->kind);
}

/* What no file of a csv source can be read without. */
static void
check_csv(const struct config_source *source, struct fault_list *faults)
{
	const struct config_columns *columns = &source->columns;
	bool preset = source->preset != NULL && strcmp(source->preset, "none") != 0;

	if (!preset && (columns->created == NULL || columns->status == NULL))
		fault_at(faults, &source->where,
		    "setting \"columns\" of a csv source without a preset must say where \"created\" and \"status\" stand");
	if (!preset && !text_equal(source->role, "payment") && columns->items == NULL && columns->sku == NULL &&
	    columns->product == NULL && columns->name == NULL)
		fault_at(faults, &source->where,
		    "setting \"columns\" of a csv source without a preset must say where \"sku\", \"product\" or \"name\" stands");
	if (source->dates.count == 0 && (!preset || strcmp(source->preset, "paypal") == 0))
		fault_at(faults, &source->where,
		    "setting \"dates\" of a csv source is missing: which of day and month comes first is not guessed");
}

static void
check_bank(const struct config_source *source, struct fault_list *faults)
{
	const struct config_columns *columns = &source->columns;

	if (source->payouts.count == 0)
		fault_at(faults, &source->where,
		    "setting \"payouts\" of a bank source is missing: what the bank writes beside a payout");
	if (!text_equal(source->format, "csv"))
		return;
	if (columns->created == NULL || columns->total == NULL || columns->reference == NULL)
		fault_at(faults, &source->where,
		    "setting \"columns\" of a bank source must say where \"created\", \"total\" and \"reference\" stand");
	if (source->dates.count == 0)
		fault_at(faults, &source->where,
		    "setting \"dates\" of a bank source is missing: which of day and month comes first is not guessed");
}

/* A field's name may stand before a "=" (`when`), where it must begin with a letter. */
static void
check_fields(const struct config_source *source, struct fault_list *faults)
{
	const struct config_field *field, *other;
	size_t i, j;

	if (source->field_count > 0 && (text_equal(source->kind, "bank") || text_equal(source->kind, "rates")))
		fault_at(faults, &source->fields[0].where, "setting \"fields\": a source of this kind says nothing of sales");
	for (i = 0; i < source->field_count; i++) {
		field = &source->fields[i];
		if (field->name != NULL && (field->name[0] < 'a' || field->name[0] > 'z'))
			fault_add(faults, field->where.file, field->where.line,
			    "setting \"name\" of a field: \"%s\" does not begin with a letter", field->name);
		for (j = 0; j < i && field->name != NULL; j++) {
			other = &source->fields[j];
			if (text_equal(other->name, field->name))
				fault_add(
				    faults, field->where.file, field->where.line, "there are two fields named \"%s\"", field->name);
		}
	}
}

/* What only files have. */
static void
check_files(const struct config_source *source, struct fault_list *faults)
{
	bool csv = text_equal(source->kind, "csv");

	if (source->trailer != NULL && !csv)
		fault_at(faults, &source->where, "setting \"trailer\" is for csv sources");
	if (source->whole_files && !csv)
		fault_at(faults, &source->where, "setting \"whole_files\" is for csv sources");
	if (text_equal(source->sum_file, "required") && !csv && !text_equal(source->kind, "bank"))
		fault_at(faults, &source->where, "setting \"sum_file\" is for csv and bank sources");
}

/* What is expected is read of tables of FacturaScripts, or is a status of WooCommerce's. */
static void
check_expected(const struct config_source *source, struct fault_list *faults)
{
	bool facturascripts = text_equal(source->kind, "facturascripts");
	size_t i;

	if (source->expected.count > 0 && !facturascripts)
		fault_at(faults, &source->where, "setting \"expected\" is for facturascripts sources");
	if (source->statuses.expected.count > 0 && !text_equal(source->kind, "woocommerce"))
		fault_at(faults, &source->where, "setting \"expected\" of \"statuses\" is for woocommerce sources");
	for (i = 0; i < source->expected.count; i++)
		if (!text_equal(source->expected.items[i], "quotes") && !text_equal(source->expected.items[i], "orders"))
			fault_add(faults, source->where.file, source->where.line,
			    "setting \"expected\": \"%.40s\" is neither \"quotes\" nor \"orders\"", source->expected.items[i]);
	if (text_equal(source->on_disabled_client, "suspend") && !facturascripts)
		fault_at(faults, &source->where, "setting \"on_disabled_client\" is for facturascripts sources");
	if (text_equal(source->on_overdue, "suspend") && !facturascripts)
		fault_at(faults, &source->where, "setting \"on_overdue\" is for facturascripts sources");
}

bool
check_can_settle(const struct config_source *source)
{
	return text_equal(source->role, "invoice") || text_equal(source->role, "payment");
}

void
check_source(const struct config_source *source, struct fault_list *faults)
{
	size_t i;

	if (text_equal(source->kind, "rates")) {
		check_wanted(source, true, source->publisher, "publisher", faults);
		check_wanted(source, true, source->base, "base", faults);
	}
	if (source->tolerance != NULL && source->role != NULL && !check_can_settle(source))
		fault_add(faults, source->where.file, source->where.line,
		    "setting \"tolerance\": a source of role \"%s\" settles nothing", source->role);
	if (text_equal(source->kind, "csv"))
		check_csv(source, faults);
	if (text_equal(source->kind, "bank"))
		check_bank(source, faults);
	check_fields(source, faults);
	check_files(source, faults);
	check_expected(source, faults);
	if (source->spool != NULL &&
	    (text_equal(source->kind, "csv") || text_equal(source->kind, "bank") || text_equal(source->kind, "rates")))
		fault_at(faults, &source->where, "setting \"spool\": nobody sends webhooks of files");
	if (source->spool != NULL && source->spool_secret == NULL)
		fault_at(faults, &source->where, "setting \"spool\" needs \"spool_secret\": what is not signed is not taken");
	if (source->connections > 4 && text_equal(source->kind, "facturascripts"))
		fault_at(faults, &source->where,
		    "setting \"connections\" of a facturascripts source is 4 at most: five refusals at once would shut this "
		    "machine "
		    "out");
	if (source->connections > 1 &&
	    (text_equal(source->kind, "csv") || text_equal(source->kind, "bank") || text_equal(source->kind, "rates")))
		fault_at(faults, &source->where, "setting \"connections\": nobody is asked for files");
	check_http(source->url, source->allow_http, &source->where, faults);
	for (i = 0; i < sizeof(source_kinds) / sizeof(source_kinds[0]); i++) {
		if (!text_equal(source->kind, source_kinds[i].kind))
			continue;
		check_wanted(source, source_kinds[i].api_key, source->api_key, "api_key", faults);
		check_wanted(source, source_kinds[i].token, source->token, "token", faults);
		check_wanted(source, source_kinds[i].url, source->url, "url", faults);
		check_wanted(source, source_kinds[i].folder, source->folder, "folder", faults);
		if (source->role != NULL && source_kinds[i].role != NULL && !text_equal(source->role, source_kinds[i].role) &&
		    !text_equal(source->role, source_kinds[i].other_role))
			fault_add(faults, source->where.file, source->where.line,
			    "setting \"role\" of a %s source must be \"%s\"%s%s%s", source->kind, source_kinds[i].role,
			    source_kinds[i].other_role != NULL ? " or \"" : "",
			    source_kinds[i].other_role != NULL ? source_kinds[i].other_role : "",
			    source_kinds[i].other_role != NULL ? "\"" : "");
	}
	for (i = 0; i < source->companies.count; i++) {
		if (strspn(source->companies.items[i], "0123456789") != strlen(source->companies.items[i]) ||
		    strlen(source->companies.items[i]) > 9)
			fault_add(faults, source->where.file, source->where.line,
			    "setting \"companies\": \"%.40s\" is not the number of a company", source->companies.items[i]);
	}
}
