/* Formats by ICU. Its objects are dear to make and cheap to use, so those of a language are kept; and whatever ICU says of a call that
 * cannot fail once its object was made, is a bug. */
#include "adapter/cldr.h"

#include <inttypes.h>
#include <string.h>

#include <unicode/ubrk.h>
#include <unicode/ucal.h>
#include <unicode/udat.h>
#include <unicode/uloc.h>
#include <unicode/unumberformatter.h>
#include <unicode/upluralrules.h>
#include <unicode/ustring.h>
#include <unicode/utext.h>

#include "base/buf.h"
#include "base/text.h"

/* Longer than any date, number or amount of a language. */
#define WRITTEN_MAX 256
#define DAY_MS 86400000.0
/* Rules of whole numbers look at the last two digits, and at millions, of which nothing here has a count. */
#define PLURAL_SAMPLES 1000

struct amounts {
	struct amounts *next;
	char currency[4];
	UNumberFormatter *format;
};

struct cldr {
	struct cldr *next;
	const char *name;
	char locale[ULOC_FULLNAME_CAPACITY];
	bool rtl;
	UDateFormat *date;
	UNumberFormatter *number;
	UFormattedNumber *result;
	UPluralRules *rules;
	UBreakIterator *lines;
	struct amounts *amounts;
	unsigned plurals;
};

/* Reachable until the program ends. */
static struct arena kept = ARENA_INIT;
static struct cldr *opened;

static const char *const plural_names[CLDR_PLURALS] = { "zero", "one", "two", "few", "many", "other" };

#define MUST_WORK(status) BUG_UNLESS(U_SUCCESS(status))

/* UTF-8, blanks as fonts have them: instead of the narrow and thin ones that ICU puts into numbers and amounts. */
static char *__attribute__((returns_nonnull)) written(struct arena *arena, const UChar *units, int32_t count)
{
	char *text = arena_alloc(arena, (size_t)count * 3 + 1), *out = text;
	UErrorCode status = U_ZERO_ERROR;
	const char *p;

	(void)u_strToUTF8(text, count * 3 + 1, NULL, units, count, &status);
	MUST_WORK(status);
	for (p = text; *p != '\0'; p++) {
		if (text_starts(p, "\u202f") || text_starts(p, "\u2009")) {
			*out++ = '\xc2';
			*out++ = '\xa0';
			p += strlen("\u202f") - 1;
		} else {
			*out++ = *p;
		}
	}
	*out = '\0';
	return text;
}

static UDateFormat *
open_date(const char *locale, UErrorCode *status)
{
	static const UChar utc[] = { 'U', 'T', 'C', 0 };
	UDateFormat *format = udat_open(UDAT_NONE, UDAT_LONG, locale, utc, -1, NULL, 0, status);
	UCalendar *calendar;

	if (U_FAILURE(*status))
		return format;
	/* No Julian days: the calendar of PostgreSQL and of clock.h. */
	calendar = ucal_clone(udat_getCalendar(format), status);
	ucal_setGregorianChange(calendar, -1e18, status);
	udat_setCalendar(format, calendar);
	ucal_close(calendar);
	return format;
}

static enum cldr_plural
plural_of(const struct cldr *cldr, int64_t number)
{
	UErrorCode status = U_ZERO_ERROR;
	UChar units[16];
	char name[16];
	unsigned i;

	(void)uplrules_select(cldr->rules, (double)(number < 0 ? -number : number), units, 16, &status);
	MUST_WORK(status);
	(void)u_strToUTF8(name, sizeof(name), NULL, units, -1, &status);
	MUST_WORK(status);
	for (i = 0; i < CLDR_PLURALS; i++)
		if (strcmp(plural_names[i], name) == 0)
			return (enum cldr_plural)i;
	return CLDR_OTHER;
}

/* ICU does not refuse a language that it does not know: it takes that of the system. */
static bool
known(const char *locale)
{
	char language[ULOC_LANG_CAPACITY];
	UErrorCode status = U_ZERO_ERROR;
	int32_t i;

	(void)uloc_getLanguage(locale, language, ULOC_LANG_CAPACITY, &status);
	for (i = 0; U_SUCCESS(status) && i < uloc_countAvailable(); i++)
		if (strcmp(uloc_getAvailable(i), language) == 0)
			return true;
	return false;
}

static int
open_all(struct cldr *cldr, struct err *err)
{
	UErrorCode status = U_ZERO_ERROR;
	static const UChar plain[] = { 0 };
	int64_t n;

	if (!known(cldr->locale))
		return err_set(err, ERR_CONFIG, "there are no formats of dates and numbers for locale \"%s\"", cldr->name);
	cldr->date = open_date(cldr->locale, &status);
	cldr->number = unumf_openForSkeletonAndLocale(plain, 0, cldr->locale, &status);
	cldr->result = unumf_openResult(&status);
	cldr->rules = uplrules_openForType(cldr->locale, UPLURAL_TYPE_CARDINAL, &status);
	cldr->lines = ubrk_open(UBRK_LINE, cldr->locale, NULL, 0, &status);
	if (U_FAILURE(status))
		return err_set(err, ERR_SYSTEM, "could not open the formats of locale \"%s\": %s", cldr->name, u_errorName(status));
	cldr->rtl = uloc_isRightToLeft(cldr->locale);
	for (n = 0; n <= PLURAL_SAMPLES; n++)
		cldr->plurals |= 1U << plural_of(cldr, n);
	return 0;
}

int
cldr_open(const char *name, const struct cldr **ret_cldr, struct err *err)
{
	UErrorCode status = U_ZERO_ERROR;
	struct cldr *cldr;
	int32_t used = 0;

	for (cldr = opened; cldr != NULL; cldr = cldr->next)
		if (strcmp(cldr->name, name) == 0)
			break;
	if (cldr == NULL) {
		cldr = ARENA_NEW(&kept, struct cldr);
		cldr->name = arena_strdup(&kept, name);
		(void)uloc_forLanguageTag(name, cldr->locale, ULOC_FULLNAME_CAPACITY, &used, &status);
		if (U_FAILURE(status) || *name == '\0' || (size_t)used != strlen(name))
			return err_set(err, ERR_CONFIG, "\"%s\" is not a language tag", name);
		/* Not that of a country, such as the Islamic one. */
		(void)uloc_setKeywordValue("calendar", "gregorian", cldr->locale, ULOC_FULLNAME_CAPACITY, &status);
		MUST_WORK(status);
		if (open_all(cldr, err) != 0)
			return -1;
		cldr->next = opened;
		opened = cldr;
	}
	*ret_cldr = cldr;
	return 0;
}

bool
cldr_rtl(const struct cldr *cldr)
{
	return cldr->rtl;
}

char *
cldr_date(struct arena *arena, const struct cldr *cldr, const struct clock_date *date)
{
	struct clock_date day = { .year = date->year, .month = date->month, .day = date->day };
	UErrorCode status = U_ZERO_ERROR;
	UChar units[WRITTEN_MAX];
	int32_t count;

	BUG_UNLESS(clock_valid(date));
	count = udat_format(cldr->date, (double)clock_to_utc(&day) * 1000.0 + DAY_MS / 2, units, WRITTEN_MAX, NULL, &status);
	MUST_WORK(status);
	return written(arena, units, count);
}

static char *__attribute__((returns_nonnull)) result_text(struct arena *arena, const struct cldr *cldr, UErrorCode *status)
{
	UChar units[WRITTEN_MAX];
	int32_t count;

	MUST_WORK(*status);
	count = unumf_resultToString(cldr->result, units, WRITTEN_MAX, status);
	MUST_WORK(*status);
	return written(arena, units, count);
}

char *
cldr_number(struct arena *arena, const struct cldr *cldr, int64_t number)
{
	UErrorCode status = U_ZERO_ERROR;

	unumf_formatInt(cldr->number, number, cldr->result, &status);
	return result_text(arena, cldr, &status);
}

/* The CLDR leaves decimals out that a currency has by ISO 4217 but nobody uses in cash; in a letter about money they stay. */
static UNumberFormatter *
amounts_of(const struct cldr *cldr, const char *currency, int exponent)
{
	struct cldr *mine = opened;
	UErrorCode status = U_ZERO_ERROR;
	struct amounts *amounts;
	UChar skeleton[64];
	char text[64];
	struct buf buf;

	for (amounts = cldr->amounts; amounts != NULL; amounts = amounts->next)
		if (strcmp(amounts->currency, currency) == 0)
			return amounts->format;
	while (mine != cldr)
		mine = mine->next;
	amounts = ARENA_NEW(&kept, struct amounts);
	memcpy(amounts->currency, currency, sizeof(amounts->currency));
	buf_init(&buf, sizeof(text));
	buf_printf(&buf, exponent == 0 ? "currency/%s precision-integer" : "currency/%s .", currency);
	while (exponent-- > 0)
		buf_char(&buf, '0');
	(void)u_strFromUTF8(skeleton, 64, NULL, buf.data, -1, &status);
	buf_done(&buf);
	amounts->format = unumf_openForSkeletonAndLocale(skeleton, -1, cldr->locale, &status);
	MUST_WORK(status);
	amounts->next = mine->amounts;
	mine->amounts = amounts;
	return amounts->format;
}

char *
cldr_money(struct arena *arena, const struct cldr *cldr, const struct money *money)
{
	const char *decimal = money_decimal(arena, money), *point = strchr(decimal, '.');
	UErrorCode status = U_ZERO_ERROR;

	unumf_formatDecimal(
	    amounts_of(cldr, money->currency, point == NULL ? 0 : (int)strlen(point + 1)), decimal, -1, cldr->result, &status);
	return result_text(arena, cldr, &status);
}

enum cldr_plural
cldr_plural(const struct cldr *cldr, int64_t number)
{
	return plural_of(cldr, number);
}

unsigned
cldr_plurals(const struct cldr *cldr)
{
	return cldr->plurals;
}

const char *
cldr_plural_name(enum cldr_plural plural)
{
	return plural_names[plural];
}

size_t *
cldr_breaks(struct arena *arena, const struct cldr *cldr, const char *text, size_t *ret_count)
{
	size_t len = strlen(text), count = 0, *places = ARENA_ARRAY(arena, len + 1, size_t);
	UErrorCode status = U_ZERO_ERROR;
	UText *units = utext_openUTF8(NULL, text, (int64_t)len, &status);
	int32_t place;

	ubrk_setUText(cldr->lines, units, &status);
	MUST_WORK(status);
	(void)ubrk_first(cldr->lines);
	while ((place = ubrk_next(cldr->lines)) != UBRK_DONE)
		places[count++] = (size_t)place;
	(void)utext_close(units);
	if (count == 0)
		places[count++] = len;
	*ret_count = count;
	return places;
}
