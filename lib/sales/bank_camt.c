/* camt.053: the statement of an account. It proves itself: the opening balance and its movements add up to the closing one. */
#include <string.h>

#include "adapter/xml.h"
#include "bank.h"
#include "base/clock.h"
#include "base/money.h"
#include "base/text.h"

#define MOST_OPEN 64
#define MOST_TEXT 2000

enum balance { OPENING, CLOSING, BALANCES };
enum { ALL, INTO, OUT_OF, SUMMARIES };

static const char *const summaries[SUMMARIES] = { [ALL] = "TtlNtries", [INTO] = "TtlCdtNtries", [OUT_OF] = "TtlDbtNtries" };

struct statement {
	struct bank_reading *reading;
	const char *open[MOST_OPEN]; /* elements around, the outermost first */
	size_t depth;
	bool met; /* a statement was */
	/* Of the statement at hand. */
	const char *id;
	unsigned count;
	bool known[BALANCES];
	int64_t balance[BALANCES], sum;
	const char *currency; /* of its balances */
	/* What the statement says of its movements: all, those in, those out. */
	struct summary {
		const char *count, *sum; /* NULL: not said */
	} said[SUMMARIES];
	int64_t counted[SUMMARIES], added[SUMMARIES];
	/* Of the balance or movement at hand. */
	const char *kind, *sign, *status, *amount, *amount_currency, *date, *reference, *text;
};

static const char *
keep(struct statement *s, const char *text)
{
	return arena_strdup(&s->reading->arena, text);
}

/* Is the element that ends ${name} in ${parent}? */
static bool
is_in(const struct statement *s, const char *parent, const char *name, const char *is)
{
	return text_equal(name, is) && s->depth >= 2 && text_equal(s->open[s->depth - 2], parent);
}

static bool
is_within(const struct statement *s, const char *name)
{
	size_t i;

	for (i = 0; i < s->depth; i++)
		if (text_equal(s->open[i], name))
			return true;
	return false;
}

static int
on_begin(void *context, const char *name, const char *const *attributes, struct err *err)
{
	struct statement *s = context;
	const char *currency;

	if (s->depth == MOST_OPEN)
		return err_set(err, ERR_DATA, "elements are nested too deeply");
	if (s->depth == 1 && !text_equal(name, "BkToCstmrStmt"))
		return err_set(err, ERR_DATA, "<%.40s> is no bank statement: camt.053 begins with <BkToCstmrStmt>", name);
	s->open[s->depth++] = keep(s, name);
	if (text_equal(name, "Stmt")) {
		s->met = true;
		s->id = "";
		s->count = 0;
		s->sum = 0;
		s->known[OPENING] = s->known[CLOSING] = false;
		memset(s->said, 0, sizeof(s->said));
		memset(s->counted, 0, sizeof(s->counted));
		memset(s->added, 0, sizeof(s->added));
		s->currency = NULL;
	}
	if (text_equal(name, "Bal") || text_equal(name, "Ntry")) {
		s->kind = s->sign = s->status = s->amount = s->amount_currency = s->date = s->reference = s->text = "";
	}
	if (text_equal(name, "Amt") && s->depth >= 2 &&
	    (text_equal(s->open[s->depth - 2], "Bal") || text_equal(s->open[s->depth - 2], "Ntry"))) {
		currency = xml_attribute(attributes, "Ccy");
		s->amount_currency = keep(s, currency != NULL ? currency : "");
	}
	return 0;
}

static int
read_amount(const struct statement *s, int64_t *ret_minor, struct err *err)
{
	struct money money;

	if (money_parse(s->amount, s->amount_currency, MONEY_EXACT, &money, err) != 0)
		return -1;
	if (!text_equal(s->sign, "CRDT") && !text_equal(s->sign, "DBIT"))
		return err_set(err, ERR_DATA, "\"CdtDbtInd\" is \"%.20s\", neither CRDT nor DBIT", s->sign);
	if (money.minor < 0)
		return err_set(err, ERR_DATA, "the amount \"%.40s\" is negative", s->amount);
	*ret_minor = text_equal(s->sign, "DBIT") ? -money.minor : money.minor;
	return 0;
}

/* "2026-11-20" or a moment: the beginning of that day in the source's zone. */
static int
read_day(const struct statement *s, int64_t *ret_us, struct err *err)
{
	const char *day = arena_strndup(&s->reading->arena, s->date, strlen(s->date) < 10 ? strlen(s->date) : 10);
	struct clock_date date;
	int64_t utc;

	if (clock_parse_date(day, &utc, err) != 0)
		return -1;
	date = clock_from_utc(utc);
	if (clock_from_zone(s->reading->source->config->zone, &date, &utc, err) != 0)
		return -1;
	*ret_us = utc * 1000000;
	return 0;
}

static int
take_balance(struct statement *s, struct err *err)
{
	enum balance which = text_equal(s->kind, "OPBD") || text_equal(s->kind, "PRCD") ? OPENING : CLOSING;

	if (which == CLOSING && !text_equal(s->kind, "CLBD"))
		return 0; /* available, forward, intermediate ones */
	/* Of opening and previous closing balance the former says it best. */
	if (which == OPENING && s->known[OPENING] && text_equal(s->kind, "PRCD"))
		return 0;
	if (read_amount(s, &s->balance[which], err) != 0)
		return -1;
	s->known[which] = true;
	s->currency = s->amount_currency;
	return 0;
}

/* Count it where the statement's own summary does: those say nothing of what is booked, amounts without sign. */
static int
note_movement(struct statement *s, int64_t minor)
{
	int64_t amount = minor < 0 ? -minor : minor;
	unsigned way = minor < 0 ? OUT_OF : INTO;

	s->counted[ALL]++;
	s->counted[way]++;
	return __builtin_add_overflow(s->added[ALL], amount, &s->added[ALL]) ||
		       __builtin_add_overflow(s->added[way], amount, &s->added[way])
		   ? -1
		   : 0;
}

static int
take_entry(struct statement *s, struct err *err)
{
	struct bank_line line = { .reference = s->reference, .text = s->text, .currency = s->amount_currency };

	s->count++;
	if (s->reading->sink == NULL)
		drop_count(s->reading->faults);
	line.where = arena_printf(&s->reading->arena, "statement \"%s\", movement %u", s->id, s->count);
	if (read_amount(s, &line.amount_minor, err) != 0)
		return err_wrap(err, "%s", line.where);
	if (note_movement(s, line.amount_minor) != 0)
		return err_set(err, ERR_DATA, "%s: the amounts are too large", line.where);
	/* Pending and informative ones move nothing yet. */
	if (!text_equal(s->status, "BOOK") && s->status[0] != '\0')
		return 0;
	if (s->reading->sink == NULL)
		drop_add(s->reading->faults, line.currency, line.amount_minor);
	if (read_day(s, &line.booked_us, err) != 0)
		return err_wrap(err, "%s", line.where);
	if (__builtin_add_overflow(s->sum, line.amount_minor, &s->sum))
		return err_set(err, ERR_DATA, "%s: the amounts are too large", line.where);
	return bank_take(s->reading, &line, err);
}

/* Are there as many movements, of as much, as the statement itself says? Banks fill in some of these figures, and none at times. */
static int
check_summaries(const struct statement *s, struct err *err)
{
	struct arena *arena = &s->reading->arena;
	struct money said, found;
	int64_t count;
	unsigned i;

	for (i = 0; i < SUMMARIES; i++) {
		if (s->said[i].count != NULL && (text_int64(s->said[i].count, &count, err) != 0 || count != s->counted[i]))
			return err_set(err, ERR_DATA, "statement \"%s\" declares %.20s movements (%s), and has %lld", s->id,
			    s->said[i].count, summaries[i], (long long)s->counted[i]);
		if (s->said[i].sum == NULL)
			continue;
		if (money_parse(s->said[i].sum, s->currency, MONEY_EXACT, &said, err) != 0)
			return err_wrap(err, "statement \"%s\", %s", s->id, summaries[i]);
		found = said;
		found.minor = s->added[i];
		if (said.minor != found.minor)
			return err_set(err, ERR_DATA, "statement \"%s\" declares movements of %s (%s), and has %s", s->id,
			    money_text(arena, &said), summaries[i], money_text(arena, &found));
	}
	return 0;
}

/* What stands in a statement adds up, or something is missing from it. */
static int
end_statement(struct statement *s, struct err *err)
{
	struct arena *arena = &s->reading->arena;
	struct money opening, sum, closing;

	if (!s->known[OPENING] || !s->known[CLOSING])
		return err_set(
		    err, ERR_DATA, "statement \"%s\" has no %s balance", s->id, s->known[OPENING] ? "closing" : "opening");
	if (check_summaries(s, err) != 0)
		return -1;
	if (s->balance[OPENING] + s->sum == s->balance[CLOSING])
		return 0;
	opening.minor = s->balance[OPENING];
	sum.minor = s->sum;
	closing.minor = s->balance[CLOSING];
	(void)snprintf(opening.currency, sizeof(opening.currency), "%s", s->currency);
	(void)snprintf(sum.currency, sizeof(sum.currency), "%s", s->currency);
	(void)snprintf(closing.currency, sizeof(closing.currency), "%s", s->currency);
	return err_set(err, ERR_DATA, "statement \"%s\": it opens with %s, its movements add up to %s, and it closes with %s",
	    s->id, money_text(arena, &opening), money_text(arena, &sum), money_text(arena, &closing));
}

/* What of a movement is read as text: whose it is, and what for. */
static bool
is_said(const struct statement *s, const char *name)
{
	return text_equal(name, "Ustrd") || text_equal(name, "AddtlNtryInf") || text_equal(name, "AddtlTxInf") ||
	       is_in(s, "Refs", name, "EndToEndId") || (text_equal(name, "Nm") && is_within(s, "RltdPties"));
}

static int
on_end(void *context, const char *name, const char *text, struct err *err)
{
	struct statement *s = context;
	struct arena *arena = &s->reading->arena;
	unsigned i;
	int rc = 0;

	for (i = 0; i < SUMMARIES; i++) {
		if (is_in(s, summaries[i], name, "NbOfNtries"))
			s->said[i].count = keep(s, text);
		else if (is_in(s, summaries[i], name, "Sum"))
			s->said[i].sum = keep(s, text);
	}
	if (is_in(s, "Stmt", name, "Id"))
		s->id = keep(s, text);
	else if (is_in(s, "CdOrPrtry", name, "Cd") && is_within(s, "Bal"))
		s->kind = keep(s, text);
	else if (is_in(s, "Bal", name, "Amt") || is_in(s, "Ntry", name, "Amt"))
		s->amount = keep(s, text);
	else if (is_in(s, "Bal", name, "CdtDbtInd") || is_in(s, "Ntry", name, "CdtDbtInd"))
		s->sign = keep(s, text);
	else if (is_in(s, "Ntry", name, "Sts") || is_in(s, "Sts", name, "Cd"))
		s->status = text[0] != '\0' ? keep(s, text) : s->status;
	else if (is_in(s, "BookgDt", name, "Dt") || is_in(s, "BookgDt", name, "DtTm"))
		s->date = keep(s, text);
	else if (is_in(s, "ValDt", name, "Dt") && s->date[0] == '\0')
		s->date = keep(s, text);
	else if (is_in(s, "Ntry", name, "AcctSvcrRef") || (is_in(s, "Ntry", name, "NtryRef") && s->reference[0] == '\0'))
		s->reference = keep(s, text);
	else if (is_within(s, "Ntry") && is_said(s, name) && text[0] != '\0' && strlen(s->text) < MOST_TEXT)
		s->text = arena_printf(arena, "%s%s%.300s", s->text, s->text[0] != '\0' ? " " : "", text);
	if (text_equal(name, "Bal"))
		rc = take_balance(s, err);
	else if (text_equal(name, "Ntry"))
		rc = take_entry(s, err);
	else if (text_equal(name, "Stmt"))
		rc = end_statement(s, err);
	s->depth--;
	return rc;
}

int
bank_camt(struct bank_reading *reading, FILE *file, struct err *err)
{
	struct statement statement = { .reading = reading };
	const struct xml_reader reader = { &statement, on_begin, on_end };

	if (xml_read(file, reading->name, &reader, err) != 0)
		return -1;
	return statement.met ? 0 : err_set(err, ERR_DATA, "%s: no statement stands in it", reading->name);
}
