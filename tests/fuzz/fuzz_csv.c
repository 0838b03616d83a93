/* Files of separated values: whatever a file holds, its rows are read or refused, what becomes a document adds up, and reading it twice
 * gives the same. The first byte picks preset, encoding and decimal mark. */
#include <stdio.h>
#include <string.h>

#include "../../lib/sales/csv_source.h"
#include "base/text.h"
#include "fuzz.h"

struct seen {
	size_t documents;
	int64_t total;
};

static int
take(void *context, const struct sales_document *document, struct err *err)
{
	struct seen *seen = context;
	int64_t sum = document->unallocated_minor + document->shipping_minor;
	size_t i;

	(void)err;
	for (i = 0; i < document->line_count; i++)
		sum += document->lines[i].net_minor;
	MUST_HOLD(sum == document->total_minor);
	MUST_HOLD(document->external_id[0] != '\0' && document->payload_len > 2);
	MUST_HOLD(text_utf8_valid(document->payload, document->payload_len));
	MUST_HOLD(text_equal(document->kind, "credit_note") || document->total_minor >= 0);
	seen->documents++;
	seen->total ^= document->total_minor;
	return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const presets[] = { "squarespace", "stripe", "woocommerce", "paypal", "facturascripts", "sheet" };
	static const char *const encodings[] = { "utf-8", "windows-1252", "iso-8859-15" };
	struct seen seen[2] = { { 0, 0 }, { 0, 0 } };
	struct config_source config = { .role = "sale", .zone = "Europe/Madrid", .separator = "auto" };
	struct sales_source source = { .config = &config, .currency = "EUR" };
	struct drop_faults faults;
	struct err err;
	FILE *file;
	int rc[2], i;

	if (size < 2)
		return 0;
	config.preset = presets[data[0] % 6];
	config.encoding = encodings[data[0] / 8 % 3];
	config.decimal = data[0] >= 128 ? "," : ".";
	config.tax_on_top = data[0] >= 64;
	for (i = 0; i < 2; i++) {
		struct sales_sink sink = { .context = &seen[i], .document = take };

		faults = (struct drop_faults){ .arena = ARENA_INIT };
		err = (struct err)ERR_INIT;
		file = fmemopen((void *)(uintptr_t)(data + 1), size - 1, "r");
		MUST_HOLD(file != NULL);
		rc[i] = csv_orders(file, "f", &source, &faults, &sink, &err);
		MUST_HOLD(rc[i] == 0 || err.message[0] != '\0');
		MUST_HOLD((faults.count == 0) == (faults.first == NULL) && faults.kept <= faults.count);
		(void)fclose(file);
		arena_done(&faults.arena);
	}
	MUST_HOLD(rc[0] == rc[1] && seen[0].documents == seen[1].documents && seen[0].total == seen[1].total);
	return 0;
}
