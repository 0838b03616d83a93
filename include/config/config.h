#ifndef CONFIG_CONFIG_H
#define CONFIG_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/log.h"
#include "base/money.h"

/* The settings of ctok-batch.conf. Every field below is declared once in lib/config/settings.c (name, type, default,
 * range, secret?, help), which drives parsing, errors, `--print-config`, the example file and the manual. */

/* Where the settings are unless --config says otherwise. */
#define CONFIG_FILE "/etc/ctok-batch/ctok-batch.conf"

struct config_list {
	const char **items;
	size_t count;
};

/* Names and what stands for each, both texts. */
struct config_pairs {
	const char **names, **values;
	size_t count;
};

/* Where a setting stands, for errors found later than at parsing. */
struct config_where {
	const char *file;
	unsigned line;
};

/* A profile field of the accounts of a site, and the kept field that says what should stand there. */
struct config_profile {
	struct config_where where;
	const char *moodle; /* "institution", "profile_field_company" */
	const char *from;   /* name of a field that some source keeps */
	const char *policy; /* "source", "report" */
};

/* Before the short name of a field of the site's own. */
#define CONFIG_PROFILE_CUSTOM "profile_field_"
/* Profile fields that every Moodle has and that may be written, NULL behind the last. */
extern const char *const config_profile_standard[];

struct config_site {
	struct config_where where;
	const char *name;
	const char *url;               /* wwwroot, without a trailing slash */
	const char *token;             /* secret reference */
	const char *database;          /* read level 1: libpq conninfo without password; NULL if none */
	const char *database_password; /* secret reference, NULL if none */
	int64_t report;                /* read level 2: id of the "Course participants" custom report; 0 if none */
	const char *auth;              /* authentication of new accounts; NULL: createpassword */
	const char *names;             /* who is right about names: "source", "moodle", "report" (default) */
	const char *email;             /* who is right about addresses, as above */
	const char *username;          /* what user names are made of: "email" (default), "local", "name" */
	struct config_profile *fields;
	size_t field_count;
	const char *role;                   /* short name of the student role, default "student" */
	int64_t role_id;                    /* its id; 0: looked up at level 1, else 5 */
	struct config_list protected_users; /* setting `protected`: e-mails and user names never touched */
	const char *cohort;                 /* ID number of the cohort of everybody with access; NULL: none */
	bool make_cohorts;                  /* those that are not there */
	const char *welcome;                /* course that first accounts are enrolled in, as in `courses`; NULL: none */
	struct config_pairs roles;          /* short names of roles beside `role`, and their ids */
	struct config_list profile_fields;  /* short names of the site's own profile fields that are read */
	const char *ca_file;                /* extra CA bundle; NULL: the system's */
	struct config_list allow_private;   /* hosts that may resolve to private addresses */
	int64_t connections;                /* default 2 */
	int64_t batch;                      /* enrolments per request, default 100 */
	int64_t patience_s;                 /* waits of a request for a site that is not served, all together; default 2 min */
	int64_t max_age_s;                  /* of a reading on whose word access may be taken away; default 26 h */
	bool allow_http;                    /* setting `allow_http`: tests on loopback only */
};

/* Where a csv source's rows say what (lib/sales/csv_columns.c): "Name of a column", several "A|B" of which the first one there counts, two
 * that are joined by a blank "A + B", the second of equal names "A#2", or "= text" for all rows. NULL: the preset's, or nowhere. */
struct config_columns {
	const char *order, *number, *line, *status, *type, *test, *created, *modified, *cancelled, *corrects;
	const char *currency, *total, *refunded, *discount, *tax, *shipping;
	const char *items, *quantity, *line_total, *unit_price, *sku, *product, *variant, *name;
	const char *buyer_email, *buyer_name, *learner_email, *learner_name;
	const char *transaction, *invoice, *reference;
	const char *company, *tax_id;
};

/* What the texts of the column `status` mean; * stands for any text. */
struct config_statuses {
	struct config_list paid, unpaid, partial, refunded, cancelled, test;
	struct config_list ignore;   /* also of the columns `type` and `test` */
	struct config_list expected; /* not paid, and expected to be (woocommerce) */
};

/* What is kept of all that a source says beside names and money: `from` are its labels, the first of which that says something counts. */
struct config_field {
	struct config_where where;
	const char *name;
	struct config_list from;
};

struct config_source {
	struct config_where where;
	const char *name;
	const char *kind;    /* "squarespace", "facturascripts", "woocommerce", "stripe", "csv" */
	const char *role;    /* "sale", "invoice", "payment", "bank", "rates" */
	const char *url;     /* API base; kinds have their own default */
	const char *api_key; /* secret reference */
	const char *token;   /* secret reference; each kind says which of the two it wants */
	const char *ca_file;
	struct config_list allow_private;
	bool allow_http;
	int64_t connections;            /* requests at once, where they do not depend on each other; default 1 */
	bool transactions;              /* read what was paid beside orders; default false */
	bool key_in_query;              /* the key goes into the query; default false */
	bool plain_permalinks;          /* a WordPress site without rewritten addresses; default false */
	bool test_orders;               /* take orders of test mode too; default false */
	struct config_list companies;   /* decimal numbers; empty: all */
	bool drafts;                    /* take drafts too; default false */
	bool skip_payouts;              /* do not read what payouts are made of; default false */
	const char *zone;               /* of times sent without one; default Europe/Madrid */
	int64_t paid_percent;           /* from which a document counts as paid; default 100 */
	const char *on_overdue;         /* of what counts as paid, once the rest of it is overdue: "keep" (default), "suspend" */
	struct config_list expected;    /* what is read besides invoices: "quotes", "orders" */
	const char *on_disabled_client; /* "keep" (default), "suspend" */
	const char *learner_from;       /* "billing_contact", "delivery_contact", "notes" */
	int64_t unpaid_days;            /* default 400 */
	int64_t sweep_days;             /* default 7 */
	enum money_rounding rounding;
	struct config_list learner_name_labels; /* product form labels that hold the learner's name */
	struct config_list learner_email_labels;
	struct config_list reference_labels; /* of fields that name the same sale elsewhere */
	struct config_field *fields;
	size_t field_count;
	const char *spool;               /* folder of webhooks; NULL: none */
	const char *spool_secret;        /* secret reference */
	struct config_list spool_events; /* empty: the kind's usual ones */
	const char *folder;              /* of a csv source: files are put here */
	const char *format;              /* of a bank's files: "camt.053", "csv" */
	struct config_list payouts;      /* what a bank writes beside payouts; * stands for any text */
	const char *publisher;           /* of rates: who says so */
	const char *base;                /* of rates: the currency of which one is so many of the others */
	int64_t rate_days;               /* of rates: how much older than what is converted one may be; default 7 */
	const char *preset;              /* "squarespace", …; "none" */
	const char *encoding;            /* "utf-8", "windows-1252", "iso-8859-1", "iso-8859-15" */
	const char *separator;           /* "auto", ",", ";", "tab", "pipe" */
	const char *decimal;             /* "." or "," */
	struct config_list dates;        /* forms in which dates are written, tried in turn; empty: the preset's */
	const char *trailer;             /* beginning of the row behind the last one, which says what was before it; NULL: none */
	const char *sum_file;            /* "if_there", "required": whether a file beside each says what is in it */
	bool whole_files;                /* each file holds all there is; default false */
	int64_t floor_percent;           /* of the last file's rows, at least; default 80 */
	bool tax_on_top;                 /* prices of lines are without tax */
	struct config_columns columns;
	struct config_statuses statuses;
	const char *start;          /* ISO date: the first pull reads from here; default 2000-01-01 */
	int64_t overlap_s;          /* default 900 */
	int64_t max_age_s;          /* default 26 h */
	bool closed;                /* sells no more and is read no more */
	struct config_list settles; /* names of sources whose sales its documents settle; empty: by the roles */
	int64_t wait_s;             /* how long a partner may be missing; default 3 days */
	const char *tolerance; /* percent, decimal text: how far amounts may differ once converted; NULL: they are not compared */
	const char *unlinked;  /* what without a partner is a finding: "both", "own", "sales", "none" */
};

/* What two sources call the same: a document of `from` belongs to that of `to` whose `by` is what its `field` says. */
struct config_link {
	struct config_where where;
	const char *from, *to; /* names of sources */
	const char *field, *by;
	const char *pattern; /* regular expression with one group, which is what `field` says; NULL: all of it */
};

#define CONFIG_NEVER INT64_MAX /* days that never pass */

struct config_product {
	struct config_where where;
	const char *source; /* name of a source */
	const char *match;  /* "variant:…", "sku:…", "product:…", "name:…"; '*' matches any run */
	const char *site;
	struct config_list courses;    /* short names, "idnumber:…", "id:…" */
	const char *role;              /* NULL: the site's */
	const char *term;              /* ISO 8601 duration, "P2Y"; NULL: unlimited, or `until` */
	const char *until;             /* ISO date, the last day of access for all; NULL: by `term` */
	const char *starts;            /* ISO date, the first day of access for all; NULL: with the sale */
	struct config_list cohorts;    /* ID numbers of the cohorts of who has access by it */
	struct config_list requires;   /* courses to be completed first, as in `courses` */
	const char *require_field;     /* "phone1", …, "profile_field_NAME": to be filled in first; NULL: none */
	int64_t capacity;              /* places; 0 (default): no limit */
	const char *term_from;         /* "gate" (default), "sale" */
	int64_t grace_days;            /* default 14; CONFIG_NEVER: access never ends for a debt */
	int64_t notice_days;           /* default 3 */
	const char *delivery;          /* "direct" … */
	const char *learner;           /* "form_or_buyer" (default), "form", "buyer" */
	const char *on_expiry;         /* "suspend" (default), "unenrol", "keep" */
	const char *on_refund;         /* "suspend" (default), "unenrol", "keep" */
	const char *on_dispute;        /* "keep" (default), "suspend" */
	bool renews;                   /* recurring sale: tail P30D instead of P7D */
	const char *price;             /* "99.00 EUR" to check against; NULL: no check */
	const char *price_tolerance;   /* percent, decimal text, of the price; "0" (default) */
	const char *certificate;       /* template name; NULL: the tenant's, "none": no certificate */
	const char *certificate_valid; /* ISO 8601 duration; NULL: for ever */
	const char *since;             /* ISO date; NULL: fixed by go-live */
	bool exclude;                  /* a product that is not a course: its units are excluded by rule */
	struct config_pairs when;      /* fields of the source, and what each must say */
};

/* All NULL and 0 where the tenant has no group `mail`; the same for `certificate`. */
struct config_mail {
	const char *smtp; /* smtps://host[:port] or smtp://…; plain to loopback only */
	const char *user;
	const char *password; /* secret reference */
	const char *from;     /* mailbox, may have a display name */
	const char *reply_to;
	const char *bounce; /* address to which what comes back goes, +ID-CHECK behind its local part; NULL: that of from */
	const char *ca_file;
	int64_t max_tries;                   /* default 12 */
	struct config_list without;          /* of config_mail_optional */
	struct config_list expiry_days;      /* whole numbers from 1 to 365; none: the default */
	struct config_list certificate_days; /* the same, before a certificate is valid no longer */
	const char *operator_to;             /* setting `operator`: mailbox that a night's summary goes to; NULL: nobody's */
};

/* Mails that a tenant may do without: their names, NULL behind the last. */
#define CONFIG_MAILS_MAX 8
extern const char *const config_mail_optional[];

struct config_certificate {
	const char *template;  /* name of a folder in templates/certificates; default "classic" */
	const char *issuer;    /* printed name of the issuer */
	const char *signatory; /* printed name under the line */
	const char *signatory_title;
	const char *verify_url;         /* prefix of the QR code's address; the serial is appended */
	const char *transcript;         /* name of a folder in templates/transcripts; default "plain" */
	const char *logo, *logo_sha256; /* both or none */
};

struct config_tenant {
	struct config_where where;
	const char *name;
	const char *timezone;
	const char *currency;
	const char *locale; /* language tag: "en", "es", "pt-BR" */
	struct config_site *sites;
	size_t site_count;
	struct config_source *sources;
	size_t source_count;
	struct config_link *links;
	size_t link_count;
	struct config_product *products;
	size_t product_count;
	struct config_mail mail;
	struct config_certificate certificate;
};

struct config {
	const char *file;
	const char *state_dir;
	const char *database;          /* "embedded" or a libpq conninfo without password */
	const char *database_password; /* secret reference, NULL if none */
	const char *database_user;     /* the unprivileged account that runs the embedded server when we are root */
	const char *master_key;        /* secret reference: 32 bytes as 64 hex digits */
	const char *log_file;          /* default state_dir/log/ctok-batch.log */
	enum log_level log_level;
	enum log_level stderr_level;
	const char *template_dir; /* default PREFIX/share/ctok-batch/templates */
	const char *test_now;     /* tests only: an ISO moment that stands for the wall clock */
	struct config_tenant *tenants;
	size_t tenant_count;
};

/**
 * config_load(arena, file, ret_config, err):
 * Read and check ${file}: types, ranges, unknown keys, duplicate names, references between parts (a product's source
 * and site), zones, currencies, durations, ties of product rules. Everything wrong is found at once: the message is the
 * first finding, the hint counts the rest, config_findings() lists them. Secrets are not read here.
 *
 * Errors: ERR_CONFIG with file and line.
 */
MUST_CHECK int config_load(struct arena *, const char *, struct config **, struct err *);

/**
 * config_findings(arena, file, ret_lines, ret_count, err):
 * As config_load(), but give every finding as "file:line: message", in the order of the file; none means that it would load. A file
 * that cannot be read is a finding too.
 */
MUST_CHECK int config_findings(struct arena *, const char *, const char ***, size_t *, struct err *);

/**
 * config_tenant(config, name):
 * The tenant of that name, NULL if there is none.
 */
const struct config_tenant *config_tenant(const struct config *, const char *) __attribute__((nonnull));

/**
 * config_settles(source, other):
 * Do the documents of ${source} settle what ${other} sells or invoices: as its setting `settles` says, else by their roles.
 */
bool config_settles(const struct config_source *, const struct config_source *) __attribute__((nonnull));

/**
 * config_writes_accounts(site):
 * Is anything of an account that is there already changed by us: its name, its address, a profile field?
 */
bool config_writes_accounts(const struct config_site *) __attribute__((nonnull));

/**
 * config_secret(arena, reference, what, ret_value, err):
 * Resolve "file:/path" (mode at most 0600 or 0640 root-owned, one trailing newline dropped), "cred:name" (systemd
 * credential in $CREDENTIALS_DIRECTORY) or "env:NAME".
 *
 * Errors: ERR_CONFIG naming ${what} and the reference, never the value; ERR_REFUSED for a file others may read.
 */
MUST_CHECK int config_secret(struct arena *, const char *, const char *, char **, struct err *) __attribute__((nonnull));

/**
 * config_example(file), config_print(file, config):
 * Write ctok-batch.conf.example from the declarations; write the settings in force, secrets as their references.
 */
void config_example(FILE *) __attribute__((nonnull));
void config_print(FILE *, const struct config *) __attribute__((nonnull));

/**
 * config_print_text(file, text):
 * Write a string as such a file holds it, quoted.
 */
void config_print_text(FILE *, const char *) __attribute__((nonnull));

#endif
