/* camt.053: whatever a file holds, it is read or refused, and reading it twice gives the same. */
#include <stdio.h>
#include <string.h>

#include "../../lib/sales/bank.h"
#include "base/text.h"
#include "fuzz.h"

struct seen {
	size_t entries;
	int64_t total;
};

static int
take(void *context, const struct sales_bank *entry, struct err *err)
{
	struct seen *seen = context;

	(void)err;
	MUST_HOLD(entry->key[0] != '\0' && strlen(entry->currency) == 3);
	MUST_HOLD(text_utf8_valid(entry->text, strlen(entry->text)));
	seen->entries++;
	seen->total ^= entry->amount_minor;
	return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const all[] = { "*" };
	struct config_source config = { .zone = "Europe/Madrid", .payouts = { (const char **)(uintptr_t)all, 1 } };
	const struct sales_source source = { .config = &config, .currency = "EUR" };
	struct seen seen[2] = { { 0, 0 }, { 0, 0 } };
	int rc[2], n;

	for (n = 0; n < 2; n++) {
		struct drop_faults faults = { .arena = ARENA_INIT };
		const struct sales_sink sink = { .context = &seen[n], .bank = take };
		struct bank_reading reading = {
			.arena = ARENA_INIT, .name = "fuzz", .source = &source, .faults = &faults, .sink = &sink
		};
		struct err err = ERR_INIT;
		FILE *file = fmemopen((void *)(uintptr_t)data, size > 0 ? size : 1, "r");

		MUST_HOLD(file != NULL);
		rc[n] = bank_camt(&reading, file, &err);
		MUST_HOLD(rc[n] == 0 || err.code == ERR_DATA);
		(void)fclose(file);
		arena_done(&reading.arena);
		arena_done(&faults.arena);
	}
	MUST_HOLD(rc[0] == rc[1] && seen[0].entries == seen[1].entries && seen[0].total == seen[1].total);
	return 0;
}
