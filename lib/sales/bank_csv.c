/* A bank's own export, by the columns that the settings name. */
#include <string.h>

#include "adapter/unicode.h"
#include "bank.h"
#include "base/money.h"
#include "base/text.h"
#include "csv_source.h"

enum target { DAY, AMOUNT, CURRENCY, TEXT, REFERENCE, TARGETS };

struct rows {
	struct bank_reading *reading;
	const char *columns[TARGETS]; /* as the settings name them; NULL: not there */
	size_t at[TARGETS];
	size_t count; /* of the header's cells; 0: it is still to come */
};

static int
take_header(struct rows *rows, const struct csv_row *row, struct err *err)
{
	struct arena *arena = &rows->reading->arena;
	const char *name;
	unsigned target;
	size_t i, found;

	for (target = 0; target < TARGETS; target++) {
		if (rows->columns[target] == NULL)
			continue;
		name = unicode_fold(arena, rows->columns[target]);
		for (found = 0, i = 0; i < row->count; i++) {
			if (!text_equal(unicode_fold(arena, text_trim(arena, row->cells[i])), name))
				continue;
			rows->at[target] = i;
			found++;
		}
		if (found != 1)
			return err_set(err, ERR_DATA, "%s: column \"%s\" %s", rows->reading->name, rows->columns[target],
			    found == 0 ? "is not there" : "stands there twice");
	}
	rows->count = row->count;
	return 0;
}

static const char *
cell(const struct rows *rows, enum target target, const struct csv_row *row)
{
	return rows->columns[target] == NULL ? "" : text_trim(&rows->reading->arena, row->cells[rows->at[target]]);
}

static int
read_row(struct rows *rows, const struct csv_row *row, struct bank_line *line, struct err *err)
{
	const struct config_source *config = rows->reading->source->config;
	const char *plain, *currency = cell(rows, CURRENCY, row);
	struct money money;

	if (csv_moment(cell(rows, DAY, row), &config->dates, config->zone, &line->booked_us, err) != 0)
		return err_wrap(err, "column \"%s\"", rows->columns[DAY]);
	line->currency = currency[0] != '\0' ? currency : rows->reading->source->currency;
	if (csv_number(&rows->reading->arena, cell(rows, AMOUNT, row), config->decimal[0], &plain, err) != 0 ||
	    money_parse(plain, line->currency, MONEY_EXACT, &money, err) != 0)
		return err_wrap(err, "column \"%s\"", rows->columns[AMOUNT]);
	line->amount_minor = money.minor;
	line->text = cell(rows, TEXT, row);
	line->reference = cell(rows, REFERENCE, row);
	return 0;
}

static int
take_row(void *context, const struct csv_row *row, struct err *err)
{
	struct rows *rows = context;
	struct bank_line line = { .where = "" };
	struct err why = ERR_INIT;

	if (rows->count == 0)
		return take_header(rows, row, err);
	line.where = arena_printf(&rows->reading->arena, "row %lld", (long long)row->line);
	if (rows->reading->sink == NULL)
		drop_count(rows->reading->faults);
	if (row->count != rows->count) {
		drop_fault(rows->reading->faults, line.where,
		    arena_printf(&rows->reading->arena, "it has %zu cells, the header has %zu", row->count, rows->count));
		return 0;
	}
	if (read_row(rows, row, &line, &why) != 0) {
		drop_fault(rows->reading->faults, line.where, why.message);
		return 0;
	}
	if (rows->reading->sink == NULL)
		drop_add(rows->reading->faults, line.currency, line.amount_minor);
	return bank_take(rows->reading, &line, err);
}

int
bank_csv(struct bank_reading *reading, FILE *file, struct err *err)
{
	const struct config_source *config = reading->source->config;
	struct rows rows = { .reading = reading,
		.columns = { config->columns.created, config->columns.total, config->columns.currency, config->columns.reference,
		    config->columns.transaction } };
	const struct csv_format format = { config->encoding, '\0' };

	if (csv_read(file, reading->name, &format, take_row, &rows, err) != 0)
		return -1;
	return rows.count > 0 ? 0 : err_set(err, ERR_DATA, "%s is empty", reading->name);
}
