/* The mails, in the order in which a learner, then a buyer, then an operator may meet them. */
#include "outbox/catalogue.h"

#include <string.h>

#include "base/err.h"

/* clang-format off */
#define LEARNER { "learner", CATALOGUE_TEXT, false, "Ana Núñez" }
#define COURSE { "course", CATALOGUE_TEXT, false, "First Aid" }
#define BUYER { "buyer", CATALOGUE_TEXT, false, "Ada Byron" }
#define SERIAL { "serial", CATALOGUE_TEXT, false, "ACME-7Q4K-2M9X" }
#define DATE { "date", CATALOGUE_DATE, false, "2026-08-03" }
#define DAYS { "days", CATALOGUE_COUNT, false, "7" }
#define COURSE_URL { "course_url", CATALOGUE_WEB, true, "https://campus.example.org/course/view.php?id=12" }

static const struct catalogue_message messages[] = {
	{ "welcome", "A learner was enrolled in a course for the first time.", "learner",
	    { LEARNER, COURSE, COURSE_URL, { "until", CATALOGUE_DATE, true, "2028-08-03" },
		{ "username", CATALOGUE_TEXT, true, "ana@example.org" },
		{ "password_url", CATALOGUE_WEB, true, "https://campus.example.org/login/forgot_password.php" } } },
	{ "renewed", "A course was renewed: access lasts longer.", "learner", { LEARNER, COURSE, DATE, COURSE_URL } },
	{ "expiry-soon", "Access ends in a few days.", "learner", { LEARNER, COURSE, DATE, DAYS, COURSE_URL } },
	{ "grace-notice", "What was paid is over; access is kept a little longer.", "learner", { LEARNER, COURSE, DATE, COURSE_URL } },
	{ "suspended", "Access was suspended, as a notice had announced.", "learner", { LEARNER, COURSE, DATE } },
	{ "access-ended", "Access ended at once when what was paid was over.", "learner", { LEARNER, COURSE, DATE } },
	{ "access-revoked", "Access ended because the sale was taken back.", "learner", { LEARNER, COURSE, DATE } },
	{ "access-held", "A payment is disputed: access waits until that is settled.", "learner", { LEARNER, COURSE, DATE } },
	{ "restored", "Access that was suspended is back.", "learner",
	    { LEARNER, COURSE, COURSE_URL, { "until", CATALOGUE_DATE, true, "2028-08-03" } } },
	{ "certificate", "A course was completed; the certificate is attached.", "learner",
	    { LEARNER, COURSE, DATE, SERIAL, { "valid_until", CATALOGUE_DATE, true, "2028-08-03" },
		{ "verify_url", CATALOGUE_WEB, true, "https://acme.example/verify/ACME-7Q4K-2M9X" } } },
	{ "certificate-waiting", "A course was completed, but the learner's name has to be confirmed first.", "learner",
	    { LEARNER, COURSE, DATE } },
	{ "certificate-corrected", "A certificate was corrected; the new one is attached.", "learner",
	    { LEARNER, COURSE, SERIAL, { "old_serial", CATALOGUE_TEXT, false, "ACME-1B3D-5F7H" } } },
	{ "certificate-expiring", "A certificate is valid for a short while only.", "learner",
	    { LEARNER, COURSE, SERIAL, DATE, DAYS, COURSE_URL } },
	{ "certificate-revoked", "A certificate is no longer valid.", "learner", { LEARNER, COURSE, SERIAL, DATE } },
	{ "token-delivery", "A buyer's access codes.", "buyer",
	    { BUYER, COURSE, { "count", CATALOGUE_COUNT, false, "2" },
		{ "tokens", CATALOGUE_LIST, false, "FIRST-A1B2-C3D4-E5F6\nFIRST-0A1B-2C3D-4E5F" },
		{ "order", CATALOGUE_TEXT, false, "S-1042" }, { "until", CATALOGUE_DATE, true, "2026-11-01" },
		{ "redeem_url", CATALOGUE_WEB, true, "https://acme.example/redeem" } } },
	{ "token-used", "One of a buyer's access codes was used.", "buyer",
	    { BUYER, LEARNER, COURSE, DATE, { "token", CATALOGUE_TEXT, false, "FIRST-A1B2-C3D4-E5F6" },
		{ "left", CATALOGUE_COUNT, false, "1" } } },
	{ "token-expiring", "Access codes that nobody used are valid for a few days only.", "buyer",
	    { BUYER, COURSE, DATE, { "count", CATALOGUE_COUNT, false, "2" },
		{ "tokens", CATALOGUE_LIST, false, "FIRST-A1B2-C3D4-E5F6\nFIRST-0A1B-2C3D-4E5F" } } },
	{ "seats-changed", "Who holds a buyer's seats, or how many there are, has changed.", "buyer",
	    { BUYER, COURSE, { "added", CATALOGUE_LIST, true, "Ana Núñez" },
		{ "removed", CATALOGUE_LIST, true, "Nguyễn Đức\nOlu Ade" },
		{ "used", CATALOGUE_COUNT, false, "4" }, { "seats", CATALOGUE_COUNT, false, "10" } } },
	{ "statement", "A statement of account; it is attached.", "buyer",
	    { BUYER, { "from", CATALOGUE_DATE, false, "2026-07-01" }, { "to", CATALOGUE_DATE, false, "2026-07-31" },
		{ "balance", CATALOGUE_MONEY, false, "1234.50 EUR" } } },
	{ "operator-summary", "What last night did, for who runs the system.", "operator",
	    { { "operator", CATALOGUE_TEXT, false, "Training desk" }, DATE,
		{ "findings", CATALOGUE_COUNT, false, "3" },
		{ "lines", CATALOGUE_LIST, false, "ctok-apply: enrol 12, suspend 2\nctok-mail: sent 14\n3 × ALREADY_ENROLLED, at risk 297.00 EUR, since 2026-07-30" } } },
};
/* clang-format on */

static const struct catalogue_value common[] = {
	{ "recipient", CATALOGUE_TEXT, false, NULL },
	{ "issuer", CATALOGUE_TEXT, false, "Acme Academy" },
	{ "reply_to", CATALOGUE_ADDRESS, false, "help@example.org" },
};

const struct catalogue_message *
catalogue_messages(size_t *ret_count)
{
	*ret_count = sizeof(messages) / sizeof(messages[0]);
	return messages;
}

const struct catalogue_message *
catalogue_find(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(messages) / sizeof(messages[0]); i++)
		if (strcmp(messages[i].name, name) == 0)
			return &messages[i];
	return NULL;
}

const struct catalogue_value *
catalogue_value(const struct catalogue_message *message, const char *name)
{
	const struct catalogue_value *value;
	size_t i;

	for (value = message->values; value->name != NULL; value++)
		if (strcmp(value->name, name) == 0)
			return value;
	for (i = 0; i < sizeof(common) / sizeof(common[0]); i++)
		if (strcmp(common[i].name, name) == 0)
			return &common[i];
	return NULL;
}

const char *
catalogue_sample(const struct catalogue_message *message, const char *name)
{
	const struct catalogue_value *value = catalogue_value(message, strcmp(name, "recipient") == 0 ? message->to : name);

	BUG_UNLESS(value != NULL && value->sample != NULL);
	return value->sample;
}

const char *
catalogue_kind_name(enum catalogue_kind kind)
{
	static const char *const names[] = {
		[CATALOGUE_TEXT] = "a text",
		[CATALOGUE_DATE] = "a date",
		[CATALOGUE_MONEY] = "an amount",
		[CATALOGUE_COUNT] = "a number",
		[CATALOGUE_WEB] = "a web address",
		[CATALOGUE_ADDRESS] = "a mail address",
		[CATALOGUE_LIST] = "a list",
	};

	return names[kind];
}
