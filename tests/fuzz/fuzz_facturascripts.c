/* Rows of FacturaScripts: whatever they hold, an invoice is read or refused, its money adds up, and values keep their shape. */
#include <string.h>

#include "../../lib/sales/facturascripts.h"
#include "base/text.h"
#include "fuzz.h"

static const struct config_source config = { .name = "erp", .zone = "Europe/Madrid", .paid_percent = 100 };

/* The nets of the lines and the difference that is reported are all of the total. */
static void
check_money(const struct sales_document *document)
{
	int64_t sum = document->unallocated_minor;
	size_t i;

	for (i = 0; i < document->line_count; i++)
		if (__builtin_add_overflow(sum, document->lines[i].net_minor, &sum))
			return; /* absurd amounts */
	MUST_HOLD(sum == document->total_minor);
	MUST_HOLD(text_equal(document->kind, "credit_note") || document->total_minor >= 0);
	MUST_HOLD(document->payload_len > 0);
}

/* The rows under ${name} of the input, as those of the invoice or of its receipt 1. */
static struct fs_parts
read_parts(struct arena *arena, const struct json *top, const char *name)
{
	struct err ignored = ERR_INIT;
	const struct json *list;
	struct fs_part *items;
	size_t i;

	if (json_list_or_null(top, name, &list, &ignored) != 0 || list == NULL)
		return (struct fs_parts){ NULL, 0 };
	items = ARENA_ARRAY(arena, list->count, struct fs_part);
	for (i = 0; i < list->count; i++)
		items[i] = (struct fs_part){ (int64_t)i + 1, 1, &list->items[i], { "{}", 2 } };
	return (struct fs_parts){ items, list->count };
}

static void
check_values(struct arena *arena, const char *text)
{
	struct err err = ERR_INIT;
	const char *plain, *name;
	int64_t us, scaled;

	if (fs_moment("Europe/Madrid", text, NULL, &us, &err) == 0)
		MUST_HOLD(us % 1000000 == 0 && strlen(text) >= 10);
	err_reset(&err);
	(void)fs_note_address(arena, text, &name);
	if (fs_scaled(text, 6, &scaled, &err) == 0)
		MUST_HOLD(strspn(text, "-.0123456789") == strlen(text));
	err_reset(&err);
	if (fs_plain(arena, text, &plain, &err) == 0)
		MUST_HOLD(strchr(plain, 'e') == NULL || strchr(text, 'e') == NULL);
}

/* What is asked for is not more than its price, and of a whole quantity nothing is lost. */
static void
check_quote(struct arena *arena, const struct json *top)
{
	const struct fs_row row = { 1, json_get(top, "presupuesto"), { "{}", 2 } };
	struct sales_expected *list;
	struct err err = ERR_INIT;
	struct fs_offer offer;
	size_t count = 0, i;

	if (fs_offer(&config, &row, "quote", &offer, &err) == 0) {
		MUST_HOLD(offer.until_us == SALES_UNKNOWN || offer.until_us % 1000000 == 0);
		if (fs_expected(arena, &config, row.json, &offer, "quote", read_parts(arena, top, "lineas"), NULL, &list, &count,
			&err) == 0) {
			for (i = 0; i < count; i++)
				MUST_HOLD(list[i].quantity[0] != '-' && list[i].quantity[0] != '\0' && list[i].number[0] != '\0');
			return;
		}
	}
	MUST_HOLD(err.code == ERR_DATA && err.message[0] != '\0');
}

static void
check_client(const struct json *row)
{
	struct sales_client client;
	struct err err = ERR_INIT;
	bool disabled;

	if (fs_client(&config, row, &client, &disabled, &err) != 0)
		MUST_HOLD(err.code == ERR_DATA && err.message[0] != '\0');
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fs_known known = { .client_email = NULL };
	struct arena arena = ARENA_INIT;
	struct sales_document document;
	struct err err = ERR_INIT;
	struct fs_parts parts[3];
	struct json *top = NULL;
	struct fs_head head;
	struct fs_row row;

	if (json_parse(&arena, "it", (const char *)data, size, &top, &err) != 0)
		goto out;
	if (top->kind == JSON_STRING) {
		check_values(&arena, top->text);
		goto out;
	}
	if (json_get(top, "presupuesto") != NULL) {
		check_quote(&arena, top);
		goto out;
	}
	if (json_get(top, "cliente") != NULL) {
		check_client(json_get(top, "cliente"));
		goto out;
	}
	row = (struct fs_row){ 1, json_get(top, "factura"), { "{}", 2 } };
	if (row.json == NULL)
		goto out;
	if (fs_head(&config, &row, &head, &err) == 0) {
		parts[0] = read_parts(&arena, top, "lineas");
		parts[1] = read_parts(&arena, top, "recibos");
		parts[2] = read_parts(&arena, top, "pagos");
		if (fs_invoice(&arena, &config, &row, &head, parts[0], parts[1], parts[2], &known, &document, &err) == 0) {
			check_money(&document);
			goto out;
		}
	}
	MUST_HOLD(err.code == ERR_DATA && err.message[0] != '\0');
out:
	arena_done(&arena);
	return 0;
}
