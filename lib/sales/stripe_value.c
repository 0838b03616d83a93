/* Values as Stripe writes them. Amounts are integers in a minor unit that is Stripe's own: some currencies without one in life are sent with
 * two decimals, and one with two is sent without.
 *
 * Source: Stripe documentation, "Supported currencies", "Zero-decimal currencies", "Special cases". */
#include "stripe.h"

#include <ctype.h>
#include <string.h>

#include "base/money.h"
#include "base/text.h"
#include "sales/contact.h"

#define US_PER_S INT64_C(1000000)
#define NAME_BYTES 400
#define MOST_MINOR INT64_C(1000000000000000) /* of one amount: sums of a whole document stay far from the end of the number */
#define MOST_QUANTITY 100000

int
stripe_currency(struct arena *arena, const struct json *object, const char **ret_currency, struct err *err)
{
	const char *sent;
	char *currency;
	size_t i;
	int exponent;

	if (json_text(object, "currency", &sent, err) != 0)
		return -1;
	currency = arena_strdup(arena, sent);
	for (i = 0; currency[i] != '\0'; i++)
		currency[i] = (char)toupper((unsigned char)currency[i]);
	if (money_exponent(currency, &exponent, err) != 0)
		return err_wrap(err, "\"currency\"");
	*ret_currency = currency;
	return 0;
}

static bool
is_one_of(const char *currency, const char *codes)
{
	const char *at = strstr(codes, currency);

	return strlen(currency) == 3 && at != NULL;
}

/* Decimals of the unit that Stripe counts in. */
static int
sent_exponent(const char *currency)
{
	if (is_one_of(currency, "BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF"))
		return 0;
	return is_one_of(currency, "BHD JOD KWD OMR TND") ? 3 : 2;
}

int
stripe_minor(const char *currency, int64_t sent, int64_t *ret_minor, struct err *err)
{
	int exponent = 0, from = sent_exponent(currency);
	int64_t minor = sent;

	if (money_exponent(currency, &exponent, err) != 0)
		return -1;
	for (; from < exponent; from++)
		if (__builtin_mul_overflow(minor, 10, &minor))
			return err_set(err, ERR_DATA, "%lld of %s is too much", (long long)sent, currency);
	for (; from > exponent; from--, minor /= 10)
		if (minor % 10 != 0)
			return err_set(
			    err, ERR_DATA, "%lld of %s is part of the smallest unit there is", (long long)sent, currency);
	if (minor > MOST_MINOR || minor < -MOST_MINOR)
		return err_set(err, ERR_DATA, "%lld of %s is too much", (long long)sent, currency);
	*ret_minor = minor;
	return 0;
}

int
stripe_quantity(const struct json *line, int64_t *ret_quantity, struct err *err)
{
	int64_t quantity = 1;

	if (!json_is_null(json_get(line, "quantity")) && json_int(line, "quantity", &quantity, err) != 0)
		return -1;
	*ret_quantity = quantity < 0 || quantity > MOST_QUANTITY ? 1 : quantity;
	return 0;
}

int
stripe_amount(const struct json *object, const char *name, const char *currency, int64_t *ret_minor, struct err *err)
{
	int64_t sent = 0, minor = 0;

	if (json_is_null(json_get(object, name))) {
		*ret_minor = 0;
		return 0;
	}
	if (json_int(object, name, &sent, err) != 0)
		return -1;
	if (stripe_minor(currency, sent, &minor, err) != 0)
		return err_wrap(err, "\"%s\"", name);
	*ret_minor = minor;
	return 0;
}

int
stripe_moment(const struct json *object, const char *name, int64_t *ret_us, struct err *err)
{
	int64_t utc;

	if (json_int(object, name, &utc, err) != 0)
		return -1;
	/* From 1970 to 9999. */
	if (utc < 0 || utc > INT64_C(253402300799))
		return err_set(err, ERR_DATA, "\"%s\" is %lld, no moment", name, (long long)utc);
	*ret_us = utc * US_PER_S;
	return 0;
}

int
stripe_moment_or(const struct json *object, const char *name, int64_t fallback_us, int64_t *ret_us, struct err *err)
{
	if (json_is_null(json_get(object, name))) {
		*ret_us = fallback_us;
		return 0;
	}
	return stripe_moment(object, name, ret_us, err);
}

const char *
stripe_word(const struct json *object, const char *name)
{
	const struct json *value = json_get(object, name);

	return value != NULL && value->kind == JSON_STRING ? value->text : "";
}

const char *
stripe_id(const struct json *object, const char *name)
{
	const struct json *value = json_get(object, name);

	return value != NULL && value->kind == JSON_OBJECT ? stripe_word(value, "id") : stripe_word(object, name);
}

bool
stripe_true(const struct json *object, const char *name)
{
	const struct json *value = json_get(object, name);

	return value != NULL && value->kind == JSON_BOOL && value->truth;
}

/* "2 × ", as in the English that invoices are described in whatever the account's language. */
static const char *
skip_quantity(const char *text)
{
	size_t digits = strspn(text, "0123456789");

	return digits > 0 && text_starts(text + digits, " × ") ? text + digits + strlen(" × ") : text;
}

char *
stripe_plain_name(struct arena *arena, const char *description)
{
	static const char *const beginnings[] = { "Remaining time on ", "Unused time on ", "Trial period for " };
	char *name = sales_text(arena, description, NAME_BYTES), *cut;
	bool prorated = false;
	size_t i;

	for (i = 0; i < sizeof(beginnings) / sizeof(beginnings[0]); i++) {
		if (text_starts(name, beginnings[i])) {
			prorated = i < 2;
			name += strlen(beginnings[i]);
			break;
		}
	}
	name += skip_quantity(name) - name;
	/* "… (at €10.00 / month)", "… after 05 Aug 2026" */
	cut = strstr(name, " (at ");
	if (cut != NULL && text_ends(name, ")"))
		*cut = '\0';
	cut = strstr(name, " after ");
	if (prorated && cut != NULL && isdigit((unsigned char)cut[strlen(" after ")]))
		*cut = '\0';
	return name;
}

/* The first answer that is not empty counts. */
static void
note_answer(struct stripe_site *site, struct arena *arena, const char *label, const char *value, struct stripe_learner *learner)
{
	if (text_trim(arena, value)[0] == '\0')
		return;
	if (learner->email == NULL && sales_label_matches(arena, label, &site->config->learner_email_labels))
		learner->email = value;
	if (learner->name == NULL && sales_label_matches(arena, label, &site->config->learner_name_labels))
		learner->name = value;
}

void
stripe_learner_metadata(struct stripe_site *site, struct arena *arena, const struct json *metadata, struct stripe_learner *learner)
{
	size_t i;

	if (metadata == NULL || metadata->kind != JSON_OBJECT)
		return;
	for (i = 0; i < metadata->count; i++)
		if (metadata->items[i].kind == JSON_STRING)
			note_answer(site, arena, metadata->names[i], metadata->items[i].text, learner);
}

int
stripe_learner_fields(
    struct stripe_site *site, struct arena *arena, const struct json *session, struct stripe_learner *learner, struct err *err)
{
	const struct json *fields, *field;
	const char *value;
	size_t i;

	if (json_list_or_null(session, "custom_fields", &fields, err) != 0)
		return -1;
	for (i = 0; fields != NULL && i < fields->count; i++) {
		field = &fields->items[i];
		/* The value stands under the name of the field's type: text, dropdown or numeric. */
		value = stripe_word(json_get(field, stripe_word(field, "type")), "value");
		note_answer(site, arena, stripe_word(field, "key"), value, learner);
		note_answer(site, arena, stripe_word(json_get(field, "label"), "custom"), value, learner);
	}
	return 0;
}
