/* Every setting of ctok-batch.conf, declared once. The order here is the order of the example file. */
#include "settings.h"

#include <string.h>

#include "base/text.h"
#include "prefix.h"

#define AT(type, member) offsetof(struct type, member)
#define DAY_S 86400

const struct setting settings_table[] = {
	/* The whole installation. */
	{ SETTINGS_ROOT, "state_dir", SETTINGS_PATH, AT(config, state_dir), .fallback = "/var/lib/ctok-batch",
	    .example = "\"/var/lib/ctok-batch\"",
	    .help = "Where the embedded database, the log, certificates and workbooks are kept." },
	{ SETTINGS_ROOT, "database", SETTINGS_CONNINFO, AT(config, database), .fallback = "embedded", .example = "\"embedded\"",
	    .help = "\"embedded\" for a private PostgreSQL under state_dir, or a libpq conninfo without a password." },
	{ SETTINGS_ROOT, "database_password", SETTINGS_SECRET, AT(config, database_password),
	    .help = "Password for a conninfo database that asks for one." },
	{ SETTINGS_ROOT, "database_user", SETTINGS_TEXT, AT(config, database_user), .fallback = "postgres",
	    .help = "Unprivileged account that runs the embedded PostgreSQL when the programs run as root." },
	{ SETTINGS_ROOT, "master_key", SETTINGS_SECRET, AT(config, master_key), .required = true,
	    .example = "\"file:/etc/ctok-batch/master.key\"",
	    .help = "Key that seals raw payloads and tokens: 64 hex digits. Without it they cannot be read again." },
	{ SETTINGS_ROOT, "log_file", SETTINGS_PATH, AT(config, log_file), .help = "Default: log/ctok-batch.log under state_dir." },
	{ SETTINGS_ROOT, "log_level", SETTINGS_LEVEL, AT(config, log_level), .fallback = "info",
	    .help = "What goes to the log file: \"error\", \"warn\", \"info\" or \"debug\". Debug lines may hold personal data." },
	{ SETTINGS_ROOT, "stderr_level", SETTINGS_LEVEL, AT(config, stderr_level), .fallback = "warn",
	    .help = "What goes to standard error: cron mails it, so that a person is called only when needed." },
	{ SETTINGS_ROOT, "template_dir", SETTINGS_PATH, AT(config, template_dir),
	    .fallback = CTOK_PREFIX "/share/ctok-batch/templates", .help = "Templates of certificates and mails." },
	{ SETTINGS_ROOT, "test_now", SETTINGS_MOMENT, AT(config, test_now), .hidden = true,
	    .help = "For tests: stands for the wall clock." },
	{ SETTINGS_ROOT, "tenants", SETTINGS_GROUPS, AT(config, tenants), .inner = SETTINGS_TENANT,
	    .count_offset = AT(config, tenant_count), .required = true, .help = "One group for each brand or company." },

	/* A tenant. */
	{ SETTINGS_TENANT, "name", SETTINGS_NAME, AT(config_tenant, name), .required = true, .example = "\"acme\"",
	    .help = "Short name; it stays the same for good." },
	{ SETTINGS_TENANT, "timezone", SETTINGS_ZONE, AT(config_tenant, timezone), .required = true, .example = "\"Europe/Madrid\"",
	    .help = "IANA time zone in which its days begin and end." },
	{ SETTINGS_TENANT, "currency", SETTINGS_CURRENCY, AT(config_tenant, currency), .required = true, .example = "\"EUR\"",
	    .help = "ISO 4217 currency of its books." },
	{ SETTINGS_TENANT, "locale", SETTINGS_TEXT, AT(config_tenant, locale), .fallback = "en", .example = "\"es\"",
	    .help = "Language of mails and certificates, as in \"es\" or \"pt-BR\". `ctok-admin mail check` lists what there is." },
	{ SETTINGS_TENANT, "sites", SETTINGS_GROUPS, AT(config_tenant, sites), .inner = SETTINGS_SITE,
	    .count_offset = AT(config_tenant, site_count), .help = "Moodle sites." },
	{ SETTINGS_TENANT, "sources", SETTINGS_GROUPS, AT(config_tenant, sources), .inner = SETTINGS_SOURCE,
	    .count_offset = AT(config_tenant, source_count), .help = "Shops and other systems that sales come from." },
	{ SETTINGS_TENANT, "links", SETTINGS_GROUPS, AT(config_tenant, links), .inner = SETTINGS_LINK,
	    .count_offset = AT(config_tenant, link_count), .example = "( )",
	    .help = "By what an invoice or a payment is found to belong to a sale, beyond the id of a payment that both know." },
	{ SETTINGS_TENANT, "products", SETTINGS_GROUPS, AT(config_tenant, products), .inner = SETTINGS_PRODUCT,
	    .count_offset = AT(config_tenant, product_count),
	    .help = "Which product gives access to which courses. The most specific rule wins: variant, SKU, product, name; exact "
		    "before pattern." },
	{ SETTINGS_TENANT, "mail", SETTINGS_GROUP, AT(config_tenant, mail), .inner = SETTINGS_MAIL,
	    .help = "How mails to learners are sent." },
	{ SETTINGS_TENANT, "certificate", SETTINGS_GROUP, AT(config_tenant, certificate), .inner = SETTINGS_CERTIFICATE,
	    .help = "What stands on certificates." },

	/* A Moodle site. */
	{ SETTINGS_SITE, "name", SETTINGS_NAME, AT(config_site, name), .required = true, .example = "\"campus\"",
	    .help = "Short name; it stays the same for good." },
	{ SETTINGS_SITE, "url", SETTINGS_URL, AT(config_site, url), .required = true, .example = "\"https://campus.example.org\"",
	    .help = "Address of the site, its wwwroot." },
	{ SETTINGS_SITE, "token", SETTINGS_SECRET, AT(config_site, token), .required = true,
	    .example = "\"file:/etc/ctok-batch/moodle.token\"", .help = "Web service token." },
	{ SETTINGS_SITE, "database", SETTINGS_CONNINFO, AT(config_site, database),
	    .help = "Read level 1: libpq conninfo of a read-only account of Moodle's own PostgreSQL." },
	{ SETTINGS_SITE, "database_password", SETTINGS_SECRET, AT(config_site, database_password), .help = "Its password." },
	{ SETTINGS_SITE, "report", SETTINGS_INT, AT(config_site, report), .least = 0, .most = INT32_MAX,
	    .help = "Read level 2: id of the custom report \"Course participants\"; 0: none." },
	{ SETTINGS_SITE, "auth", SETTINGS_NAME, AT(config_site, auth),
	    .help = "Authentication of new accounts, \"oauth2\" for instance. Default: Moodle mails a temporary password." },
	{ SETTINGS_SITE, "username", SETTINGS_CHOICE, AT(config_site, username), .fallback = "email", .choices = "email|local|name",
	    .help =
		"What user names of new accounts are made of: \"email\", \"local\" for what stands before its @, or \"name\" as "
		"in ana.diaz. Where one is taken, -2, -3, … is put behind it." },
	{ SETTINGS_SITE, "names", SETTINGS_CHOICE, AT(config_site, names), .fallback = "moodle", .choices = "source|moodle|report",
	    .help =
		"Who is right about a learner's name: \"source\" writes what the sale says into the account, \"moodle\" leaves it, "
		"\"report\" leaves it too and makes another name a finding. Certificates bear the account's name." },
	{ SETTINGS_SITE, "email", SETTINGS_CHOICE, AT(config_site, email), .fallback = "moodle", .choices = "source|moodle|report",
	    .help = "The same for the account's address: \"source\" writes the one that the newest sale names, \"report\" finds an "
		    "address that the learner is not known by." },
	{ SETTINGS_SITE, "fields", SETTINGS_GROUPS, AT(config_site, fields), .inner = SETTINGS_PROFILE,
	    .count_offset = AT(config_site, field_count), .example = "( )",
	    .help = "Profile fields of accounts that should say what a kept field (setting `fields` of sources) says." },
	{ SETTINGS_SITE, "role", SETTINGS_TEXT, AT(config_site, role), .fallback = "student",
	    .help = "Short name of the student role." },
	{ SETTINGS_SITE, "role_id", SETTINGS_INT, AT(config_site, role_id), .least = 0, .most = INT32_MAX,
	    .help = "Its id, for sites where it is not 5 and read level 1 is not configured; 0: find out." },
	{ SETTINGS_SITE, "roles", SETTINGS_PAIRS, AT(config_site, roles),
	    .help = "Ids of other roles that product rules name, as in { observer = \"9\"; }: needed only where read level 1 is "
		    "not configured and nobody has "
		    "the role yet." },
	{ SETTINGS_SITE, "welcome", SETTINGS_TEXT, AT(config_site, welcome),
	    .help = "Course that everybody is enrolled in, once and without end, for whom ctok-batch makes an account from now on; "
		    "named as in `courses`. "
		    "Who is removed there stays removed." },
	{ SETTINGS_SITE, "cohort", SETTINGS_TEXT, AT(config_site, cohort),
	    .help =
		"Cohort, by its ID number, that everybody with access to some course is a member of, as long as any of it lasts." },
	{ SETTINGS_SITE, "make_cohorts", SETTINGS_BOOL, AT(config_site, make_cohorts),
	    .help = "Make cohorts that are not there, in the system's context; else they are a finding." },
	{ SETTINGS_SITE, "protected", SETTINGS_LIST, AT(config_site, protected_users),
	    .help = "E-mail addresses and user names that are never touched." },
	{ SETTINGS_SITE, "profile_fields", SETTINGS_LIST, AT(config_site, profile_fields), .example = "( )",
	    .help = "Short names of the site's own profile fields (Site administration ▸ Users ▸ User profile fields) that are "
		    "read and kept." },
	{ SETTINGS_SITE, "ca_file", SETTINGS_PATH, AT(config_site, ca_file),
	    .help = "Certificate authorities to trust instead of the system's." },
	{ SETTINGS_SITE, "allow_private", SETTINGS_LIST, AT(config_site, allow_private),
	    .help = "Host names that may lead to private addresses." },
	{ SETTINGS_SITE, "connections", SETTINGS_INT, AT(config_site, connections), .fallback = "2", .least = 1, .most = 16,
	    .help = "Requests at once." },
	{ SETTINGS_SITE, "batch", SETTINGS_INT, AT(config_site, batch), .fallback = "100", .least = 1, .most = 150,
	    .help = "Enrolments in one request; Moodle takes 1,000 fields, and one enrolment is six." },
	{ SETTINGS_SITE, "patience", SETTINGS_SPAN, AT(config_site, patience_s), .fallback = "PT2M", .least = 1, .most = 3600,
	    .help = "How long a request is tried again while the site is not served, as during maintenance." },
	{ SETTINGS_SITE, "max_age", SETTINGS_SPAN, AT(config_site, max_age_s), .fallback = "PT26H", .least = 3600,
	    .most = 90 * DAY_S, .help = "An older reading of the site is stale: nothing is written on its word." },
	{ SETTINGS_SITE, "allow_http", SETTINGS_BOOL, AT(config_site, allow_http), .hidden = true,
	    .help = "For tests: plain HTTP, to this machine only." },

	/* A profile field of a site's accounts. */
	{ SETTINGS_PROFILE, "moodle", SETTINGS_TEXT, AT(config_profile, moodle), .required = true,
	    .example = "\"profile_field_company\"",
	    .help =
		"The field as Moodle calls it: \"institution\", \"department\", \"phone1\", \"idnumber\", \"city\", \"country\", "
		"\"lang\", or \"profile_field_\" and the short name of a field of the site's own." },
	{ SETTINGS_PROFILE, "from", SETTINGS_NAME, AT(config_profile, from), .required = true, .example = "\"company\"",
	    .help = "Name of the kept field. What the newest sale to the learner says counts, its line before the whole." },
	{ SETTINGS_PROFILE, "policy", SETTINGS_CHOICE, AT(config_profile, policy), .fallback = "report", .choices = "source|report",
	    .help = "\"source\": what the sale says is written; \"report\": a difference is a finding." },

	/* A source. */
	{ SETTINGS_SOURCE, "name", SETTINGS_NAME, AT(config_source, name), .required = true, .example = "\"shop\"",
	    .help = "Short name; it stays the same for good." },
	{ SETTINGS_SOURCE, "kind", SETTINGS_CHOICE, AT(config_source, kind), .required = true,
	    .choices = "squarespace|woocommerce|facturascripts|stripe|csv|bank|rates", .example = "\"squarespace\"",
	    .help = "What it is: \"squarespace\", \"woocommerce\", \"facturascripts\", \"stripe\", \"csv\" for files of any "
		    "other system, \"bank\" for statements of a bank account, or \"rates\" for exchange rates." },
	{ SETTINGS_SOURCE, "role", SETTINGS_CHOICE, AT(config_source, role), .fallback = "sale",
	    .choices = "sale|invoice|payment|bank|rates", .example = "\"sale\"",
	    .help = "What its documents are: \"sale\", \"invoice\" or \"payment\"; \"bank\" for statements of a bank account, "
		    "\"rates\" for exchange rates." },
	{ SETTINGS_SOURCE, "url", SETTINGS_URL, AT(config_source, url),
	    .help = "Base of its interface. A FacturaScripts site: its address without \"/api/3\"; a WooCommerce shop: its address "
		    "without \"/wp-json\"; squarespace and stripe have a default." },
	{ SETTINGS_SOURCE, "api_key", SETTINGS_SECRET, AT(config_source, api_key),
	    .example = "\"file:/etc/ctok-batch/squarespace.key\"",
	    .help = "Key of its interface (squarespace, stripe; of Stripe a restricted one with the right to read); of woocommerce "
		    "the consumer key and secret: ck_…:cs_…." },
	{ SETTINGS_SOURCE, "token", SETTINGS_SECRET, AT(config_source, token),
	    .help = "Token of its interface (facturascripts). It needs only the right to read." },
	{ SETTINGS_SOURCE, "ca_file", SETTINGS_PATH, AT(config_source, ca_file),
	    .help = "Certificate authorities to trust instead of the system's." },
	{ SETTINGS_SOURCE, "allow_private", SETTINGS_LIST, AT(config_source, allow_private),
	    .help = "Host names that may lead to private addresses." },
	{ SETTINGS_SOURCE, "allow_http", SETTINGS_BOOL, AT(config_source, allow_http), .hidden = true,
	    .help = "For tests: plain HTTP, to this machine only." },
	{ SETTINGS_SOURCE, "connections", SETTINGS_INT, AT(config_source, connections), .fallback = "1", .least = 1, .most = 16,
	    .help = "Requests at once, where one does not depend on another's answer; of facturascripts 4 at most. No more than "
		    "the shop allows are begun a second." },
	{ SETTINGS_SOURCE, "transactions", SETTINGS_BOOL, AT(config_source, transactions),
	    .help = "Read payments, refunds, fees and donations too, which the key must be allowed to (squarespace)." },
	{ SETTINGS_SOURCE, "key_in_query", SETTINGS_BOOL, AT(config_source, key_in_query),
	    .help = "Send the key in the query, to a host that drops the header Authorization (woocommerce)." },
	{ SETTINGS_SOURCE, "plain_permalinks", SETTINGS_BOOL, AT(config_source, plain_permalinks),
	    .help = "The site has plain permalinks: \"/?rest_route=…\" instead of \"/wp-json…\" (woocommerce)." },
	{ SETTINGS_SOURCE, "test_orders", SETTINGS_BOOL, AT(config_source, test_orders),
	    .help = "Take orders of the shop's test mode too." },
	{ SETTINGS_SOURCE, "companies", SETTINGS_LIST, AT(config_source, companies),
	    .help = "Numbers (idempresa) of the companies whose invoices are taken (facturascripts). Default: all." },
	{ SETTINGS_SOURCE, "drafts", SETTINGS_BOOL, AT(config_source, drafts),
	    .help = "Take invoices that are still drafts too (facturascripts)." },
	{ SETTINGS_SOURCE, "skip_payouts", SETTINGS_BOOL, AT(config_source, skip_payouts),
	    .help = "Leave the account's balance and payouts out (stripe): for the second of two sources of the same account." },
	{ SETTINGS_SOURCE, "zone", SETTINGS_ZONE, AT(config_source, zone), .fallback = "Europe/Madrid",
	    .help = "IANA time zone of the server's clock, for sources that send times without one (facturascripts)." },
	{ SETTINGS_SOURCE, "paid_percent", SETTINGS_INT, AT(config_source, paid_percent), .fallback = "100", .least = 1,
	    .most = 100, .help = "An invoice counts as paid when so many percent of it are (facturascripts)." },
	{ SETTINGS_SOURCE, "on_overdue", SETTINGS_CHOICE, AT(config_source, on_overdue), .fallback = "keep",
	    .choices = "keep|suspend",
	    .help =
		"What becomes of access when the rest of an invoice that counts as paid is overdue (facturascripts). \"keep\": it "
		"stays, and is a finding; \"suspend\": it is paid for up to the day that the rest was due." },
	{ SETTINGS_SOURCE, "on_disabled_client", SETTINGS_CHOICE, AT(config_source, on_disabled_client), .fallback = "keep",
	    .choices = "keep|suspend",
	    .help = "What becomes of access that a client has paid for whom the source has disabled (facturascripts). \"keep\": it "
		    "stays; \"suspend\": it ends, with grace, and comes back with the client. Either is a finding." },
	{ SETTINGS_SOURCE, "expected", SETTINGS_LIST, AT(config_source, expected),
	    .help =
		"What is read besides invoices, as not sold yet (facturascripts): \"quotes\", \"orders\". It gives no access and "
		"is no revenue; the workbook's sheet Expected and `ctok-admin explain` show it until it is invoiced, cancelled or "
		"expired. The token needs the right to read these tables and their lines." },
	{ SETTINGS_SOURCE, "learner_from", SETTINGS_CHOICE, AT(config_source, learner_from), .fallback = "billing_contact",
	    .choices = "billing_contact|delivery_contact|notes",
	    .help = "Where an invoice names the learner (facturascripts): \"billing_contact\", \"delivery_contact\", or \"notes\" "
		    "for the "
		    "first e-mail address in its notes." },
	{ SETTINGS_SOURCE, "unpaid_days", SETTINGS_INT, AT(config_source, unpaid_days), .fallback = "400", .least = 1,
	    .most = 36500, .help = "Unpaid invoices so young are read again by every pull (facturascripts)." },
	{ SETTINGS_SOURCE, "sweep_days", SETTINGS_INT, AT(config_source, sweep_days), .fallback = "7", .least = 1, .most = 365,
	    .help = "After so many days everything is read again, to find what was changed or has vanished (facturascripts, "
		    "woocommerce). 1 "
		    "sweeps every night." },
	{ SETTINGS_SOURCE, "rounding", SETTINGS_ROUNDING, AT(config_source, rounding), .fallback = "exact",
	    .help = "\"exact\": an amount with more decimals than its currency is an error; \"half_up\": round it. FacturaScripts "
		    "sends "
		    "computed numbers, which are always rounded." },
	{ SETTINGS_SOURCE, "learner_name_labels", SETTINGS_LIST, AT(config_source, learner_name_labels),
	    .example = "( \"Learner name\" )",
	    .help = "Labels of the product form's fields that hold the learner's name; of woocommerce labels or keys of meta "
		    "fields of the line "
		    "or the order, \"key.member\" for what lies within one." },
	{ SETTINGS_SOURCE, "learner_email_labels", SETTINGS_LIST, AT(config_source, learner_email_labels),
	    .example = "( \"Learner e-mail\" )", .help = "Labels of the fields that hold the learner's e-mail address." },
	{ SETTINGS_SOURCE, "reference_labels", SETTINGS_LIST, AT(config_source, reference_labels),
	    .help = "Keys of an order's fields that say what the same sale is called elsewhere (woocommerce); they become "
		    "\"metadata.KEY\"." },
	{ SETTINGS_SOURCE, "fields", SETTINGS_GROUPS, AT(config_source, fields), .inner = SETTINGS_FIELD,
	    .count_offset = AT(config_source, field_count), .example = "( )",
	    .help = "What else is kept of each sale and line: of all that the source says only what is named here. It is shown by "
		    "`ctok-admin explain` and in the workbook, and product rules can ask for it (`when`)." },
	{ SETTINGS_SOURCE, "spool", SETTINGS_PATH, AT(config_source, spool),
	    .help = "Folder of webhooks, a file for each with headers and body (stripe, squarespace, woocommerce, facturascripts). "
		    "They only say which "
		    "document to look at; what cannot be verified goes to rejected/ in it." },
	{ SETTINGS_SOURCE, "spool_secret", SETTINGS_SECRET, AT(config_source, spool_secret),
	    .help = "What the webhooks are signed with." },
	{ SETTINGS_SOURCE, "spool_events", SETTINGS_LIST, AT(config_source, spool_events),
	    .help = "Events that are taken, * at the end for any. Default: those about orders, invoices and payments." },
	{ SETTINGS_SOURCE, "folder", SETTINGS_PATH, AT(config_source, folder),
	    .help = "Where the files are put (csv, bank, rates). Each is taken once and moved to done/ in it, or with an error to "
		    "rejected/." },
	{ SETTINGS_SOURCE, "preset", SETTINGS_CHOICE, AT(config_source, preset), .fallback = "none",
	    .choices = "none|squarespace|stripe|woocommerce|paypal|facturascripts|sheet",
	    .help = "Whose export it is (csv): sets columns, statuses and dates. \"sheet\" is a list of submitted, name, email, "
		    "interest." },
	{ SETTINGS_SOURCE, "encoding", SETTINGS_CHOICE, AT(config_source, encoding), .fallback = "utf-8",
	    .choices = "utf-8|windows-1252|iso-8859-1|iso-8859-15",
	    .help = "Encoding of files that bear no mark of theirs (csv)." },
	{ SETTINGS_SOURCE, "separator", SETTINGS_CHOICE, AT(config_source, separator), .fallback = "auto",
	    .choices = "auto|,|;|tab|pipe",
	    .help = "What stands between cells (csv): \",\", \";\", \"tab\" or \"pipe\"; \"auto\" looks at the first row." },
	{ SETTINGS_SOURCE, "decimal", SETTINGS_CHOICE, AT(config_source, decimal), .fallback = ".", .choices = ".|,",
	    .help = "Decimal mark of its numbers (csv): \".\" or \",\"; the other one may stand between thousands." },
	{ SETTINGS_SOURCE, "dates", SETTINGS_LIST, AT(config_source, dates),
	    .help =
		"Forms of its dates (csv), tried in turn: strptime(3) as in \"%d/%m/%Y %H:%M\"; \"iso\", \"epoch\", \"excel\" or "
		"\"excel1904\". Times without a zone are of `zone`." },
	{ SETTINGS_SOURCE, "format", SETTINGS_CHOICE, AT(config_source, format), .fallback = "camt.053", .choices = "camt.053|csv",
	    .help = "What its files are (bank): \"camt.053\", or \"csv\" with columns created (the day), total (the amount), "
		    "reference (the text), "
		    "and transaction (the bank's reference), currency where they are there." },
	{ SETTINGS_SOURCE, "payouts", SETTINGS_LIST, AT(config_source, payouts),
	    .help = "What the bank writes beside payouts of payment providers (bank), as \"*STRIPE*\". Of other movements nothing "
		    "is kept." },
	{ SETTINGS_SOURCE, "publisher", SETTINGS_TEXT, AT(config_source, publisher),
	    .help = "Who publishes the rates (rates), as \"European Central Bank\": it stands beside every amount that was "
		    "converted." },
	{ SETTINGS_SOURCE, "base", SETTINGS_CURRENCY, AT(config_source, base),
	    .help = "Currency of which one unit is so many of the others (rates)." },
	{ SETTINGS_SOURCE, "rate_days", SETTINGS_INT, AT(config_source, rate_days), .fallback = "7", .least = 0, .most = 31,
	    .help = "On a day without a rate, as on weekends, the last one before counts if it is no older than so many days "
		    "(rates)." },
	{ SETTINGS_SOURCE, "trailer", SETTINGS_TEXT, AT(config_source, trailer),
	    .help =
		"How the row behind the last one begins, * standing for any text (csv): it must be there, and says how many rows "
		"came before it and what they come to, as in \"END;118;1234.50 EUR\"." },
	{ SETTINGS_SOURCE, "sum_file", SETTINGS_CHOICE, AT(config_source, sum_file), .fallback = "if_there",
	    .choices = "if_there|required",
	    .help =
		"Whether NAME.sum must lie beside the file NAME (csv, bank), with lines \"rows 118\" and \"total 1234.50 EUR\" for "
		"each currency. \"if_there\": it is checked if it is there; \"required\": the file waits for it." },
	{ SETTINGS_SOURCE, "whole_files", SETTINGS_BOOL, AT(config_source, whole_files),
	    .help =
		"Each file holds all sales since `start`, not only what is new (csv): one that is in it no more is a finding." },
	{ SETTINGS_SOURCE, "floor", SETTINGS_INT, AT(config_source, floor_percent), .fallback = "80", .least = 1, .most = 100,
	    .help = "With whole_files: a file with less than so many percent of the last one's rows is refused." },
	{ SETTINGS_SOURCE, "tax_on_top", SETTINGS_BOOL, AT(config_source, tax_on_top),
	    .help = "Prices of lines are without tax (csv)." },
	{ SETTINGS_SOURCE, "columns", SETTINGS_GROUP, AT(config_source, columns), .inner = SETTINGS_COLUMNS,
	    .help = "Which column says what (csv): \"Name\"; \"A|B\" for the first of several that is there; \"A + B\" for both, "
		    "joined; "
		    "\"A#2\" for the second of equal names; \"= text\" for the same in all rows." },
	{ SETTINGS_SOURCE, "statuses", SETTINGS_GROUP, AT(config_source, statuses), .inner = SETTINGS_STATUSES,
	    .help =
		"What the column `status` may say (csv), or the status of an order (woocommerce); * stands for any text. Any other "
		"text is an error." },
	{ SETTINGS_SOURCE, "start", SETTINGS_DATE, AT(config_source, start), .fallback = "2000-01-01",
	    .help = "The first pull reads from this day." },
	{ SETTINGS_SOURCE, "overlap", SETTINGS_SPAN, AT(config_source, overlap_s), .fallback = "PT15M", .least = 0,
	    .most = 30 * DAY_S, .help = "How far a pull reads back before the last one." },
	{ SETTINGS_SOURCE, "max_age", SETTINGS_SPAN, AT(config_source, max_age_s), .fallback = "PT26H", .least = 3600,
	    .most = 90 * DAY_S,
	    .help = "An older reading is stale: until the next complete one no access to courses it sells is taken away." },
	{ SETTINGS_SOURCE, "closed", SETTINGS_BOOL, AT(config_source, closed),
	    .help = "Sells no more and is read no more: what it sold is final, and nobody's access waits for it." },
	{ SETTINGS_SOURCE, "settles", SETTINGS_LIST, AT(config_source, settles),
	    .help =
		"Of invoices and payments: names of the sources whose sales they settle. Default: every sale's and, of payments, "
		"every invoice's." },
	{ SETTINGS_SOURCE, "wait", SETTINGS_SPAN, AT(config_source, wait_s), .fallback = "P3D", .least = 0, .most = 90 * DAY_S,
	    .help = "How long a sale may lack its invoice or payment of this source, and these their sale." },
	{ SETTINGS_SOURCE, "tolerance", SETTINGS_PERCENT, AT(config_source, tolerance),
	    .help = "By how many percent the amounts of invoices and payments in another currency than their sale may differ from "
		    "it, once "
		    "converted at the rate of their day (see kind \"rates\"). Default: they are not compared." },
	{ SETTINGS_SOURCE, "unlinked", SETTINGS_CHOICE, AT(config_source, unlinked), .fallback = "both",
	    .choices = "both|own|sales|none",
	    .help = "What is reported after that: \"own\" documents without a sale, \"sales\" without one of these, \"both\" or "
		    "\"none\". "
		    "A source with product rules sells by itself: it must name what it settles." },

	/* Fields. */
	{ SETTINGS_FIELD, "name", SETTINGS_NAME, AT(config_field, name), .required = true, .example = "\"affiliation\"",
	    .help = "What it is called here: small letters, digits and _." },
	{ SETTINGS_FIELD, "from", SETTINGS_LIST, AT(config_field, from), .required = true, .example = "( \"Hospital or school\" )",
	    .help = "Labels of the source's fields, the first of which that says something counts: of forms, meta fields, custom "
		    "fields, "
		    "metadata or columns; \"company\" and \"tax_id\" wherever the source has such a field of its own." },

	/* Links. */
	{ SETTINGS_LINK, "from", SETTINGS_NAME, AT(config_link, from), .required = true, .example = "\"erp\"",
	    .help = "Source whose documents name the other's." },
	{ SETTINGS_LINK, "field", SETTINGS_TEXT, AT(config_link, field), .required = true, .example = "\"numero2\"",
	    .help = "Where: \"id\", \"number\", \"transaction\", \"reference\", \"metadata.KEY\", or as that system calls it." },
	{ SETTINGS_LINK, "pattern", SETTINGS_REGEX, AT(config_link, pattern), .example = "\"^WEB-([0-9]+)$\"",
	    .help = "Regular expression; its group is what counts of the field. Default: all of it." },
	{ SETTINGS_LINK, "to", SETTINGS_NAME, AT(config_link, to), .required = true, .example = "\"shop\"",
	    .help = "Source whose documents are named." },
	{ SETTINGS_LINK, "by", SETTINGS_TEXT, AT(config_link, by), .fallback = "number",
	    .help = "By what they are named: as `field`." },

	/* Columns of a csv source. */
	{ SETTINGS_COLUMNS, "order", SETTINGS_TEXT, AT(config_columns, order),
	    .help = "Id of the order; rows with the same one are its lines. Without it each row is an order." },
	{ SETTINGS_COLUMNS, "number", SETTINGS_TEXT, AT(config_columns, number),
	    .help = "Number that people read. Default: the id." },
	{ SETTINGS_COLUMNS, "line", SETTINGS_TEXT, AT(config_columns, line),
	    .help = "Id of the line. Default: made from the product." },
	{ SETTINGS_COLUMNS, "status", SETTINGS_TEXT, AT(config_columns, status),
	    .help = "Whether it is paid; see `statuses`. \"= paid\": all are." },
	{ SETTINGS_COLUMNS, "type", SETTINGS_TEXT, AT(config_columns, type),
	    .help = "Kind of row, of which `statuses.ignore` may leave some out." },
	{ SETTINGS_COLUMNS, "test", SETTINGS_TEXT, AT(config_columns, test),
	    .help = "Mode, \"Test\" or \"Live\" for instance; see `statuses.test`." },
	{ SETTINGS_COLUMNS, "created", SETTINGS_TEXT, AT(config_columns, created), .help = "When it was sold." },
	{ SETTINGS_COLUMNS, "modified", SETTINGS_TEXT, AT(config_columns, modified), .help = "When it was changed last." },
	{ SETTINGS_COLUMNS, "cancelled", SETTINGS_TEXT, AT(config_columns, cancelled),
	    .help = "When it was cancelled; empty: it was not." },
	{ SETTINGS_COLUMNS, "corrects", SETTINGS_TEXT, AT(config_columns, corrects),
	    .help = "Of a refund with a row of its own: the id of the order." },
	{ SETTINGS_COLUMNS, "currency", SETTINGS_TEXT, AT(config_columns, currency), .help = "Currency. Default: the tenant's." },
	{ SETTINGS_COLUMNS, "total", SETTINGS_TEXT, AT(config_columns, total),
	    .help = "What the customer was charged. Default: the sum of the lines." },
	{ SETTINGS_COLUMNS, "refunded", SETTINGS_TEXT, AT(config_columns, refunded), .help = "What was given back of it so far." },
	{ SETTINGS_COLUMNS, "discount", SETTINGS_TEXT, AT(config_columns, discount), .help = "Discount on the whole order." },
	{ SETTINGS_COLUMNS, "tax", SETTINGS_TEXT, AT(config_columns, tax), .help = "Tax." },
	{ SETTINGS_COLUMNS, "shipping", SETTINGS_TEXT, AT(config_columns, shipping), .help = "Shipping, tax included." },
	{ SETTINGS_COLUMNS, "items", SETTINGS_TEXT, AT(config_columns, items),
	    .help = "Lines packed into one cell: \"name:A|sku:B|quantity:2|total:9.00;name:…\"." },
	{ SETTINGS_COLUMNS, "quantity", SETTINGS_TEXT, AT(config_columns, quantity), .help = "Quantity of the line. Default: 1." },
	{ SETTINGS_COLUMNS, "line_total", SETTINGS_TEXT, AT(config_columns, line_total),
	    .help = "Price of the line, before discounts on the order." },
	{ SETTINGS_COLUMNS, "unit_price", SETTINGS_TEXT, AT(config_columns, unit_price),
	    .help = "Price of one, if there is no price of the line." },
	{ SETTINGS_COLUMNS, "sku", SETTINGS_TEXT, AT(config_columns, sku), .help = "SKU of the product." },
	{ SETTINGS_COLUMNS, "product", SETTINGS_TEXT, AT(config_columns, product), .help = "Id of the product." },
	{ SETTINGS_COLUMNS, "variant", SETTINGS_TEXT, AT(config_columns, variant), .help = "Id of the variant." },
	{ SETTINGS_COLUMNS, "name", SETTINGS_TEXT, AT(config_columns, name), .help = "Name of the product." },
	{ SETTINGS_COLUMNS, "buyer_email", SETTINGS_TEXT, AT(config_columns, buyer_email), .help = "E-mail address of the buyer." },
	{ SETTINGS_COLUMNS, "buyer_name", SETTINGS_TEXT, AT(config_columns, buyer_name), .help = "Name of the buyer." },
	{ SETTINGS_COLUMNS, "learner_email", SETTINGS_TEXT, AT(config_columns, learner_email),
	    .help = "E-mail address of the learner. See also `learner_email_labels`." },
	{ SETTINGS_COLUMNS, "learner_name", SETTINGS_TEXT, AT(config_columns, learner_name), .help = "Name of the learner." },
	{ SETTINGS_COLUMNS, "transaction", SETTINGS_TEXT, AT(config_columns, transaction),
	    .help = "Id of the payment at the payment provider, or several; it ties a sale to its payment and invoice." },
	{ SETTINGS_COLUMNS, "invoice", SETTINGS_TEXT, AT(config_columns, invoice), .help = "Number of its invoice elsewhere." },
	{ SETTINGS_COLUMNS, "reference", SETTINGS_TEXT, AT(config_columns, reference),
	    .help = "Number of the same sale in another system." },

	{ SETTINGS_COLUMNS, "company", SETTINGS_TEXT, AT(config_columns, company),
	    .help = "Company of the buyer; kept if `fields` names \"company\"." },
	{ SETTINGS_COLUMNS, "tax_id", SETTINGS_TEXT, AT(config_columns, tax_id),
	    .help = "Tax number of the buyer; kept if `fields` names \"tax_id\"." },

	/* Its statuses. */
	{ SETTINGS_STATUSES, "paid", SETTINGS_LIST, AT(config_statuses, paid), .help = "Paid." },
	{ SETTINGS_STATUSES, "unpaid", SETTINGS_LIST, AT(config_statuses, unpaid), .help = "Not paid, or not yet." },
	{ SETTINGS_STATUSES, "partial", SETTINGS_LIST, AT(config_statuses, partial),
	    .help = "Paid, and given back in part: `refunded` says how much." },
	{ SETTINGS_STATUSES, "refunded", SETTINGS_LIST, AT(config_statuses, refunded),
	    .help = "Given back, in full unless `refunded` says how much." },
	{ SETTINGS_STATUSES, "cancelled", SETTINGS_LIST, AT(config_statuses, cancelled), .help = "Cancelled." },
	{ SETTINGS_STATUSES, "test", SETTINGS_LIST, AT(config_statuses, test), .help = "Of test mode; these rows move no money." },
	{ SETTINGS_STATUSES, "ignore", SETTINGS_LIST, AT(config_statuses, ignore), .help = "No sale: the row is left out." },
	{ SETTINGS_STATUSES, "expected", SETTINGS_LIST, AT(config_statuses, expected),
	    .help = "Not paid, and expected to be (woocommerce): told apart in the workbook's sheet Expected, and no revenue until "
		    "it is "
		    "paid." },

	/* A product rule. */
	{ SETTINGS_PRODUCT, "source", SETTINGS_NAME, AT(config_product, source), .required = true, .example = "\"shop\"",
	    .help = "Name of the source." },
	{ SETTINGS_PRODUCT, "match", SETTINGS_MATCH, AT(config_product, match), .required = true, .example = "\"sku:ACLS-*\"",
	    .help = "\"variant:…\", \"sku:…\", \"product:…\" or \"name:…\"; * stands for any text." },
	{ SETTINGS_PRODUCT, "when", SETTINGS_PAIRS, AT(config_product, when),
	    .help = "Only of sales whose fields say so, as in { affiliation = \"St. Mary*\"; }: names of the source's `fields`; * "
		    "stands "
		    "for any text, \"\" for none." },
	{ SETTINGS_PRODUCT, "site", SETTINGS_NAME, AT(config_product, site), .example = "\"campus\"", .help = "Name of the site." },
	{ SETTINGS_PRODUCT, "courses", SETTINGS_LIST, AT(config_product, courses), .example = "( \"ACLS\" )",
	    .help = "Short names of courses; or \"idnumber:…\", \"id:…\"." },
	{ SETTINGS_PRODUCT, "role", SETTINGS_TEXT, AT(config_product, role),
	    .help = "Short name of the role. Default: the site's." },
	{ SETTINGS_PRODUCT, "term", SETTINGS_TERM, AT(config_product, term), .example = "\"P2Y\"",
	    .help = "How long access lasts: P2Y, P18M, P6W, P90D. Default: without end. A period that the source says was paid for "
		    "goes first." },
	{ SETTINGS_PRODUCT, "until", SETTINGS_DATE, AT(config_product, until),
	    .help = "Last day of access, whenever it was sold, instead of `term`: 2027-06-30." },
	{ SETTINGS_PRODUCT, "starts", SETTINGS_DATE, AT(config_product, starts),
	    .help = "First day of access, however early it was sold: 2027-01-10. The term counts from then." },
	{ SETTINGS_PRODUCT, "cohorts", SETTINGS_LIST, AT(config_product, cohorts),
	    .help = "Cohorts of the site, by their ID numbers, that whoever has access by this rule is a member of, as long as it "
		    "lasts." },
	{ SETTINGS_PRODUCT, "requires", SETTINGS_LIST, AT(config_product, requires),
	    .help = "Courses of the same site that the learner must have completed first, named as in `courses`; until then the "
		    "sale waits." },
	{ SETTINGS_PRODUCT, "require_field", SETTINGS_TEXT, AT(config_product, require_field),
	    .help = "What must be filled in first, in the learner's Moodle account or in the sale's field of that name (`fields`): "
		    "\"phone1\", \"phone2\", "
		    "\"idnumber\", \"institution\", \"department\", \"city\", \"country\", or \"profile_field_\" and the short "
		    "name of one of the site's own "
		    "profile fields." },
	{ SETTINGS_PRODUCT, "capacity", SETTINGS_INT, AT(config_product, capacity), .least = 0, .most = 1000000,
	    .help = "Places in each of the courses; who buys when all are taken waits until one is free, first come, first served. "
		    "0: no limit." },
	{ SETTINGS_PRODUCT, "term_from", SETTINGS_CHOICE, AT(config_product, term_from), .fallback = "gate", .choices = "gate|sale",
	    .help = "What the term of a sale that had to wait (`requires`, `require_field`, `capacity`) counts from: \"gate\": "
		    "from when the wait was over; "
		    "\"sale\": from the sale, so that the wait is part of it." },
	{ SETTINGS_PRODUCT, "grace_days", SETTINGS_DAYS, AT(config_product, grace_days), .fallback = "14", .least = 0, .most = 3650,
	    .example = "14",
	    .help =
		"Days of access after the term, or past a payment's due date. 0: it ends at once; \"never\": it never ends for a "
		"debt, which is reported." },
	{ SETTINGS_PRODUCT, "notice_days", SETTINGS_INT, AT(config_product, notice_days), .fallback = "3", .least = 0, .most = 365,
	    .help = "Days between the first notice and suspension, at least." },
	{ SETTINGS_PRODUCT, "delivery", SETTINGS_CHOICE, AT(config_product, delivery), .fallback = "direct", .choices = "direct",
	    .help = "\"direct\": the learner of the sale is enrolled." },
	{ SETTINGS_PRODUCT, "learner", SETTINGS_CHOICE, AT(config_product, learner), .fallback = "form_or_buyer",
	    .choices = "form_or_buyer|form|buyer", .help = "Who gets access: \"form_or_buyer\", \"form\" or \"buyer\"." },
	{ SETTINGS_PRODUCT, "on_expiry", SETTINGS_CHOICE, AT(config_product, on_expiry), .fallback = "suspend",
	    .choices = "suspend|unenrol|keep", .example = "\"suspend\"",
	    .help = "After term and grace: \"suspend\", \"unenrol\", or \"keep\": access has no end, in Moodle neither." },
	{ SETTINGS_PRODUCT, "on_refund", SETTINGS_CHOICE, AT(config_product, on_refund), .fallback = "suspend",
	    .choices = "suspend|unenrol|keep", .example = "\"suspend\"",
	    .help = "After a refund: \"suspend\", \"unenrol\", or \"keep\": the enrolment stays as it is." },
	{ SETTINGS_PRODUCT, "on_dispute", SETTINGS_CHOICE, AT(config_product, on_dispute), .fallback = "keep",
	    .choices = "keep|suspend",
	    .help = "While its payment is under dispute: \"keep\": access that was given stays; \"suspend\": it waits until the "
		    "dispute is won." },
	{ SETTINGS_PRODUCT, "renews", SETTINGS_BOOL, AT(config_product, renews),
	    .help = "A subscription: the next term is expected. A term counts from its sale, also if it is paid later." },
	{ SETTINGS_PRODUCT, "price", SETTINGS_MONEY, AT(config_product, price), .example = "\"99.00 EUR\"",
	    .help = "What a unit should have cost; a difference is reported." },
	{ SETTINGS_PRODUCT, "price_tolerance", SETTINGS_PERCENT, AT(config_product, price_tolerance), .fallback = "0",
	    .help = "By how many percent of `price` a unit may cost more or less without being reported." },
	{ SETTINGS_PRODUCT, "certificate", SETTINGS_NAME, AT(config_product, certificate),
	    .help = "Template of its certificate; \"none\": no certificate. Default: the tenant's." },
	{ SETTINGS_PRODUCT, "certificate_valid", SETTINGS_TERM, AT(config_product, certificate_valid),
	    .help = "How long its certificate is valid after completion: P2Y, P18M. Default: without end." },
	{ SETTINGS_PRODUCT, "since", SETTINGS_DATE, AT(config_product, since),
	    .help = "Sales before this day are not acted on. Default: set by go-live." },
	{ SETTINGS_PRODUCT, "exclude", SETTINGS_BOOL, AT(config_product, exclude),
	    .help = "Not a course: its units are excluded, and need neither site nor courses." },

	/* Mail. */
	{ SETTINGS_MAIL, "smtp", SETTINGS_SMTP, AT(config_mail, smtp), .required = true, .example = "\"smtps://mail.example.org\"",
	    .help = "smtps://host[:port], or smtp://host[:port], which must offer STARTTLS unless it is this machine." },
	{ SETTINGS_MAIL, "user", SETTINGS_TEXT, AT(config_mail, user), .help = "Account on the mail server, if it wants one." },
	{ SETTINGS_MAIL, "password", SETTINGS_SECRET, AT(config_mail, password), .help = "Its password." },
	{ SETTINGS_MAIL, "from", SETTINGS_MAILBOX, AT(config_mail, from), .required = true,
	    .example = "\"Acme Academy <academy@example.org>\"", .help = "Sender of mails." },
	{ SETTINGS_MAIL, "reply_to", SETTINGS_MAILBOX, AT(config_mail, reply_to), .example = "\"help@example.org\"",
	    .help = "Where answers go." },
	{ SETTINGS_MAIL, "bounce", SETTINGS_MAILBOX, AT(config_mail, bounce),
	    .help = "Where mail servers send back what cannot be delivered, as in \"bounces@example.org\": each mail's envelope "
		    "sender is this "
		    "address with +ID-CHECK before the @, which its mailbox must take. Default: the address of `from`." },
	{ SETTINGS_MAIL, "ca_file", SETTINGS_PATH, AT(config_mail, ca_file),
	    .help = "Certificate authorities to trust instead of the system's." },
	{ SETTINGS_MAIL, "max_tries", SETTINGS_INT, AT(config_mail, max_tries), .fallback = "12", .least = 1, .most = 100,
	    .help = "Tries before a mail is given up." },
	{ SETTINGS_MAIL, "without", SETTINGS_LIST, AT(config_mail, without),
	    .help =
		"Mails that learners do not get: of \"welcome\", \"expiry-soon\", \"suspended\", \"restored\", \"access-held\", "
		"\"certificate-waiting\" and \"certificate-expiring\"." },
	{ SETTINGS_MAIL, "expiry_days", SETTINGS_LIST, AT(config_mail, expiry_days),
	    .help = "How many days before access ends learners are reminded of it (\"expiry-soon\"). Default: \"14\", \"3\"." },
	{ SETTINGS_MAIL, "certificate_days", SETTINGS_LIST, AT(config_mail, certificate_days),
	    .help = "The same before a certificate is valid no longer (\"certificate-expiring\"). Default: \"60\", \"14\"." },
	{ SETTINGS_MAIL, "operator", SETTINGS_MAILBOX, AT(config_mail, operator_to),
	    .example = "\"Training desk <training@example.org>\"", .help = "Who gets the summary of each night. Default: nobody." },

	/* Certificates. */
	{ SETTINGS_CERTIFICATE, "template", SETTINGS_NAME, AT(config_certificate, template), .fallback = "classic",
	    .help = "Folder in templates/certificates; \"none\": no certificates." },
	{ SETTINGS_CERTIFICATE, "transcript", SETTINGS_NAME, AT(config_certificate, transcript), .fallback = "plain",
	    .help = "Folder in templates/transcripts, for `ctok-cert transcript`." },
	{ SETTINGS_CERTIFICATE, "issuer", SETTINGS_TEXT, AT(config_certificate, issuer), .required = true,
	    .example = "\"Acme Academy\"", .help = "Who issues, as printed." },
	{ SETTINGS_CERTIFICATE, "signatory", SETTINGS_TEXT, AT(config_certificate, signatory), .example = "\"Ana Ejemplo\"",
	    .help = "Who signs, as printed under the line." },
	{ SETTINGS_CERTIFICATE, "signatory_title", SETTINGS_TEXT, AT(config_certificate, signatory_title),
	    .example = "\"Director of studies\"", .help = "Their title." },
	{ SETTINGS_CERTIFICATE, "logo", SETTINGS_PATH, AT(config_certificate, logo),
	    .help = "A JPEG file for templates that show the issuer's logo." },
	{ SETTINGS_CERTIFICATE, "logo_sha256", SETTINGS_TEXT, AT(config_certificate, logo_sha256),
	    .help = "Its SHA-256 in hex, as sha256sum prints it: another file is refused." },
	{ SETTINGS_CERTIFICATE, "verify_url", SETTINGS_PREFIX, AT(config_certificate, verify_url),
	    .example = "\"https://verify.example.org/c/\"", .help = "Address behind the QR code; the serial number is appended." },
};

const size_t settings_count = sizeof(settings_table) / sizeof(settings_table[0]);

const struct settings_struct settings_structs[SETTINGS_SCOPES] = {
	[SETTINGS_ROOT] = { "the configuration", sizeof(struct config), false },
	[SETTINGS_TENANT] = { "a tenant", sizeof(struct config_tenant), true },
	[SETTINGS_SITE] = { "a site", sizeof(struct config_site), true },
	[SETTINGS_SOURCE] = { "a source", sizeof(struct config_source), true },
	[SETTINGS_COLUMNS] = { "\"columns\"", sizeof(struct config_columns), false },
	[SETTINGS_PROFILE] = { "a profile field", sizeof(struct config_profile), true },
	[SETTINGS_FIELD] = { "a field", sizeof(struct config_field), true },
	[SETTINGS_LINK] = { "a link", sizeof(struct config_link), true },
	[SETTINGS_STATUSES] = { "\"statuses\"", sizeof(struct config_statuses), false },
	[SETTINGS_PRODUCT] = { "a product rule", sizeof(struct config_product), true },
	[SETTINGS_MAIL] = { "\"mail\"", sizeof(struct config_mail), false },
	[SETTINGS_CERTIFICATE] = { "\"certificate\"", sizeof(struct config_certificate), false },
};

const struct setting *
settings_find(enum settings_scope scope, const char *name)
{
	size_t i;

	for (i = 0; i < settings_count; i++)
		if (settings_table[i].scope == scope && strcmp(settings_table[i].name, name) == 0)
			return &settings_table[i];
	return NULL;
}

const char *
settings_nearest(enum settings_scope scope, const char *name)
{
	const char *best = NULL, *candidate;
	size_t i, edits, best_edits = 3;

	for (i = 0; i < settings_count; i++) {
		candidate = settings_table[i].name;
		if (settings_table[i].scope != scope || settings_table[i].hidden)
			continue;
		edits = text_distance(name, strlen(name), candidate);
		if (edits < best_edits && edits < strlen(candidate)) {
			best = candidate;
			best_edits = edits;
		}
	}
	return best;
}

void *
settings_field(const struct setting *setting, void *base)
{
	return (char *)base + setting->offset;
}

const void *
settings_field_const(const struct setting *setting, const void *base)
{
	return (const char *)base + setting->offset;
}
