/* Bank statements put into a folder. A statement is the proof of a payout; whatever else moves on the account is nobody's business here, and
 * nothing of it is kept. */
#include "bank.h"

#include <string.h>

#include "adapter/crypto.h"
#include "base/text.h"
#include "csv_source.h"
#include "sales/contact.h"

#define TEXT_BYTES 300

/* Movements of a file that are alike, counted: two of 100.00 on one day with one text are two. */
struct bank_met {
	struct bank_met *next;
	const char *digest;
	unsigned count;
};

static bool
is_payout(struct arena *arena, const struct config_source *config, const char *text)
{
	return csv_is(arena, text, &config->payouts);
}

/* Banks give one reference to several movements at times, and none to others. */
static const char *
key_of(struct bank_reading *reading, const struct bank_line *line)
{
	const char *said = arena_printf(&reading->arena, "%lld\x1f%s\x1f%lld\x1f%s", (long long)line->booked_us, line->currency,
	    (long long)line->amount_minor, line->reference[0] != '\0' ? line->reference : line->text);
	uint8_t hash[CRYPTO_HASH_BYTES];
	struct bank_met *met;
	const char *digest;

	crypto_sha256(said, strlen(said), hash);
	digest = text_hex(&reading->arena, hash, 12);
	for (met = reading->met; met != NULL && !text_equal(met->digest, digest); met = met->next)
		;
	if (met == NULL) {
		met = ARENA_NEW(&reading->arena, struct bank_met);
		met->digest = digest;
		met->next = reading->met;
		reading->met = met;
	}
	return arena_printf(&reading->arena, "%s.%u", digest, ++met->count);
}

int
bank_take(struct bank_reading *reading, const struct bank_line *line, struct err *err)
{
	struct sales_bank entry = { .amount_minor = line->amount_minor, .currency = line->currency, .booked_us = line->booked_us };

	if (!is_payout(&reading->arena, reading->source->config, line->text))
		return 0;
	entry.key = key_of(reading, line);
	entry.text = sales_text(&reading->arena, line->text, TEXT_BYTES);
	return reading->sink == NULL ? 0 : reading->sink->bank(reading->sink->context, &entry, err);
}

static int
read_file(FILE *file, const char *name, const struct sales_source *source, struct drop_faults *faults,
    const struct sales_sink *sink, struct err *err)
{
	struct bank_reading reading = { .arena = ARENA_INIT, .name = name, .source = source, .faults = faults, .sink = sink };
	int rc = text_equal(source->config->format, "csv") ? bank_csv(&reading, file, err) : bank_camt(&reading, file, err);

	arena_done(&reading.arena);
	return rc;
}

static int
pull(const struct sales_source *source, const struct sales_sink *sink, struct err *err)
{
	static const struct drop drop = { .what = "payouts", .read = read_file };

	return drop_pull(&drop, source, sink, err);
}

const struct sales_kind bank_kind = { .name = "bank", .is_fed = true, .greet = drop_greet, .pull = pull };
