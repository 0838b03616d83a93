/* Exchange rates put into a folder, in one of two layouts that the first row tells apart: a row for each rate (date, currency, rate), or a row for
 * each day with a column for each currency, as the European Central Bank publishes them. Rates stay decimal text all the way: the database
 * reckons with them, exactly. */
#include "rates.h"

#include <string.h>

#include "adapter/unicode.h"
#include "base/clock.h"
#include "base/money.h"
#include "base/text.h"
#include "csv_source.h"

#define DAY_US INT64_C(86400000000)
#define SECOND_US INT64_C(1000000)

struct rates {
	struct arena arena; /* of the file */
	struct arena row;
	const char *name;
	const struct sales_source *source;
	struct drop_faults *faults;
	const struct sales_sink *sink;
	const char **currencies; /* of a matrix, by column; NULL: the column is left out */
	size_t count;            /* cells of the header; 0: it is still to come */
	bool is_list;            /* a row for each rate */
	size_t day, currency, rate;
};

/* Currencies that the European Central Bank still has columns for, and that ended before any sale here was made. */
static bool
is_former(const char *currency)
{
	static const char *const former[] = { "CYP", "EEK", "LTL", "LVL", "MTL", "ROL", "SIT", "SKK", "TRL" };
	size_t i;

	for (i = 0; i < sizeof(former) / sizeof(former[0]); i++)
		if (text_equal(currency, former[i]))
			return true;
	return false;
}

static bool
find_column(struct rates *rates, const struct csv_row *row, const char *name, size_t *ret_at)
{
	size_t i;

	for (i = 0; i < row->count; i++)
		if (text_equal(unicode_fold(&rates->arena, text_trim(&rates->arena, row->cells[i])), name)) {
			*ret_at = i;
			return true;
		}
	return false;
}

/* The columns of a matrix. One without a name is what a comma at the end leaves. */
static int
take_currencies(struct rates *rates, const struct csv_row *row, struct err *err)
{
	const char *base = rates->source->config->base, *name;
	size_t i, j;
	int exponent;

	rates->currencies = ARENA_ARRAY(&rates->arena, row->count, const char *);
	for (i = 0; i < row->count; i++) {
		name = text_trim(&rates->arena, row->cells[i]);
		rates->currencies[i] = NULL;
		if (i == rates->day || is_former(name) || (name[0] == '\0' && i + 1 == row->count))
			continue;
		if (money_exponent(name, &exponent, err) != 0)
			return err_wrap(err, "%s: column %zu", rates->name, i + 1);
		if (text_equal(name, base))
			return err_set(err, ERR_DATA, "%s: column %zu: %s is the base", rates->name, i + 1, base);
		for (j = 0; j < i; j++)
			if (text_equal(rates->currencies[j], name))
				return err_set(err, ERR_DATA, "%s: column \"%s\" stands there twice", rates->name, name);
		rates->currencies[i] = name;
	}
	return 0;
}

static int
take_header(struct rates *rates, const struct csv_row *row, struct err *err)
{
	if (!find_column(rates, row, "date", &rates->day) || row->count < 2)
		return err_set(err, ERR_DATA,
		    "%s: its first row is neither date, currency, rate, nor Date and a currency above each further column",
		    rates->name);
	rates->is_list = find_column(rates, row, "currency", &rates->currency) && find_column(rates, row, "rate", &rates->rate);
	if (!rates->is_list && take_currencies(rates, row, err) != 0)
		return -1;
	rates->count = row->count;
	return 0;
}

/* "N/A", "-" and nothing: no rate was published. */
static bool
is_none(const char *text)
{
	return text[0] == '\0' || text_equal(text, "N/A") || text_equal(text, "-");
}

/* The day that a row is of, in the file's own calendar: it is a date, no moment. */
static int
read_day(struct rates *rates, const char *text, const char **ret_day, struct err *err)
{
	static const char *const iso[] = { "iso" };
	const struct config_list plain = { (const char **)(uintptr_t)iso, 1 }, *forms = &rates->source->config->dates;
	struct clock_date date;
	int64_t us;

	if (csv_moment(text, forms->count > 0 ? forms : &plain, "UTC", &us, err) != 0)
		return -1;
	if (us > rates->source->now_utc * SECOND_US + DAY_US)
		return err_set(err, ERR_DATA, "\"%.60s\" is a day to come", text);
	date = clock_from_utc((us - (us % DAY_US + DAY_US) % DAY_US) / SECOND_US);
	*ret_day = arena_printf(&rates->row, "%04d-%02d-%02d", date.year, date.month, date.day);
	return 0;
}

static int
hand_on(struct rates *rates, const char *place, const char *day, const char *currency, const char *text, struct err *err)
{
	const struct config_source *config = rates->source->config;
	struct sales_rate rate = {
		.place = place, .currency = currency, .base = config->base, .day = day, .publisher = config->publisher
	};
	struct err why = ERR_INIT;

	if (csv_number(&rates->row, text, config->decimal[0], &rate.rate, &why) != 0) {
		drop_fault(rates->faults, place, arena_printf(&rates->row, "%s: %s", currency, why.message));
		return 0;
	}
	if (rate.rate[0] == '-' || strpbrk(rate.rate, "123456789") == NULL) {
		drop_fault(rates->faults, place,
		    arena_printf(&rates->row, "%s: \"%.40s\" is no rate: it must be more than 0", currency, text));
		return 0;
	}
	return rates->sink == NULL ? 0 : rates->sink->rate(rates->sink->context, &rate, err);
}

static int
take_listed(struct rates *rates, const struct csv_row *row, const char *place, const char *day, struct err *err)
{
	const char *currency = text_trim(&rates->row, row->cells[rates->currency]),
		   *text = text_trim(&rates->row, row->cells[rates->rate]);
	struct err why = ERR_INIT;
	int exponent;

	if (is_former(currency) || is_none(text))
		return 0;
	if (money_exponent(currency, &exponent, &why) != 0) {
		drop_fault(rates->faults, place, why.message);
		return 0;
	}
	if (text_equal(currency, rates->source->config->base)) {
		drop_fault(rates->faults, place, arena_printf(&rates->row, "%s is the base", currency));
		return 0;
	}
	return hand_on(rates, place, day, currency, text, err);
}

static int
take_row(void *context, const struct csv_row *row, struct err *err)
{
	struct rates *rates = context;
	struct err why = ERR_INIT;
	const char *place, *day = "", *text;
	size_t i;

	if (rates->count == 0)
		return take_header(rates, row, err);
	arena_reset(&rates->row);
	place = arena_printf(&rates->row, "row %lld", (long long)row->line);
	if (row->count != rates->count) {
		drop_fault(rates->faults, place,
		    arena_printf(&rates->row, "it has %zu cells, the header has %zu", row->count, rates->count));
		return 0;
	}
	if (read_day(rates, text_trim(&rates->row, row->cells[rates->day]), &day, &why) != 0) {
		drop_fault(rates->faults, place, why.message);
		return 0;
	}
	if (rates->is_list)
		return take_listed(rates, row, place, day, err);
	for (i = 0; i < row->count; i++) {
		text = text_trim(&rates->row, row->cells[i]);
		if (rates->currencies[i] != NULL && !is_none(text) &&
		    hand_on(rates, place, day, rates->currencies[i], text, err) != 0)
			return -1;
	}
	return 0;
}

int
rates_read(FILE *file, const char *name, const struct sales_source *source, struct drop_faults *faults,
    const struct sales_sink *sink, struct err *err)
{
	struct rates rates = {
		.arena = ARENA_INIT, .row = ARENA_INIT, .name = name, .source = source, .faults = faults, .sink = sink
	};
	const struct csv_format format = { source->config->encoding, '\0' };
	int rc = csv_read(file, name, &format, take_row, &rates, err);

	if (rc == 0 && rates.count == 0)
		rc = err_set(err, ERR_DATA, "%s is empty", name);
	arena_done(&rates.row);
	arena_done(&rates.arena);
	return rc;
}

static void
put_down(void *context, const char *place, const char *why)
{
	struct drop_faults *faults = context;

	drop_fault(faults, place, why);
}

/* A figure that was reported must not move by itself: what is known stays, unless a person says that the file corrects it (--full). */
static int
judge(const struct sales_source *source, struct drop_faults *faults, const struct sales_sink *sink, struct err *err)
{
	if (sink->rates_refused == NULL)
		return 0;
	return sink->rates_refused(sink->context, source->full, put_down, faults, err);
}

static int
pull(const struct sales_source *source, const struct sales_sink *sink, struct err *err)
{
	static const struct drop drop = { .what = "rates", .read = rates_read, .judge = judge };

	return drop_pull(&drop, source, sink, err);
}

const struct sales_kind rates_kind = { .name = "rates", .is_fed = true, .greet = drop_greet, .pull = pull };
