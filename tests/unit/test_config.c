/* The configuration: everything wrong is found at once, defaults hold, the example loads, what is printed loads again. */
#include "base/text.h"
#include "config/config.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "config/duration.h"
#include "expect.h"

static char dir[] = "/tmp/ctok-test-config-XXXXXX";
static char file[64];
static struct arena arena;

static void
write_config(const char *text)
{
	FILE *f = fopen(file, "w");

	assert_non_null(f);
	assert_int_equal(fputs(text, f) < 0, 0);
	assert_int_equal(fclose(f), 0);
}

/* Every finding on a line of its own, without the name of the file. */
static const char *
findings(void)
{
	struct err err = ERR_INIT;
	const char **lines, *text = "";
	size_t count, i, len = strlen(file);

	expect_ok("findings", config_findings(&arena, file, &lines, &count, &err), &err);
	for (i = 0; i < count; i++)
		text = arena_printf(&arena, "%s%s\n", text, strncmp(lines[i], file, len) == 0 ? lines[i] + len + 1 : lines[i]);
	return text;
}

static const struct config *
loaded(void)
{
	struct config *config = NULL;
	struct err err = ERR_INIT;

	expect_ok("load", config_load(&arena, file, &config, &err), &err);
	return config;
}

#define TOP "master_key = \"env:K\";\n"
#define TENANT_HEAD "name = \"acme\"; timezone = \"Europe/Madrid\"; currency = \"EUR\";\n"
/* A tenant's body begins on line 3. */
#define TENANT(body) TOP "tenants = ( { " TENANT_HEAD body " } );\n"
#define SHOP "sources = ( { name = \"shop\"; kind = \"squarespace\"; api_key = \"env:A\"; } );\n"
#define CAMPUS "sites = ( { name = \"campus\"; url = \"https://m.example\"; token = \"env:T\"; } );\n"
#define SITE(body) TENANT("sites = ( { name = \"c\"; url = \"https://m.example\"; token = \"env:T\";\n" body " } );\n")
#define SOURCE(body) TENANT("sources = ( { name = \"s\"; kind = \"squarespace\"; api_key = \"env:A\";\n" body " } );\n")
/* A rule's body begins on line 6. */
#define PRODUCT(body) TENANT(SHOP CAMPUS "products = ( { source = \"shop\";\n" body " } );\n")
#define RULE "match = \"sku:A\"; site = \"campus\"; courses = (\"C\");\n"
#define SETTLES(shop, erp) \
	TENANT("sources = ( { name = \"shop\"; kind = \"squarespace\"; api_key = \"env:A\"; " shop " },\n" \
	       "{ name = \"erp\"; kind = \"facturascripts\"; role = \"invoice\"; url = \"https://e.example\"; token = " \
	       "\"env:E\"; " erp " } );\n")
/* A link's body stands on line 5. */
#define LINK(body) \
	TENANT("sources = ( { name = \"shop\"; kind = \"squarespace\"; api_key = \"env:A\"; },\n" \
	       "{ name = \"erp\"; kind = \"facturascripts\"; role = \"invoice\"; url = \"https://e.example\"; token = \"env:E\"; " \
	       "} );\n" \
	       "links = ( { from = \"erp\"; field = \"numero2\"; " body " } );\n")
#define FIELDS(rules) \
	TENANT(CAMPUS "sources = ( { name = \"shop\"; kind = \"squarespace\"; api_key = \"env:A\";\n fields = ( { name = " \
		      "\"ward\"; from = \"Ward\"; } ); } );\n" \
		      "products = (\n" rules " );\n")
#define MAIL(body) TENANT("mail = { smtp = \"smtps://m.example\"; from = \"a@b.example\";\n" body " };\n")

static void
a_whole_configuration_fills_every_field(void **state)
{
	const struct config *config;
	const struct config_tenant *tenant;
	const struct config_product *product;

	(void)state;
	write_config(
	    "state_dir = \"/srv/ctok\"; database = \"host=db dbname=ctok user=ctok\"; database_password = \"cred:pg\";\n"
	    "database_user = \"ctokdb\"; master_key = \"file:/etc/k\"; log_file = \"/var/log/c.log\"; log_level = \"debug\";\n"
	    "stderr_level = \"error\"; template_dir = \"/t\"; test_now = \"2026-08-03T03:00:00Z\";\n"
	    "tenants = ( { name = \"acme\"; timezone = \"Europe/Madrid\"; currency = \"EUR\"; locale = \"es\";\n"
	    " sites = ( { name = \"campus\"; url = \"https://m.example/lms/\"; token = \"env:T\"; database = \"host=m user=r\";\n"
	    "  database_password = \"env:P\"; report = 12; auth = \"oauth2\"; role = \"learner\"; role_id = 9;\n"
	    "  protected = ( \"boss@acme.example\", \"admin\" ); ca_file = \"/ca\"; allow_private = \"m.example\";\n"
	    "  connections = 4; batch = 50; } );\n"
	    " sources = ( { name = \"shop\"; kind = \"squarespace\"; role = \"sale\"; url = \"http://127.0.0.1:81/x/\";\n"
	    "  api_key = \"env:A\"; ca_file = \"/ca2\"; allow_private = ( \"h1\", \"h2\" ); allow_http = true; test_orders = "
	    "true;\n"
	    "  rounding = \"half_up\"; learner_name_labels = ( \"Name\" ); learner_email_labels = \"Mail\";\n"
	    "  start = \"2024-02-29\"; overlap = \"PT1H\"; max_age = \"P2D\"; },\n"
	    "  { name = \"erp\"; kind = \"facturascripts\"; role = \"invoice\"; url = \"https://e.example\"; token = \"env:E\";\n"
	    "  settles = ( \"shop\" ); wait = \"P1D\"; unlinked = \"own\"; } );\n"
	    " links = ( { from = \"erp\"; field = \"numero2\"; pattern = \"^W-([0-9]+)$\"; to = \"shop\"; by = \"id\"; },\n"
	    "  { from = \"shop\"; field = \"reference\"; to = \"erp\"; } );\n"
	    " products = ( { source = \"shop\"; match = \"name:A*\"; site = \"campus\"; courses = ( \"C1\", \"idnumber:X\", "
	    "\"id:7\" );\n"
	    "  role = \"r\"; term = \"P1Y6M\"; grace_days = 0; notice_days = 0; delivery = \"direct\"; learner = \"form\";\n"
	    "  on_expiry = \"unenrol\"; on_refund = \"keep\"; on_dispute = \"suspend\"; renews = true; price = \"99.00 EUR\";\n"
	    "  price_tolerance = \"2.5\"; certificate = \"none\"; starts = \"2027-01-10\"; requires = ( \"BASICS\", \"id:9\" );\n"
	    "  require_field = \"phone2\"; capacity = 20; term_from = \"sale\";\n"
	    "  certificate_valid = \"P18M\";\n"
	    "  since = \"2026-01-01\"; },\n"
	    "  { source = \"shop\"; match = \"sku:GIFT\"; exclude = true; },\n"
	    "  { source = \"shop\"; match = \"sku:B\"; site = \"campus\"; courses = \"C1\"; until = \"2027-06-30\"; grace_days = "
	    "\"never\"; } );\n"
	    " mail = { smtp = \"smtp://localhost:2525\"; user = \"u\"; password = \"env:M\"; from = \"Acme <a@b.example>\";\n"
	    "  reply_to = \"h@b.example\"; ca_file = \"/ca3\"; max_tries = 5; certificate_days = ( \"30\" );\n"
	    "  operator = \"Desk <o@b.example>\"; };\n"
	    " certificate = { template = \"plain\"; issuer = \"Acme\"; signatory = \"Ana\"; signatory_title = \"Dir.\";\n"
	    "  verify_url = \"https://v.example/?s=\"; }; },\n"
	    " { name = \"other\"; timezone = \"UTC\"; currency = \"JPY\"; } );\n");
	config = loaded();
	expect_text("file", config->file, file);
	expect_text("state_dir", config->state_dir, "/srv/ctok");
	expect_text("database", config->database, "host=db dbname=ctok user=ctok");
	expect_text("database_password", config->database_password, "cred:pg");
	expect_text("database_user", config->database_user, "ctokdb");
	expect_text("master_key", config->master_key, "file:/etc/k");
	expect_text("log_file", config->log_file, "/var/log/c.log");
	assert_int_equal(config->log_level, LOG_DEBUG);
	assert_int_equal(config->stderr_level, LOG_ERROR);
	expect_text("template_dir", config->template_dir, "/t");
	expect_text("test_now", config->test_now, "2026-08-03T03:00:00Z");
	assert_int_equal(config->tenant_count, 2);
	tenant = config_tenant(config, "acme");
	assert_ptr_equal(tenant, &config->tenants[0]);
	assert_ptr_equal(config_tenant(config, "other"), &config->tenants[1]);
	assert_int_equal(tenant->source_count, 2);
	assert_int_equal(tenant->sources[1].settles.count, 1);
	expect_text("settles", tenant->sources[1].settles.items[0], "shop");
	assert_int_equal(tenant->sources[1].wait_s, 86400);
	expect_text("unlinked", tenant->sources[1].unlinked, "own");
	assert_int_equal(tenant->sources[0].wait_s, 3 * 86400);
	expect_text("unlinked by default", tenant->sources[0].unlinked, "both");
	assert_int_equal(tenant->link_count, 2);
	expect_text("from", tenant->links[0].from, "erp");
	expect_text("field", tenant->links[0].field, "numero2");
	expect_text("pattern", tenant->links[0].pattern, "^W-([0-9]+)$");
	expect_text("to", tenant->links[0].to, "shop");
	expect_text("by", tenant->links[0].by, "id");
	assert_null(tenant->links[1].pattern);
	expect_text("by default", tenant->links[1].by, "number");
	assert_null(config_tenant(config, "none"));
	expect_text("where", tenant->where.file, file);
	assert_int_equal(tenant->where.line, 4);
	expect_text("locale", tenant->locale, "es");
	assert_int_equal(tenant->site_count, 1);
	assert_int_equal(tenant->sites[0].where.line, 5);
	expect_text("url without its slash", tenant->sites[0].url, "https://m.example/lms");
	expect_text("site database", tenant->sites[0].database, "host=m user=r");
	expect_text("site database_password", tenant->sites[0].database_password, "env:P");
	assert_int_equal(tenant->sites[0].report, 12);
	expect_text("auth", tenant->sites[0].auth, "oauth2");
	expect_text("role", tenant->sites[0].role, "learner");
	assert_int_equal(tenant->sites[0].role_id, 9);
	assert_int_equal(tenant->sites[0].protected_users.count, 2);
	expect_text("protected", tenant->sites[0].protected_users.items[1], "admin");
	expect_text("ca_file", tenant->sites[0].ca_file, "/ca");
	assert_int_equal(tenant->sites[0].allow_private.count, 1);
	expect_text("a list of one without brackets", tenant->sites[0].allow_private.items[0], "m.example");
	assert_int_equal(tenant->sites[0].connections, 4);
	assert_int_equal(tenant->sites[0].batch, 50);
	assert_false(tenant->sites[0].allow_http);
	expect_text("source url", tenant->sources[0].url, "http://127.0.0.1:81/x");
	assert_true(tenant->sources[0].allow_http);
	assert_true(tenant->sources[0].test_orders);
	assert_int_equal(tenant->sources[0].rounding, MONEY_HALF_UP);
	expect_text("labels", tenant->sources[0].learner_email_labels.items[0], "Mail");
	expect_text("start", tenant->sources[0].start, "2024-02-29");
	assert_int_equal(tenant->sources[0].overlap_s, 3600);
	assert_int_equal(tenant->sources[0].max_age_s, 172800);
	assert_int_equal(tenant->product_count, 3);
	product = &tenant->products[0];
	assert_int_equal(product->courses.count, 3);
	expect_text("courses", product->courses.items[2], "id:7");
	expect_text("term", product->term, "P1Y6M");
	assert_int_equal(product->grace_days, 0);
	assert_int_equal(product->notice_days, 0);
	expect_text("learner", product->learner, "form");
	expect_text("on_expiry", product->on_expiry, "unenrol");
	expect_text("on_refund", product->on_refund, "keep");
	expect_text("on_dispute", product->on_dispute, "suspend");
	expect_text("price_tolerance", product->price_tolerance, "2.5");
	expect_text("starts", product->starts, "2027-01-10");
	assert_int_equal(product->requires.count, 2);
	expect_text("requires", product->requires.items[1], "id:9");
	expect_text("require_field", product->require_field, "phone2");
	assert_int_equal(product->capacity, 20);
	expect_text("term_from", product->term_from, "sale");
	assert_null(product->until);
	assert_true(product->renews);
	expect_text("price", product->price, "99.00 EUR");
	expect_text("certificate", product->certificate, "none");
	expect_text("certificate_valid", product->certificate_valid, "P18M");
	expect_text("since", product->since, "2026-01-01");
	assert_true(tenant->products[1].exclude);
	expect_text("until", tenant->products[2].until, "2027-06-30");
	assert_true(tenant->products[2].grace_days == CONFIG_NEVER);
	expect_text("smtp", tenant->mail.smtp, "smtp://localhost:2525");
	expect_text("password", tenant->mail.password, "env:M");
	expect_text("certificate_days", tenant->mail.certificate_days.items[0], "30");
	expect_text("operator", tenant->mail.operator_to, "Desk <o@b.example>");
	expect_text("from", tenant->mail.from, "Acme <a@b.example>");
	assert_int_equal(tenant->mail.max_tries, 5);
	expect_text("template", tenant->certificate.template, "plain");
	expect_text("verify_url", tenant->certificate.verify_url, "https://v.example/?s=");
	/* A tenant without these groups has neither. */
	assert_null(config->tenants[1].mail.smtp);
	assert_int_equal(config->tenants[1].mail.max_tries, 0);
	assert_null(config->tenants[1].certificate.template);
}

static void
defaults_hold(void **state)
{
	const struct config *config;
	const struct config_tenant *tenant;

	(void)state;
	write_config(PRODUCT(RULE));
	config = loaded();
	tenant = &config->tenants[0];
	expect_text("state_dir", config->state_dir, "/var/lib/ctok-batch");
	expect_text("database", config->database, "embedded");
	assert_null(config->database_password);
	expect_text("database_user", config->database_user, "postgres");
	expect_text("log_file", config->log_file, "/var/lib/ctok-batch/log/ctok-batch.log");
	assert_int_equal(config->log_level, LOG_INFO);
	assert_int_equal(config->stderr_level, LOG_WARN);
	assert_null(config->test_now);
	expect_text("locale", tenant->locale, "en");
	expect_text("role", tenant->sites[0].role, "student");
	assert_int_equal(tenant->sites[0].connections, 2);
	assert_int_equal(tenant->sites[0].batch, 100);
	assert_int_equal(tenant->sites[0].report, 0);
	assert_null(tenant->sites[0].database);
	expect_text("source role", tenant->sources[0].role, "sale");
	assert_int_equal(tenant->sources[0].rounding, MONEY_EXACT);
	expect_text("start", tenant->sources[0].start, "2000-01-01");
	assert_int_equal(tenant->sources[0].overlap_s, 900);
	assert_int_equal(tenant->sources[0].max_age_s, 93600);
	assert_null(tenant->products[0].term);
	assert_int_equal(tenant->products[0].grace_days, 14);
	assert_int_equal(tenant->products[0].notice_days, 3);
	expect_text("delivery", tenant->products[0].delivery, "direct");
	expect_text("learner", tenant->products[0].learner, "form_or_buyer");
	expect_text("on_expiry", tenant->products[0].on_expiry, "suspend");
	assert_null(tenant->products[0].certificate);
	write_config(TENANT("certificate = { issuer = \"A\"; };"));
	expect_text("template", loaded()->tenants[0].certificate.template, "classic");
	write_config(MAIL(""));
	assert_int_equal(loaded()->tenants[0].mail.max_tries, 12);
}

static void
each_fault_is_found_with_its_line(void **state)
{
	static const struct {
		const char *title, *text, *findings;
	} cases[] = {
		{ "nothing", "",
		    "1: setting \"master_key\" of the configuration is missing\n1: setting \"tenants\" of the configuration is "
		    "missing\n" },
		{ "no tenant", TOP "tenants = ();", "1: setting \"tenants\" is empty\n" },
		{ "unknown, like another",
		    TOP "statedir = \"/x\";\n"
			"tenants = ( { " TENANT_HEAD "} );",
		    "2: setting \"statedir\" is not known in the configuration: did you mean \"state_dir\"?\n" },
		{ "unknown, like none", TENANT("frobnicate = 1;"), "3: setting \"frobnicate\" is not known in a tenant\n" },
		{ "unknown in a site", SITE("\nconections = 3;"),
		    "5: setting \"conections\" is not known in a site: did you mean \"connections\"?\n" },
		{ "unknown in mail", MAIL("form = \"a\";"),
		    "4: setting \"form\" is not known in \"mail\": did you mean \"from\"?\n" },
		{ "a hidden one is not suggested", SITE("allow_htt = true;"), "4: setting \"allow_htt\" is not known in a site\n" },
		{ "a string for a number", SITE("batch = \"100\";"),
		    "4: setting \"batch\" must be a whole number, not a string\n" },
		{ "a fraction for a number", SITE("batch = 1.5;"),
		    "4: setting \"batch\" must be a whole number, not a decimal number\n" },
		{ "a number for a string", TOP "state_dir = 1;\ntenants = ( { " TENANT_HEAD "} );",
		    "2: setting \"state_dir\" must be a string, not a whole number\n" },
		{ "a string for a boolean", SOURCE("test_orders = \"true\";"),
		    "4: setting \"test_orders\" must be true or false, not a string\n" },
		{ "a number for an amount", PRODUCT(RULE "price = 99.00;"),
		    "7: setting \"price\" must be a string, not a decimal number\n" },
		{ "a group for a list of groups", TOP "tenants = { " TENANT_HEAD "};",
		    "2: setting \"tenants\" must be a list of groups ( { }, { } ), not a group { }\n" },
		{ "a list of strings for one of groups", TOP "tenants = ( \"acme\" );",
		    "1: setting \"tenants\" is empty\n2: setting \"tenants\" must be a list of groups, not of a string\n" },
		{ "a string for a group", TENANT("mail = \"smtps://m.example\";"),
		    "3: setting \"mail\" must be a group { }, not a string\n" },
		{ "a number in a list", SITE("protected = ( \"a\", 1 );"),
		    "4: setting \"protected\" must be a list of strings, not of a whole number\n" },
		{ "an empty string in a list", SITE("protected = ( \"a\", \"\" );"),
		    "4: setting \"protected\": a string in the list is empty\n" },
		{ "a number for a list", SITE("protected = 1;"),
		    "4: setting \"protected\" must be a list of strings, not a whole number\n" },
		{ "an empty string", SITE("role = \"\";"), "4: setting \"role\": it is empty\n" },
		{ "a blank at the end", SITE("role = \"student \";"), "4: setting \"role\": it begins or ends with a blank\n" },
		{ "too small", SITE("connections = 0;"), "4: setting \"connections\": 0 is not within 1 and 16\n" },
		{ "too large", SITE("batch = 151;"), "4: setting \"batch\": 151 is not within 1 and 150\n" },
		{ "far too large", SITE("report = 9999999999L;"),
		    "4: setting \"report\": 9999999999 is not within 0 and 2147483647\n" },
		{ "a name with a capital",
		    TENANT("sites = ( { name = \"Campus\"; url = \"https://m.example\"; token = \"env:T\"; } );"),
		    "3: setting \"name\": \"Campus\" is not a name: a-z, 0-9, \"_\" and \"-\", at most 32, beginning with a letter "
		    "or digit\n" },
		{ "a relative path", SITE("ca_file = \"ca.pem\";"),
		    "4: setting \"ca_file\": \"ca.pem\" is not an absolute path\n" },
		{ "the secret itself",
		    TENANT("sites = ( { name = \"c\"; url = \"https://m.example\"; token = \"0123456789abcdef\"; } );"),
		    "3: setting \"token\": the value is not a reference to a secret: write \"file:/path\", \"cred:name\" or "
		    "\"env:NAME\"\n" },
		{ "a relative secret file", SITE("database = \"user=x\"; database_password = \"file:pw\";"),
		    "4: setting \"database_password\": the value is not a reference to a secret: write \"file:/path\", "
		    "\"cred:name\" or \"env:NAME\"\n" },
		{ "plain http", SOURCE("url = \"http://127.0.0.1\";"),
		    "3: setting \"url\" must begin with https://: what is sent must not be read on the way\n" },
		{ "plain http elsewhere", SOURCE("url = \"http://127.0.0.1.example\"; allow_http = true;"),
		    "3: setting \"allow_http\" is for this machine only: 127.0.0.1, [::1] or localhost\n" },
		{ "another scheme", SOURCE("url = \"ftp://a.example\";"),
		    "4: setting \"url\": \"ftp://a.example\" is not an address: it must begin with https://\n" },
		{ "no host", SOURCE("url = \"https:///x\";"),
		    "4: setting \"url\": \"https:///x\" is not an address: it has no host\n" },
		{ "a user in the address", SOURCE("url = \"https://u:p@a.example\";"),
		    "4: setting \"url\": \"https://u:p@a.example\" is not an address: it holds a user name\n" },
		{ "a query", SOURCE("url = \"https://a.example/?x\";"),
		    "4: setting \"url\": \"https://a.example/?x\" is not an address: nothing may stand behind the path\n" },
		{ "a blank in the address", SOURCE("url = \"https://a.example/x y\";"),
		    "4: setting \"url\": \"https://a.example/x y\" is not an address: a character stands in it that no address "
		    "has\n" },
		{ "a password in a conninfo", TOP "database = \"host=db password=x\";\ntenants = ( { " TENANT_HEAD "} );",
		    "2: setting \"database\": the conninfo holds a password: it belongs into database_password\n" },
		{ "a password in a conninfo address",
		    TOP "database = \"postgresql://u:p@db/x\";\ntenants = ( { " TENANT_HEAD "} );",
		    "2: setting \"database\": the conninfo holds a password: it belongs into database_password\n" },
		{ "no conninfo", TOP "database = \"embeded\";\ntenants = ( { " TENANT_HEAD "} );",
		    "2: setting \"database\": \"embeded\" is not a conninfo: it must be written as \"host=… dbname=… user=…\"\n" },
		{ "a password for the embedded database", TOP "database_password = \"env:P\";\ntenants = ( { " TENANT_HEAD "} );",
		    "1: setting \"database_password\" needs a conninfo in \"database\"\n" },
		{ "a password for no database", SITE("database_password = \"env:P\";"),
		    "3: setting \"database_password\" needs a conninfo in \"database\"\n" },
		{ "our own database as a site's", SITE("database = \"embedded\";"),
		    "3: setting \"database\" of a site must be a conninfo: \"embedded\" is our own database\n" },
		{ "no such zone", TOP "tenants = ( { name = \"a\"; timezone = \"Europe/Madrit\"; currency = \"EUR\"; } );",
		    "2: setting \"timezone\": time zone \"Europe/Madrit\" is not known to this system\n" },
		{ "no such currency", TOP "tenants = ( { name = \"a\"; timezone = \"UTC\"; currency = \"Euro\"; } );",
		    "2: setting \"currency\": \"Euro\" is not an ISO 4217 currency\n" },
		{ "no such locale", TENANT("locale = \"pt_BR\";"),
		    "2: setting \"locale\": \"pt_BR\" is not a language tag such as \"es\" or \"pt-BR\"\n" },
		{ "no such mail",
		    TENANT("mail = { smtp = \"smtp://localhost\"; from = \"a@b.org\"; without = (\"welcome\", \"birthday\"); };"),
		    "2: setting \"without\" of \"mail\": \"birthday\" is not one of welcome, expiry-soon, suspended, "
		    "restored, access-held, certificate-waiting and certificate-expiring\n" },
		{ "no such day",
		    TENANT("mail = { smtp = \"smtp://localhost\"; from = \"a@b.org\"; expiry_days = (\"365\", \"366\"); };"),
		    "2: setting \"expiry_days\" of \"mail\": \"366\" is not a number of days from 1 to 365\n" },
		{ "nor a day 0", TENANT("mail = { smtp = \"smtp://localhost\"; from = \"a@b.org\"; expiry_days = (\"07\"); };"),
		    "2: setting \"expiry_days\" of \"mail\": \"07\" is not a number of days from 1 to 365\n" },
		{ "nor of certificates",
		    TENANT("mail = { smtp = \"smtp://localhost\"; from = \"a@b.org\"; certificate_days = (\"60\", \"x\"); };"),
		    "2: setting \"certificate_days\" of \"mail\": \"x\" is not a number of days from 1 to 365\n" },
		{ "no such kind", TENANT("sources = ( { name = \"s\"; kind = \"shopify\"; api_key = \"env:A\"; } );"),
		    "3: setting \"kind\": \"shopify\" is not one of "
		    "squarespace|woocommerce|facturascripts|stripe|csv|bank|rates\n" },
		{ "no key", TENANT("sources = ( { name = \"s\"; kind = \"squarespace\"; } );"),
		    "3: setting \"api_key\" of a squarespace source is missing\n" },
		{ "more at once than a ban allows",
		    TENANT("sources = ( { name = \"s\"; kind = \"facturascripts\"; role = \"invoice\"; url = "
			   "\"https://a.example\"; token = \"env:A\";\n"
			   "connections = 5; } );"),
		    "3: setting \"connections\" of a facturascripts source is 4 at most: five refusals at once would shut this "
		    "machine "
		    "out\n" },
		{ "files at once",
		    TENANT(
			"sources = ( { name = \"s\"; kind = \"csv\"; folder = \"/x\"; preset = \"stripe\"; connections = 2; } );"),
		    "3: setting \"connections\": nobody is asked for files\n" },
		{ "too many at once", SOURCE("connections = 17;"), "4: setting \"connections\": 17 is not within 1 and 16\n" },
		{ "invoices without address and token",
		    TENANT("sources = ( { name = \"s\"; kind = \"facturascripts\"; companies = ( \"1\", \"one\" ); } );"),
		    "3: setting \"token\" of a facturascripts source is missing\n"
		    "3: setting \"url\" of a facturascripts source is missing\n"
		    "3: setting \"role\" of a facturascripts source must be \"invoice\"\n"
		    "3: setting \"companies\": \"one\" is not the number of a company\n" },
		{ "a shop without address and key, and in another role",
		    TENANT("sources = ( { name = \"s\"; kind = \"woocommerce\"; role = \"invoice\"; } );"),
		    "3: setting \"api_key\" of a woocommerce source is missing\n"
		    "3: setting \"url\" of a woocommerce source is missing\n"
		    "3: setting \"role\" of a woocommerce source must be \"sale\"\n" },
		{ "webhooks that nobody signs, or sends",
		    TENANT("sources = ( { name = \"s\"; kind = \"woocommerce\"; url = \"https://a.example\"; api_key = \"env:A\"; "
			   "spool = \"/s\"; } );"),
		    "3: setting \"spool\" needs \"spool_secret\": what is not signed is not taken\n" },
		{ "files that nothing is known of", TENANT("sources = ( { name = \"s\"; kind = \"csv\"; } );"),
		    "3: setting \"columns\" of a csv source without a preset must say where \"created\" and \"status\" stand\n"
		    "3: setting \"columns\" of a csv source without a preset must say where \"sku\", \"product\" or \"name\" "
		    "stands\n"
		    "3: setting \"dates\" of a csv source is missing: which of day and month comes first is not guessed\n"
		    "3: setting \"folder\" of a csv source is missing\n" },
		{ "an export whose dates follow the account",
		    TENANT("sources = ( { name = \"s\"; kind = \"csv\"; preset = \"paypal\"; role = \"payment\"; folder = \"/in\"; "
			   "} );"),
		    "3: setting \"dates\" of a csv source is missing: which of day and month comes first is not guessed\n" },
		{ "a column that does not exist",
		    TENANT("sources = ( { name = \"s\"; kind = \"csv\"; preset = \"sheet\"; folder = \"/in\"; columns = { skus = "
			   "\"A\"; }; } );"),
		    "3: setting \"skus\" is not known in \"columns\": did you mean \"sku\"?\n" },
		{ "invoices with settings that cannot be",
		    TENANT("sources = ( { name = \"s\"; kind = \"facturascripts\"; role = \"invoice\"; url = "
			   "\"https://e.example\"; token = \"env:T\";\n"
			   "zone = \"Madrid\"; paid_percent = 0; learner_from = \"mind\"; unpaid_days = 0; sweep_days = 366; } );"),
		    "4: setting \"zone\": time zone \"Madrid\" is not known to this system\n"
		    "4: setting \"paid_percent\": 0 is not within 1 and 100\n"
		    "4: setting \"learner_from\": \"mind\" is not one of billing_contact|delivery_contact|notes\n"
		    "4: setting \"unpaid_days\": 0 is not within 1 and 36500\n"
		    "4: setting \"sweep_days\": 366 is not within 1 and 365\n" },
		{ "a shop of invoices", SOURCE("role = \"invoice\";"),
		    "3: setting \"role\" of a squarespace source must be \"sale\"\n" },
		{ "no such rounding", SOURCE("rounding = \"up\";"),
		    "4: setting \"rounding\": \"up\" is not one of exact|half_up\n" },
		{ "no such level", TOP "log_level = \"trace\";\ntenants = ( { " TENANT_HEAD "} );",
		    "2: setting \"log_level\": \"trace\" is not a log level: error, warn, info or debug\n" },
		{ "no such day", SOURCE("start = \"2026-02-30\";"),
		    "4: setting \"start\": \"2026-02-30\" is not a date: the calendar has no such day\n" },
		{ "a number as a span", SOURCE("overlap = 900;"), "4: setting \"overlap\" must be a string, not a whole number\n" },
		{ "a month as a span", SOURCE("overlap = \"P1M\";"),
		    "4: setting \"overlap\": \"P1M\" is not a span of time: it must be written as P1D, PT26H, PT15M or PT30S\n" },
		{ "too long a span", SOURCE("max_age = \"P91D\";"), "4: setting \"max_age\": P91D is not within PT1H and P90D\n" },
		{ "too short a span", SOURCE("max_age = \"PT30M\";"),
		    "4: setting \"max_age\": PT30M is not within PT1H and P90D\n" },
		{ "a term in hours", PRODUCT(RULE "term = \"PT24H\";"),
		    "7: setting \"term\": \"PT24H\" is not a term: it must be written as P2Y, P18M, P6W or P90D\n" },
		{ "a match of nothing known", PRODUCT("match = \"ACLS\"; site = \"campus\"; courses = (\"C\");"),
		    "6: setting \"match\": \"ACLS\" matches nothing: it must begin with \"variant:\", \"sku:\", \"product:\" or "
		    "\"name:\"\n" },
		{ "a match of an empty text", PRODUCT("match = \"sku:\"; site = \"campus\"; courses = (\"C\");"),
		    "6: setting \"match\": \"sku:\" matches nothing: it must begin with \"variant:\", \"sku:\", \"product:\" or "
		    "\"name:\"\n" },
		{ "an amount without currency", PRODUCT(RULE "price = \"99.00\";"),
		    "7: setting \"price\": \"99.00\" is not an amount of money: it must be written as \"99.00 EUR\"\n" },
		{ "a negative amount", PRODUCT(RULE "price = \"-1.00 EUR\";"),
		    "7: setting \"price\": \"-1.00 EUR\" is less than nothing\n" },
		{ "a delivery not known", PRODUCT(RULE "delivery = \"pigeon\";"),
		    "7: setting \"delivery\": \"pigeon\" is not one of direct\n" },
		{ "a rule of another source", TENANT(SHOP CAMPUS "products = ( { source = \"erp\"; " RULE " } );"),
		    "5: setting \"source\": the tenant has no source \"erp\"\n" },
		{ "a rule of another site", PRODUCT("match = \"sku:A\"; site = \"moodle\"; courses = (\"C\");"),
		    "5: setting \"site\": the tenant has no site \"moodle\"\n" },
		{ "a rule without site and courses", PRODUCT("match = \"sku:A\";"),
		    "5: setting \"site\" of a product rule is missing\n5: setting \"courses\" of a product rule is missing\n" },
		{ "an excluded product with courses", PRODUCT(RULE "exclude = true;"),
		    "5: a product rule with \"exclude\" gives no access: it takes neither \"site\" nor \"courses\"\n" },
		{ "a course twice", PRODUCT("match = \"sku:A\"; site = \"campus\"; courses = (\"C\", \"D\", \"C\");"),
		    "5: setting \"courses\": \"C\" stands there twice\n" },
		{ "a course id that is no number",
		    PRODUCT("match = \"sku:A\"; site = \"campus\"; courses = (\"id:x\", \"idnumber:\");"),
		    "5: setting \"courses\": \"id:x\" must end in a number\n5: setting \"courses\": nothing stands behind the "
		    "colon\n" },
		{ "rules that tie",
		    PRODUCT(RULE "}, { source = \"shop\"; " RULE
				 "}, { source = \"shop\"; match = \"sku:a\"; site = \"campus\"; courses = \"C\";"),
		    "7: this product rule ties with the one at FILE:5: both match \"sku:A\" of source \"shop\"\n" },
		{ "rules that tie although they ask for fields",
		    FIELDS(
			"{ source = \"shop\"; match = \"sku:A\"; site = \"campus\"; courses = \"C\"; when = { ward = \"St.*\"; }; "
			"},\n"
			"{ source = \"shop\"; match = \"sku:A\"; site = \"campus\"; courses = \"D\"; when = { ward = \"st. m*\"; "
			"}; },\n"
			"{ source = \"shop\"; match = \"sku:A\"; site = \"campus\"; courses = \"D\"; when = { ward = \"G*\"; }; "
			"},\n"
			"{ source = \"shop\"; match = \"sku:A\"; site = \"campus\"; courses = \"D\"; when = { ward = \"\"; }; },\n"
			"{ source = \"shop\"; match = \"sku:A\"; site = \"campus\"; courses = \"E\"; }"),
		    "8: this product rule ties with the one at FILE:7: both match \"sku:A\" of source \"shop\"\n" },
		{ "a field that is not kept",
		    FIELDS("{ source = \"shop\"; match = \"sku:A\"; site = \"campus\"; courses = \"C\"; when = { wards = \"St.*\"; "
			   "}; }"),
		    "7: setting \"when\": source \"shop\" keeps no field \"wards\" (setting \"fields\")\n" },
		{ "a number for a field's text",
		    FIELDS("{ source = \"shop\"; match = \"sku:A\"; site = \"campus\"; courses = \"C\"; when = { ward = 5; }; }"),
		    "7: setting \"ward\" must be a string, not a whole number\n" },
		{ "a field twice, one without labels, one that no rule could name",
		    SOURCE("fields = ( { name = \"a\"; from = \"A\"; }, { name = \"a\"; from = \"B\"; },\n { name = \"b\"; },\n { "
			   "name = \"1st\"; from = \"C\"; } );"),
		    "4: there are two fields named \"a\"\n5: setting \"from\" of a field is missing\n"
		    "6: setting \"name\" of a field: \"1st\" does not begin with a letter\n" },
		{ "roles without a number, and a welcome course without one",
		    SITE("welcome = \"id:x\"; roles = { observer = \"x\"; guide = \"\"; tutor = \"9\"; };"),
		    "3: setting \"welcome\": \"id:x\" must end in a number\n"
		    "3: setting \"roles\": \"x\" is no id of role \"observer\"\n"
		    "3: setting \"roles\": \"\" is no id of role \"guide\"\n" },
		{ "what is expected of whom",
		    SOURCE("expected = (\"quotes\", \"notes\"); on_overdue = \"suspend\"; on_disabled_client = \"suspend\"; "
			   "statuses = { expected = (\"pending\"); };"),
		    "3: setting \"expected\" is for facturascripts sources\n3: setting \"expected\" of \"statuses\" is for "
		    "woocommerce sources\n"
		    "3: setting \"expected\": \"notes\" is neither \"quotes\" nor \"orders\"\n"
		    "3: setting \"on_disabled_client\" is for facturascripts sources\n3: setting \"on_overdue\" is for "
		    "facturascripts sources\n" },
		{ "profile fields that Moodle has not, twice, of what nobody keeps; a policy that there is not",
		    SITE("names = \"shop\"; username = \"mail\";\n"
			 "fields = ( { moodle = \"company\"; from = \"a\"; },\n { moodle = \"city\"; from = \"b\"; },\n"
			 " { moodle = \"city\"; from = \"b\"; policy = \"moodle\"; }, { moodle = \"profile_field_\"; from = \"b\"; "
			 "} );\n"
			 "} ); sources = ( { name = \"s\"; kind = \"squarespace\"; api_key = \"env:A\"; fields = ( { name = \"b\"; "
			 "from = \"B\"; } );"),
		    "4: setting \"username\": \"mail\" is not one of email|local|name\n"
		    "4: setting \"names\": \"shop\" is not one of source|moodle|report\n"
		    "5: setting \"moodle\": \"company\" is no profile field: institution, department, phone1, idnumber, city, "
		    "country, lang, "
		    "or \"profile_field_\" and the short name of one of the site's own\n"
		    "5: setting \"from\": no source keeps a field \"a\" (setting \"fields\" of a source)\n"
		    "7: setting \"policy\": \"moodle\" is not one of source|report\n"
		    "7: setting \"moodle\": \"city\" stands there twice\n"
		    "7: setting \"moodle\": \"profile_field_\" is no profile field: institution, department, phone1, idnumber, "
		    "city, country, lang, "
		    "or \"profile_field_\" and the short name of one of the site's own\n" },
		{ "what only files have", SOURCE("trailer = \"END\"; whole_files = true; sum_file = \"required\"; floor = 101;"),
		    "3: setting \"trailer\" is for csv sources\n3: setting \"whole_files\" is for csv sources\n"
		    "3: setting \"sum_file\" is for csv and bank sources\n4: setting \"floor\": 101 is not within 1 and 100\n" },
		{ "tenants of one name", TOP "tenants = ( { " TENANT_HEAD "}, { " TENANT_HEAD "} );",
		    "3: there are two tenants named \"acme\"\n" },
		{ "sites of one name",
		    TENANT("sites = ( { name = \"c\"; url = \"https://m.example\"; token = \"env:T\"; },\n"
			   "{ name = \"c\"; url = \"https://n.example\"; token = \"env:T\"; } );"),
		    "4: there are two sites named \"c\"\n" },
		{ "sources of one name",
		    TENANT("sources = ( { name = \"c\"; kind = \"squarespace\"; api_key = \"env:T\"; },\n"
			   "{ name = \"c\"; kind = \"squarespace\"; api_key = \"env:T\"; } );"),
		    "4: there are two sources named \"c\"\n" },
		{ "mail without its own", TENANT("mail = { };"),
		    "3: setting \"smtp\" of \"mail\" is missing\n3: setting \"from\" of \"mail\" is missing\n" },
		{ "a mail server by name only", TENANT("mail = { smtp = \"mail.example\"; from = \"a@b.example\"; };"),
		    "3: setting \"smtp\": \"mail.example\" is not an address: it must begin with smtps://\n" },
		{ "a pattern that is none", LINK("pattern = \"(\"; to = \"shop\";"),
		    "5: setting \"pattern\": \"(\" is not a regular expression: Unmatched ( or \\(\n" },
		{ "a pattern without a group", LINK("pattern = \"^WEB-\"; to = \"shop\";"),
		    "5: setting \"pattern\": \"^WEB-\" has 0 groups, not one: brackets stand around what counts, as in "
		    "\"^WEB-([0-9]+)$\"\n" },
		{ "a link to nowhere", LINK("to = \"shp\";"), "5: setting \"to\": the tenant has no source \"shp\"\n" },
		{ "a link without a target", LINK(""), "5: setting \"to\" of a link is missing\n" },
		{ "a link to itself", LINK("to = \"erp\";"),
		    "5: this link ties nothing: neither of \"erp\" and \"erp\" settles the other (settings \"role\" and "
		    "\"settles\")\n" },
		{ "a sale settles nothing", SETTLES("settles = \"erp\";", ""),
		    "3: setting \"settles\": a source of role \"sale\" does not settle \"erp\", one of role \"invoice\"\n" },
		{ "settles nobody", SETTLES("", "settles = (\"shop\", \"shp\");"),
		    "4: setting \"settles\": the tenant has no source \"shp\"\n" },
		{ "reports what", SETTLES("", "unlinked = \"all\";"),
		    "4: setting \"unlinked\": \"all\" is not one of both|own|sales|none\n" },
		{ "grace of no number of days", PRODUCT(RULE "grace_days = \"soon\";"),
		    "7: setting \"grace_days\": \"soon\" is neither a whole number nor \"never\"\n" },
		{ "grace below none", PRODUCT(RULE "grace_days = -1;"),
		    "7: setting \"grace_days\": -1 is not within 0 and 3650\n" },
		{ "grace that is a list", PRODUCT(RULE "grace_days = (1);"),
		    "7: setting \"grace_days\" must be a whole number or \"never\", not a list ( )\n" },
		{ "a notice that never comes", PRODUCT(RULE "notice_days = \"never\";"),
		    "7: setting \"notice_days\" must be a whole number, not a string\n" },
		{ "two ends", PRODUCT(RULE "term = \"P1Y\"; until = \"2027-06-30\";"),
		    "5: a product rule ends by \"term\" or by \"until\", not by both\n" },
		{ "a day that there is not", PRODUCT(RULE "until = \"2027-06-31\";"),
		    "7: setting \"until\": \"2027-06-31\" is not a date: the calendar has no such day\n" },
		{ "a tolerance of nothing", PRODUCT(RULE "price_tolerance = \"3\";"),
		    "5: setting \"price_tolerance\": there is no \"price\" that it could be of\n" },
		{ "a course that waits for itself", PRODUCT(RULE "requires = ( \"C\" );"),
		    "5: setting \"requires\": course \"C\" would wait for itself\n" },
		{ "a cohort twice, and one without a name", PRODUCT(RULE "cohorts = ( \"A\", \"A\", \"\" );"),
		    "5: setting \"cohorts\": \"A\" stands there twice\n7: setting \"cohorts\": a string in the list is empty\n" },
		{ "a cohort that no Moodle can have",
		    SITE("cohort = "
			 "\"0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789A\""
			 ";"),
		    "3: setting \"cohort\": "
		    "\"0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789A\" is "
		    "longer than an ID number can be, 100 letters\n" },
		{ "a required course twice", PRODUCT(RULE "requires = ( \"D\", \"D\", \"id:x\" );"),
		    "5: setting \"requires\": \"D\" stands there twice\n5: setting \"requires\": \"id:x\" must end in a number\n" },
		{ "a field that nobody reads", PRODUCT(RULE "require_field = \"phone\";"),
		    "5: setting \"require_field\": \"phone\" is none of phone1, phone2, idnumber, institution, department, city, "
		    "country, and does not "
		    "begin with "
		    "\"profile_field_\"\n" },
		{ "a profile field that the site does not read", PRODUCT(RULE "require_field = \"profile_field_firm\";"),
		    "5: setting \"require_field\": site \"campus\" does not read the profile field \"firm\" (setting "
		    "\"profile_fields\")\n" },
		{ "an end before the beginning", PRODUCT(RULE "starts = \"2027-02-01\"; until = \"2027-01-31\";"),
		    "5: setting \"starts\": access would end (\"until\") before it begins\n" },
		{ "what is excluded waits for nothing", PRODUCT("match = \"sku:A\"; exclude = true; capacity = 3;"),
		    "5: a product rule with \"exclude\" gives no access that could wait for anything\n" },
		{ "no dispute is removed", PRODUCT(RULE "on_dispute = \"unenrol\";"),
		    "7: setting \"on_dispute\": \"unenrol\" is not one of keep|suspend\n" },
		{ "a mail server with a path", TENANT("mail = { smtp = \"smtps://mail.example/x\"; from = \"a@b.example\"; };"),
		    "3: setting \"smtp\": \"smtps://mail.example/x\" is not an address: nothing may stand behind the host and "
		    "port\n" },
		{ "a mail user without password", MAIL("user = \"u\";"),
		    "2: setting \"user\" of \"mail\" needs \"password\" too\n" },
		{ "a mail password without user", MAIL("password = \"env:P\";"),
		    "2: setting \"password\" of \"mail\" needs \"user\" too\n" },
		{ "a logo whose file may be any", TENANT("certificate = { issuer = \"A\"; logo = \"/l.jpg\"; };"),
		    "2: setting \"logo\" of \"certificate\" needs \"logo_sha256\" too\n" },
		{ "a bounce address with a name", MAIL("bounce = \"Acme <b@acme.example>\";"),
		    "2: setting \"bounce\" of \"mail\": \"Acme <b@acme.example>\" must be an address without a name\n" },
		{ "a bounce address without room", MAIL("bounce = \"bounces.of.the.whole.academy.and.more.12@acme.example\";"),
		    "2: setting \"bounce\" of \"mail\": \"bounces.of.the.whole.academy.and.more.12@acme.example\" has more than 38 "
		    "characters before the @, where a mail's mark has to fit in too\n" },
		{ "no mailbox", MAIL("reply_to = \"Acme\";"),
		    "4: setting \"reply_to\": \"Acme\" is not a mailbox: it must be written as \"Name <name@example.org>\"\n" },
		{ "two mailboxes", MAIL("reply_to = \"a@b.example, c@d.example\";"),
		    "4: setting \"reply_to\": \"a@b.example, c@d.example\" is not a mailbox: it must be written as \"Name "
		    "<name@example.org>\"\n" },
		{ "a mailbox not closed", MAIL("reply_to = \"Acme <a@b.example\";"),
		    "4: setting \"reply_to\": \"Acme <a@b.example\" is not a mailbox: it must end after \">\"\n" },
		{ "a certificate of nobody", TENANT("certificate = { };"),
		    "3: setting \"issuer\" of \"certificate\" is missing\n" },
		{ "a file that does not parse", TOP "tenants = (\n", "3: syntax error\n" },
	};
	const char *expected, *mark;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(cases); i++) {
		write_config(cases[i].text);
		expected = cases[i].findings;
		mark = strstr(expected, "FILE");
		if (mark != NULL)
			expected = arena_printf(&arena, "%.*s%s%s", (int)(mark - expected), expected, file, mark + 4);
		expect_text(cases[i].title, findings(), expected);
	}
}

static void
everything_wrong_is_found_at_once(void **state)
{
	struct config *config = NULL;
	struct err err = ERR_INIT;

	(void)state;
	write_config(
	    "state_dir = \"x\";\nfoo = 1;\nmaster_key = \"env:K\";\ntenants = ( {\n name = \"acme\";\n currency = \"EUR\";\n"
	    " sites = ( {\n  batch = 0;\n } );\n} );\n");
	expect_text("in the order of the lines", findings(),
	    "1: setting \"state_dir\": \"x\" is not an absolute path\n"
	    "2: setting \"foo\" is not known in the configuration\n"
	    "4: setting \"timezone\" of a tenant is missing\n"
	    "7: setting \"name\" of a site is missing\n"
	    "7: setting \"url\" of a site is missing\n"
	    "7: setting \"token\" of a site is missing\n"
	    "8: setting \"batch\": 0 is not within 1 and 150\n");
	assert_int_equal(config_load(&arena, file, &config, &err), -1);
	expect_err("the first one", &err, ERR_CONFIG,
	    arena_printf(&arena, "%s:1: setting \"state_dir\": \"x\" is not an absolute path", file));
	expect_text("the others", err.hint, arena_printf(&arena, "There are 6 more: run \"ctok-admin check --config %s\".", file));
	assert_null(config);
	err_reset(&err);
	assert_int_equal(config_load(&arena, "/nonexistent/c.conf", &config, &err), -1);
	expect_err(
	    "no file", &err, ERR_CONFIG, "could not read configuration file \"/nonexistent/c.conf\": No such file or directory");
	expect_text("no hint", err.hint, "");
}

static char *
printed(void (*write)(FILE *, const struct config *), const struct config *config)
{
	char *text = NULL, *copy;
	size_t len = 0;
	FILE *f = open_memstream(&text, &len);

	assert_non_null(f);
	write(f, config);
	assert_int_equal(fclose(f), 0);
	copy = arena_strdup(&arena, text);
	free(text);
	return copy;
}

static void
example(FILE *f, const struct config *config)
{
	(void)config;
	config_example(f);
}

static void
the_example_loads_and_what_is_printed_loads_again(void **state)
{
	char *text, *again;
	const struct config *config;
	bool asleep = false;
	const char *p;

	(void)state;
	write_config(printed(example, NULL));
	expect_text("the example", findings(), "");
	config = loaded();
	expect_text("its tenant", config->tenants[0].name, "acme");
	text = printed(config_print, config);
	write_config(text);
	again = printed(config_print, loaded());
	expect_text("printed again", again, text);
	/* Odd characters come through. */
	write_config(TENANT("certificate = { issuer = \"A \\\"B\\\" \\\\ Đ\"; };"));
	text = printed(config_print, loaded());
	assert_non_null(strstr(text, "issuer = \"A \\\"B\\\" \\\\ Đ\";"));
	write_config(text);
	expect_text("odd characters", loaded()->tenants[0].certificate.issuer, "A \"B\" \\ Đ");
	/* With every commented setting of the example taken in that has a default, it loads too. A group that is a comment as a whole stays one. */
	text = printed(example, NULL);
	again = arena_strdup(&arena, "");
	for (p = text; *p != '\0'; p += strcspn(p, "\n") + 1) {
		size_t len = strcspn(p, "\n") + 1, blanks = strspn(p, " ");
		bool setting;

		if (text_starts(p + blanks, "# links = ( {") || text_starts(p + blanks, "# fields = ( {"))
			asleep = true;
		if (text_starts(p + blanks, "# } );"))
			asleep = false;
		setting = p[blanks] == '#' && p[len - 2] == ';' && strstr(arena_strndup(&arena, p, len), " = ") != NULL &&
			  strstr(arena_strndup(&arena, p, len), "\"\"") == NULL && !asleep;

		again =
		    arena_printf(&arena, "%s%.*s", again, (int)(setting ? len - blanks - 2 : len), setting ? p + blanks + 2 : p);
	}
	assert_true(strlen(again) < strlen(text));
	write_config(again);
	expect_text("the defaults as written", findings(), "");
	/* Hidden ones are for tests. */
	assert_null(strstr(text, "test_now"));
}

static void
secrets_are_printed_as_references(void **state)
{
	(void)state;
	assert_int_equal(setenv("CTOK_TEST_TOKEN", "0123456789abcdef", 1), 0);
	write_config(TENANT("sites = ( { name = \"c\"; url = \"https://m.example\"; token = \"env:CTOK_TEST_TOKEN\"; } );"));
	assert_null(strstr(printed(config_print, loaded()), "0123456789abcdef"));
	assert_non_null(strstr(printed(config_print, loaded()), "token = \"env:CTOK_TEST_TOKEN\";"));
	assert_int_equal(unsetenv("CTOK_TEST_TOKEN"), 0);
}

static void
durations(void **state)
{
	static const struct {
		const char *text;
		int years, months, weeks, days;
		const char *message;
	} terms[] = {
		{ "P2Y", 2, 0, 0, 0, NULL },
		{ "P1Y2M3W4D", 1, 2, 3, 4, NULL },
		{ "P90D", 0, 0, 0, 90, NULL },
		{ "P9999D", 0, 0, 0, 9999, NULL },
		{ "P0Y1M", 0, 1, 0, 0, NULL },
		{ "P", 0, 0, 0, 0, "\"P\" is not a term: it must be written as P2Y, P18M, P6W or P90D" },
		{ "", 0, 0, 0, 0, "\"\" is not a term: it must be written as P2Y, P18M, P6W or P90D" },
		{ "2Y", 0, 0, 0, 0, "\"2Y\" is not a term: it must be written as P2Y, P18M, P6W or P90D" },
		{ "p2y", 0, 0, 0, 0, "\"p2y\" is not a term: it must be written as P2Y, P18M, P6W or P90D" },
		{ "P2", 0, 0, 0, 0, "\"P2\" is not a term: it must be written as P2Y, P18M, P6W or P90D" },
		{ "P-2Y", 0, 0, 0, 0, "\"P-2Y\" is not a term: it must be written as P2Y, P18M, P6W or P90D" },
		{ "P1.5Y", 0, 0, 0, 0, "\"P1.5Y\" is not a term: it must be written as P2Y, P18M, P6W or P90D" },
		{ "P1M1Y", 0, 0, 0, 0, "\"P1M1Y\" is not a term: it must be written as P2Y, P18M, P6W or P90D" },
		{ "P1Y1Y", 0, 0, 0, 0, "\"P1Y1Y\" is not a term: it must be written as P2Y, P18M, P6W or P90D" },
		{ "P1YT1H", 0, 0, 0, 0, "\"P1YT1H\" is not a term: it must be written as P2Y, P18M, P6W or P90D" },
		{ "P0D", 0, 0, 0, 0, "\"P0D\" is not a term: it has no length" },
		{ "P10000D", 0, 0, 0, 0, "\"P10000D\" is not a term: a part is larger than 9999" },
		{ "P99999999999D", 0, 0, 0, 0, "\"P99999999999D\" is not a term: it must be written as P2Y, P18M, P6W or P90D" },
	};
	static const struct {
		const char *text;
		int64_t seconds;
		const char *back;
	} spans[] = {
		{ "PT15M", 900, "PT15M" },
		{ "PT26H", 93600, "PT26H" },
		{ "P1D", 86400, "P1D" },
		{ "P1DT2H3M4S", 93784, "PT93784S" },
		{ "PT0S", 0, "PT0S" },
		{ "PT24H", 86400, "P1D" },
		{ "PT999999999S", 999999999, "PT999999999S" },
		{ "PT444444442H", 1599999991200, "PT444444442H" },
		{ "P1W", -1, NULL },
		{ "PT", -1, NULL },
		{ "P1DT", -1, NULL },
		{ "PT1D", -1, NULL },
		{ "PT1S1M", -1, NULL },
		{ "900", -1, NULL },
		{ "P", -1, NULL },
		{ "", -1, NULL },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(terms); i++) {
		struct err err = ERR_INIT;
		struct duration term = { 7, 7, 7, 7 };

		if (terms[i].message != NULL) {
			assert_int_equal(duration_term(terms[i].text, &term, &err), -1);
			expect_err(terms[i].text, &err, ERR_DATA, terms[i].message);
			assert_int_equal(term.years, 7);
			continue;
		}
		expect_ok(terms[i].text, duration_term(terms[i].text, &term, &err), &err);
		if (term.years != terms[i].years || term.months != terms[i].months || term.weeks != terms[i].weeks ||
		    term.days != terms[i].days)
			fail_msg("%s", terms[i].text);
	}
	for (i = 0; i < COUNT_OF(spans); i++) {
		struct err err = ERR_INIT;
		int64_t seconds = 7;

		if (spans[i].seconds < 0) {
			assert_int_equal(duration_span(spans[i].text, &seconds, &err), -1);
			expect_err(spans[i].text, &err, ERR_DATA,
			    arena_printf(&arena, "\"%s\" is not a span of time: it must be written as P1D, PT26H, PT15M or PT30S",
				spans[i].text));
			continue;
		}
		expect_ok(spans[i].text, duration_span(spans[i].text, &seconds, &err), &err);
		assert_int_equal(seconds, spans[i].seconds);
		expect_text(spans[i].text, duration_text(&arena, seconds), spans[i].back);
		/* The text means the same. */
		expect_ok(spans[i].back, duration_span(spans[i].back, &seconds, &err), &err);
		assert_int_equal(seconds, spans[i].seconds);
	}
}

static int
set_up(void **state)
{
	(void)state;
	if (mkdtemp(dir) == NULL)
		return -1;
	(void)snprintf(file, sizeof(file), "%s/c.conf", dir);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	(void)unlink(file);
	arena_done(&arena);
	return rmdir(dir);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_whole_configuration_fills_every_field),
		cmocka_unit_test(defaults_hold),
		cmocka_unit_test(each_fault_is_found_with_its_line),
		cmocka_unit_test(everything_wrong_is_found_at_once),
		cmocka_unit_test(the_example_loads_and_what_is_printed_loads_again),
		cmocka_unit_test(secrets_are_printed_as_references),
		cmocka_unit_test(durations),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
