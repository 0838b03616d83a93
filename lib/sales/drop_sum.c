/* Control totals of files. */
#include "drop_sum.h"

#include <errno.h>
#include <string.h>

#include "base/money.h"
#include "base/text.h"
#include "csv_source.h"

#define MOST_LINE 400

void
drop_count(struct drop_faults *faults)
{
	faults->sums.rows++;
}

static struct drop_total *
total_of(struct drop_sums *sums, const char *currency)
{
	size_t i;

	for (i = 0; i < sums->total_count; i++)
		if (text_equal(sums->totals[i].currency, currency))
			return &sums->totals[i];
	if (sums->total_count == DROP_CURRENCIES)
		return NULL;
	(void)snprintf(sums->totals[i].currency, sizeof(sums->totals[i].currency), "%s", currency);
	sums->totals[i].minor = 0;
	sums->total_count++;
	return &sums->totals[i];
}

void
drop_add(struct drop_faults *faults, const char *currency, int64_t minor)
{
	struct drop_total *total = total_of(&faults->sums, currency);

	faults->sums.beyond |= total == NULL || __builtin_add_overflow(total->minor, minor, &total->minor);
}

int
drop_declare(struct drop_faults *faults, const struct sales_source *source, const char *text, char decimal, struct err *err)
{
	struct drop_sums *declared = &faults->declared;
	const char *plain, *currency = source->currency;
	struct arena arena = ARENA_INIT;
	struct err unsaid = ERR_INIT;
	struct drop_total *total;
	struct money money;
	size_t before = declared->total_count, len = strlen(text);
	int rc = -1;

	if (strspn(text, "0123456789") == len && !declared->counted) {
		declared->counted = true;
		return text_int64(text, &declared->rows, err);
	}
	/* "1234.50 EUR" */
	if (len > 4 && text[len - 4] == ' ' && strspn(text + len - 3, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == 3)
		currency = arena_strdup(&arena, text + len - 3);
	if (csv_number(&arena, text, decimal, &plain, &unsaid) != 0 ||
	    money_parse(plain, currency, MONEY_EXACT, &money, &unsaid) != 0) {
		(void)err_set(err, ERR_DATA, "\"%.60s\" is neither a number of rows nor an amount like \"1234.50 EUR\"", text);
		goto out;
	}
	total = total_of(declared, currency);
	if (total == NULL || declared->total_count == before) {
		(void)err_set(err, ERR_DATA, "\"%.60s\": %s is declared already", text, currency);
		goto out;
	}
	total->minor = money.minor;
	rc = 0;
out:
	arena_done(&arena);
	return rc;
}

int
drop_sum_read(struct arena *arena, const char *path, const struct sales_source *source, struct drop_faults *faults, bool *ret_found,
    struct err *err)
{
	const char *name = arena_printf(arena, "%s" DROP_SUM, path), *text;
	FILE *file = fopen(name, "re");
	char line[MOST_LINE];
	unsigned number = 0;
	int rc = -1;

	*ret_found = file != NULL;
	if (file == NULL)
		return errno == ENOENT ? 0 : err_set(err, ERR_IO, "could not open \"%s\": %s", name, strerror(errno));
	while (fgets(line, sizeof(line), file) != NULL) {
		number++;
		text = text_trim(arena, line);
		if (text[0] == '\0' || text[0] == '#')
			continue;
		if (!text_starts(text, "rows ") && !text_starts(text, "total ")) {
			(void)err_set(
			    err, ERR_DATA, "its " DROP_SUM ", line %u: neither \"rows 118\" nor \"total 1234.50 EUR\"", number);
			goto out;
		}
		if (drop_declare(faults, source, text_trim(arena, strchr(text, ' ') + 1), '.', err) != 0) {
			(void)err_wrap(err, "its " DROP_SUM ", line %u", number);
			goto out;
		}
	}
	if (!faults->declared.counted && faults->declared.total_count == 0)
		(void)err_set(err, ERR_DATA, "its " DROP_SUM " declares nothing");
	else
		rc = 0;
out:
	(void)fclose(file);
	return rc;
}

static int64_t
found_of(const struct drop_sums *sums, const char *currency)
{
	size_t i;

	for (i = 0; i < sums->total_count; i++)
		if (text_equal(sums->totals[i].currency, currency))
			return sums->totals[i].minor;
	return 0;
}

static const char *
amount_text(struct arena *arena, const char *currency, int64_t minor)
{
	struct money money = { .minor = minor };

	(void)snprintf(money.currency, sizeof(money.currency), "%s", currency);
	return money_text(arena, &money);
}

int
drop_sum_check(struct arena *arena, const struct drop_faults *faults, struct err *err)
{
	const struct drop_sums *declared = &faults->declared, *sums = &faults->sums;
	int64_t found;
	size_t i;

	if (declared->counted && declared->rows != sums->rows)
		return err_set(
		    err, ERR_DATA, "it declares %lld rows, and has %lld", (long long)declared->rows, (long long)sums->rows);
	if (declared->total_count > 0 && sums->beyond)
		return err_set(err, ERR_DATA, "its totals are too large, or in too many currencies, to be compared");
	for (i = 0; i < declared->total_count; i++) {
		found = found_of(sums, declared->totals[i].currency);
		if (found != declared->totals[i].minor)
			return err_set(err, ERR_DATA, "it declares %s, and comes to %s",
			    amount_text(arena, declared->totals[i].currency, declared->totals[i].minor),
			    amount_text(arena, declared->totals[i].currency, found));
	}
	/* A currency that is not declared although others are. */
	for (i = 0; i < sums->total_count && declared->total_count > 0; i++)
		if (sums->totals[i].minor != 0 && found_of(declared, sums->totals[i].currency) == 0)
			return err_set(err, ERR_DATA, "it comes to %s, which it does not declare",
			    amount_text(arena, sums->totals[i].currency, sums->totals[i].minor));
	return 0;
}
