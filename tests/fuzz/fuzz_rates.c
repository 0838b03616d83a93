/* Files of exchange rates: whatever a file holds, it is read or refused, every rate that is handed on is one, and reading it twice gives the
 * same. */
#include <stdio.h>
#include <string.h>

#include "../../lib/sales/rates.h"
#include "fuzz.h"

struct seen {
	size_t rates;
	uint64_t sum;
};

static int
take(void *context, const struct sales_rate *rate, struct err *err)
{
	struct seen *seen = context;
	size_t i;

	(void)err;
	MUST_HOLD(strlen(rate->currency) == 3 && strcmp(rate->currency, rate->base) != 0);
	MUST_HOLD(strlen(rate->day) == 10 && rate->day[4] == '-' && rate->day[7] == '-');
	MUST_HOLD(rate->rate[strspn(rate->rate, "0123456789.")] == '\0' && strpbrk(rate->rate, "123456789") != NULL);
	for (i = 0; rate->rate[i] != '\0'; i++)
		seen->sum = seen->sum * 31 + (unsigned char)rate->rate[i];
	seen->rates++;
	return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct config_source config = {
		.zone = "Europe/Madrid", .decimal = ".", .encoding = "utf-8", .base = "EUR", .publisher = "Bank"
	};
	const struct sales_source source = { .config = &config, .currency = "EUR", .now_utc = 1800000000 };
	struct seen seen[2] = { { 0, 0 }, { 0, 0 } };
	int rc[2], n;

	for (n = 0; n < 2; n++) {
		struct drop_faults faults = { .arena = ARENA_INIT };
		const struct sales_sink sink = { .context = &seen[n], .rate = take };
		struct err err = ERR_INIT;
		FILE *file = fmemopen((void *)(uintptr_t)data, size > 0 ? size : 1, "r");

		MUST_HOLD(file != NULL);
		rc[n] = rates_read(file, "fuzz", &source, &faults, &sink, &err);
		MUST_HOLD(rc[n] == 0 || err.code == ERR_DATA);
		(void)fclose(file);
		arena_done(&faults.arena);
	}
	MUST_HOLD(rc[0] == rc[1] && seen[0].rates == seen[1].rates && seen[0].sum == seen[1].sum);
	return 0;
}
