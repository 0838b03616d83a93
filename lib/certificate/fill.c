/* What a paper states as the texts that stand on it. */
#include "certificate/fill.h"

#include <string.h>

#include "base/clock.h"
#include "base/text.h"

#define MAX_URL_BYTES 600

static int
date_text(struct arena *arena, const struct certificate_facts *facts, const struct wording *wording, int64_t utc,
    const char **ret_text, struct err *err)
{
	struct clock_date date;

	if (clock_in_zone(facts->timezone, utc, &date, NULL, err) != 0)
		return -1;
	*ret_text = locale_date(arena, wording->locale, &date);
	return 0;
}

static int
check_url(const char *url, struct err *err)
{
	const char *c;

	if (!text_starts(url, "https://") && !text_starts(url, "http://"))
		return err_set(err, ERR_DATA, "verify_url is no web address");
	for (c = url; *c != '\0'; c++)
		if (*c <= ' ' || *c > '~' || strchr("\"<>\\^`{|}", *c) != NULL)
			return err_set(err, ERR_DATA, "verify_url has a character that no web address has, at position %zu",
			    (size_t)(c - url) + 1);
	if (c - url > MAX_URL_BYTES)
		return err_set(err, ERR_DATA, "verify_url is longer than %d bytes", MAX_URL_BYTES);
	return 0;
}

/* A text as it was given, without blanks around it; NULL if there is none. */
static int
check_text(struct arena *arena, const char *name, const char **value, struct err *err)
{
	if (*value == NULL)
		return 0;
	if (!text_utf8_valid(*value, strlen(*value)))
		return err_set(err, ERR_DATA, "%s is not UTF-8 text", name);
	*value = text_trim(arena, *value);
	if (**value == '\0')
		*value = NULL;
	return 0;
}

static int
fill_dates(
    struct arena *arena, const struct certificate_facts *facts, const struct wording *wording, const char **values, struct err *err)
{
	if (facts->paper == TEMPLATE_TRANSCRIPT)
		return date_text(arena, facts, wording, facts->issued_utc, &values[TEMPLATE_ISSUED], err);
	if (date_text(arena, facts, wording, facts->completed_utc, &values[TEMPLATE_COMPLETED], err) != 0)
		return -1;
	if (facts->valid_until_utc == 0)
		return 0;
	return date_text(arena, facts, wording, facts->valid_until_utc - 1, &values[TEMPLATE_VALID_UNTIL], err);
}

int
fill_values(struct arena *arena, const struct certificate_facts *facts, const struct wording *wording, const char **values,
    unsigned *ret_stated, struct err *err)
{
	enum template_fact fact;
	size_t i;

	memset(values, 0, TEMPLATE_FACT_COUNT * sizeof(*values));
	values[TEMPLATE_LEARNER] = facts->learner;
	values[TEMPLATE_ISSUER] = facts->issuer;
	values[TEMPLATE_SIGNATORY] = facts->signatory;
	values[TEMPLATE_SIGNATORY_TITLE] = facts->signatory_title;
	values[TEMPLATE_LOGO] = facts->logo;
	if (facts->paper == TEMPLATE_CERTIFICATE) {
		values[TEMPLATE_COURSE] = facts->course;
		values[TEMPLATE_SERIAL] = facts->serial;
		values[TEMPLATE_VERIFY_URL] = facts->verify_url;
	} else {
		values[TEMPLATE_COUNT] = cldr_number(arena, locale_formats(wording->locale), (int64_t)facts->row_count);
		values[TEMPLATE_PAGE] = values[TEMPLATE_PAGES] = "1"; /* pages.c knows */
	}
	if (fill_dates(arena, facts, wording, values, err) != 0)
		return -1;
	*ret_stated = 0;
	for (i = 0; i < TEMPLATE_FACT_COUNT; i++) {
		fact = (enum template_fact)i;
		if (check_text(arena, template_fact_name(fact), &values[i], err) != 0)
			return -1;
		if (values[i] != NULL)
			*ret_stated |= 1u << i;
		else if (template_fact_required(facts->paper, fact))
			return err_set(err, ERR_DATA, "%s is empty", template_fact_name(fact));
	}
	return values[TEMPLATE_VERIFY_URL] == NULL ? 0 : check_url(values[TEMPLATE_VERIFY_URL], err);
}

int
fill_row(struct arena *arena, const struct certificate_facts *facts, const struct wording *wording, size_t index,
    const char **values, struct err *err)
{
	const struct certificate_row *row = &facts->rows[index];
	size_t i;

	memset(values, 0, TEMPLATE_ROW_COUNT * sizeof(*values));
	values[TEMPLATE_ROW_NUMBER] = cldr_number(arena, locale_formats(wording->locale), (int64_t)index + 1);
	values[TEMPLATE_ROW_COURSE] = row->course;
	values[TEMPLATE_ROW_SERIAL] = row->serial;
	if (row->paid.currency[0] != '\0')
		values[TEMPLATE_ROW_PAID] = cldr_money(arena, locale_formats(wording->locale), &row->paid);
	if (date_text(arena, facts, wording, row->completed_utc, &values[TEMPLATE_ROW_COMPLETED], err) != 0)
		return -1;
	if (row->valid_until_utc != 0 &&
	    date_text(arena, facts, wording, row->valid_until_utc - 1, &values[TEMPLATE_ROW_VALID_UNTIL], err) != 0)
		return -1;
	for (i = 0; i < TEMPLATE_ROW_COUNT; i++)
		if (check_text(arena, arena_printf(arena, "row %zu", index + 1), &values[i], err) != 0)
			return -1;
	return 0;
}
