/* From text to a setting's value: one check for each type, then one place that puts it where it belongs. */
#include "settings.h"

#include <regex.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "config/duration.h"

#define MAX_NAME 32

static int
check_name(const char *text, struct err *err)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789";
	size_t len = strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_-");

	if (text[len] != '\0' || len > MAX_NAME || strchr(letters, text[0]) == NULL)
		return err_set(err, ERR_CONFIG,
		    "\"%.64s\" is not a name: a-z, 0-9, \"_\" and \"-\", at most %d, beginning with a letter or digit", text,
		    MAX_NAME);
	return 0;
}

static int
check_path(const char *text, struct err *err)
{
	if (text[0] != '/')
		return err_set(err, ERR_CONFIG, "\"%.200s\" is not an absolute path", text);
	return 0;
}

/* The text may be the secret itself, written where its reference belongs: it is never shown. */
static int
check_secret(const char *text, struct err *err)
{
	if ((text_starts(text, "file:/") && text[6] != '\0') || (text_starts(text, "cred:") && text[5] != '\0') ||
	    (text_starts(text, "env:") && text[4] != '\0'))
		return 0;
	return err_set(
	    err, ERR_CONFIG, "the value is not a reference to a secret: write \"file:/path\", \"cred:name\" or \"env:NAME\"");
}

/* The database applies it, whose expressions can do more than these; what is well formed there and not here is not worth the doubt. */
static int
check_regex(const char *text, struct err *err)
{
	char why[100];
	size_t groups;
	regex_t regex;
	int rc = regcomp(&regex, text, REG_EXTENDED);

	if (rc != 0) {
		(void)regerror(rc, &regex, why, sizeof(why));
		return err_set(err, ERR_CONFIG, "\"%.200s\" is not a regular expression: %s", text, why);
	}
	groups = regex.re_nsub;
	regfree(&regex);
	if (groups != 1)
		return err_set(err, ERR_CONFIG,
		    "\"%.200s\" has %zu groups, not one: brackets stand around what counts, as in \"^WEB-([0-9]+)$\"", text,
		    groups);
	return 0;
}

/* Scheme, host and port, then an optional path of visible ASCII; no user, and nothing behind '?' or '#' where ${plain}. */
static const char *
url_fault(const char *rest, bool plain)
{
	size_t host = strcspn(rest, "/?#"), i;

	if (host == 0 || rest[0] == ':')
		return "it has no host";
	for (i = 0; rest[i] != '\0'; i++)
		if ((unsigned char)rest[i] <= 0x20 || (unsigned char)rest[i] >= 0x7f || strchr("\"<>\\^`{|}", rest[i]) != NULL)
			return "a character stands in it that no address has";
	if (memchr(rest, '@', host) != NULL)
		return "it holds a user name";
	if (plain && strpbrk(rest, "?#") != NULL)
		return "nothing may stand behind the path";
	return NULL;
}

static int
check_address(const char *text, const char *const *schemes, bool plain, struct err *err)
{
	const char *fault;
	size_t i;

	for (i = 0; schemes[i] != NULL; i++)
		if (text_starts(text, schemes[i])) {
			fault = url_fault(text + strlen(schemes[i]), plain);
			return fault == NULL ? 0 : err_set(err, ERR_CONFIG, "\"%.200s\" is not an address: %s", text, fault);
		}
	return err_set(err, ERR_CONFIG, "\"%.200s\" is not an address: it must begin with %s", text, schemes[0]);
}

static int
check_url(const char *text, struct err *err)
{
	return check_address(text, (const char *const[]){ "https://", "http://", NULL }, /* plain= */ true, err);
}

static int
check_prefix(const char *text, struct err *err)
{
	return check_address(text, (const char *const[]){ "https://", "http://", NULL }, /* plain= */ false, err);
}

static int
check_smtp(const char *text, struct err *err)
{
	if (check_address(text, (const char *const[]){ "smtps://", "smtp://", NULL }, /* plain= */ true, err) != 0)
		return -1;
	if (strchr(strstr(text, "://") + 3, '/') != NULL)
		return err_set(err, ERR_CONFIG, "\"%.200s\" is not an address: nothing may stand behind the host and port", text);
	return 0;
}

/* A password would be seen by whoever may read this file, and in the list of processes. */
static int
check_conninfo(const char *text, struct err *err)
{
	const char *host = strstr(text, "://"), *at;

	if (strcmp(text, "embedded") == 0)
		return 0;
	if (host != NULL) {
		host += 3;
		at = memchr(host, '@', strcspn(host, "/?"));
		if (at != NULL && memchr(host, ':', (size_t)(at - host)) != NULL)
			return err_set(err, ERR_CONFIG, "the conninfo holds a password: it belongs into database_password");
	} else if (strchr(text, '=') == NULL) {
		return err_set(
		    err, ERR_CONFIG, "\"%.200s\" is not a conninfo: it must be written as \"host=… dbname=… user=…\"", text);
	}
	if (strstr(text, "password=") != NULL || strstr(text, "password =") != NULL)
		return err_set(err, ERR_CONFIG, "the conninfo holds a password: it belongs into database_password");
	return 0;
}

static int
check_mailbox(const char *text, struct err *err)
{
	const char *open = strchr(text, '<'), *address = open == NULL ? text : open + 1, *at = strchr(address, '@');
	size_t len = open == NULL ? strlen(address) : strcspn(address, ">");

	if (open != NULL && (address[len] != '>' || address[len + 1] != '\0'))
		return err_set(err, ERR_CONFIG, "\"%.200s\" is not a mailbox: it must end after \">\"", text);
	if (at == NULL || at == address || at + 1 >= address + len ||
	    memchr(at + 1, '@', (size_t)(address + len - at - 1)) != NULL || strcspn(address, " ,;\t\"") < len)
		return err_set(
		    err, ERR_CONFIG, "\"%.200s\" is not a mailbox: it must be written as \"Name <name@example.org>\"", text);
	return 0;
}

static int
check_match(const char *text, struct err *err)
{
	static const char *const kinds[] = { "variant:", "sku:", "product:", "name:" };
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (text_starts(text, kinds[i]) && text[strlen(kinds[i])] != '\0')
			return 0;
	return err_set(err, ERR_CONFIG,
	    "\"%.200s\" matches nothing: it must begin with \"variant:\", \"sku:\", \"product:\" or \"name:\"", text);
}

static int
check_currency(const char *text, struct err *err)
{
	int exponent;

	return money_exponent(text, &exponent, err);
}

static int
check_money(const char *text, struct err *err)
{
	struct money money;

	if (money_parse_pair(text, &money, err) != 0)
		return -1;
	return money.minor >= 0 ? 0 : err_set(err, ERR_CONFIG, "\"%s\" is less than nothing", text);
}

/* Kept as it is written: it is compared with exact decimals. */
static int
check_percent(const char *text, struct err *err)
{
	size_t whole = strspn(text, "0123456789"), decimals = text[whole] == '.' ? strspn(text + whole + 1, "0123456789") : 0;
	bool more = whole > 3 || (whole == 3 && (strncmp(text, "100", 3) != 0 || strpbrk(text + whole, "123456789") != NULL));

	if (whole == 0 || text[whole + (decimals > 0 ? 1 + decimals : 0)] != '\0' || decimals > 6 || more)
		return err_set(err, ERR_CONFIG, "\"%.32s\" is not a percentage from 0 to 100, as \"2.5\"", text);
	return 0;
}

static int
check_date(const char *text, struct err *err)
{
	int64_t utc;

	return clock_parse_date(text, &utc, err);
}

static int
check_moment(const char *text, struct err *err)
{
	int64_t utc;

	return clock_parse(text, &utc, NULL, err);
}

static int
check_term(const char *text, struct err *err)
{
	struct duration term;

	return duration_term(text, &term, err);
}

static int
check_choice(const char *text, const char *choices, struct err *err)
{
	const char *p = choices;
	size_t len;

	for (;;) {
		len = strcspn(p, "|");
		if (strlen(text) == len && strncmp(text, p, len) == 0)
			return 0;
		if (p[len] == '\0')
			return err_set(err, ERR_CONFIG, "\"%.64s\" is not one of %s", text, choices);
		p += len + 1;
	}
}

static int
check_text(const struct setting *setting, const char *text, struct err *err)
{
	static int (*const checks[])(const char *, struct err *) = {
		[SETTINGS_NAME] = check_name,
		[SETTINGS_PATH] = check_path,
		[SETTINGS_SECRET] = check_secret,
		[SETTINGS_URL] = check_url,
		[SETTINGS_PREFIX] = check_prefix,
		[SETTINGS_SMTP] = check_smtp,
		[SETTINGS_CONNINFO] = check_conninfo,
		[SETTINGS_MAILBOX] = check_mailbox,
		[SETTINGS_ZONE] = clock_zone_check,
		[SETTINGS_CURRENCY] = check_currency,
		[SETTINGS_MONEY] = check_money,
		[SETTINGS_DATE] = check_date,
		[SETTINGS_MOMENT] = check_moment,
		[SETTINGS_TERM] = check_term,
		[SETTINGS_MATCH] = check_match,
		[SETTINGS_PERCENT] = check_percent,
		[SETTINGS_REGEX] = check_regex,
		[SETTINGS_CHOICE] = NULL,
	};

	if (setting->type == SETTINGS_CHOICE)
		return check_choice(text, setting->choices, err);
	return checks[setting->type] == NULL ? 0 : checks[setting->type](text, err);
}

int
settings_set_int(const struct setting *setting, void *base, int64_t value, struct err *err)
{
	if (value < setting->least || value > setting->most)
		return err_set(err, ERR_CONFIG, "%lld is not within %lld and %lld", (long long)value, (long long)setting->least,
		    (long long)setting->most);
	*(int64_t *)settings_field(setting, base) = value;
	return 0;
}

static int
set_span(struct arena *arena, const struct setting *setting, void *base, const char *text, struct err *err)
{
	int64_t seconds;

	if (duration_span(text, &seconds, err) != 0)
		return -1;
	if (seconds < setting->least || seconds > setting->most)
		return err_set(err, ERR_CONFIG, "%s is not within %s and %s", text, duration_text(arena, setting->least),
		    duration_text(arena, setting->most));
	*(int64_t *)settings_field(setting, base) = seconds;
	return 0;
}

static int
set_plain(struct arena *arena, const struct setting *setting, void *base, const char *text, struct err *err)
{
	size_t len = strlen(text);
	int64_t value;

	switch (setting->type) {
	case SETTINGS_INT:
		if (text_int64(text, &value, err) != 0)
			return -1;
		return settings_set_int(setting, base, value, err);
	case SETTINGS_DAYS:
		if (strcmp(text, "never") == 0) {
			*(int64_t *)settings_field(setting, base) = CONFIG_NEVER;
			return 0;
		}
		if (text_int64(text, &value, err) != 0) {
			err_reset(err);
			return err_set(err, ERR_CONFIG, "\"%.64s\" is neither a whole number nor \"never\"", text);
		}
		return settings_set_int(setting, base, value, err);
	case SETTINGS_SPAN: return set_span(arena, setting, base, text, err);
	case SETTINGS_LEVEL: return log_level_parse(text, settings_field(setting, base), err);
	case SETTINGS_ROUNDING:
		if (check_choice(text, "exact|half_up", err) != 0)
			return -1;
		*(enum money_rounding *)settings_field(setting, base) = strcmp(text, "exact") == 0 ? MONEY_EXACT : MONEY_HALF_UP;
		return 0;
	default: break;
	}
	if (len == 0)
		return err_set(err, ERR_CONFIG, "it is empty");
	if (strcmp(text, text_trim(arena, text)) != 0)
		return err_set(err, ERR_CONFIG, "it begins or ends with a blank");
	if (check_text(setting, text, err) != 0)
		return -1;
	while (setting->type == SETTINGS_URL && text[len - 1] == '/')
		len--;
	*(const char **)settings_field(setting, base) = arena_strndup(arena, text, len);
	return 0;
}

int
settings_set(struct arena *arena, const struct setting *setting, void *base, const char *text, struct err *err)
{
	BUG_UNLESS(setting->type < SETTINGS_BOOL);
	if (set_plain(arena, setting, base, text, err) == 0)
		return 0;
	/* Whatever module found the fault, it stands in the configuration. */
	err->code = ERR_CONFIG;
	return -1;
}
