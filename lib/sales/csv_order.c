/* Rows of a file, order by order. Rows with the same id that follow each other are one: what they say of the order must be the same, or left
 * empty after the first, as exports do either way. Everything that is wrong with a file is told at once, row by row. */
#include <string.h>

#include "adapter/crypto.h"
#include "base/text.h"
#include "csv_source.h"
#include "drop_sum.h"

#define LEAST_SEEN 1024

struct orders {
	const char *name; /* of the file */
	const struct sales_source *source;
	const struct config_source *config;
	struct drop_faults *faults;
	const struct sales_sink *sink;
	struct arena arena; /* for the file */
	struct arena batch; /* for the order */
	bool begun;
	struct csv_columns columns;
	const char *id; /* of the order being gathered; NULL: none */
	struct csv_gathered rows[CSV_MOST_ROWS];
	size_t row_count;
	uint64_t *seen; /* ids that are done, hashed; 0: free. Open addressing */
	size_t seen_room, seen_count;
	int64_t ended; /* row of the trailer; 0: it has not come */
};

static void
add_fault(struct orders *orders, int64_t line, const char *column, const char *why)
{
	struct drop_faults *faults = orders->faults;

	/* What stands there may be anybody's name: it is told in the file beside the rejected one only. */
	drop_fault(faults,
	    column != NULL ? arena_printf(&faults->arena, "row %lld, column \"%s\"", (long long)line, column)
			   : arena_printf(&faults->arena, "row %lld", (long long)line),
	    why);
}

/* Was this id met before, and is it now. */
static bool
met(struct orders *orders, const char *id)
{
	uint8_t hash[CRYPTO_HASH_BYTES];
	uint64_t *old = orders->seen, key;
	size_t room = orders->seen_room, i, at;

	if (orders->seen_count * 2 >= room) {
		orders->seen_room = room == 0 ? LEAST_SEEN : room * 4;
		orders->seen = ARENA_ARRAY(&orders->arena, orders->seen_room, uint64_t);
		for (i = 0; i < room; i++) {
			if (old[i] == 0)
				continue;
			for (at = old[i] & (orders->seen_room - 1); orders->seen[at] != 0; at = (at + 1) & (orders->seen_room - 1))
				;
			orders->seen[at] = old[i];
		}
	}
	crypto_sha256(id, strlen(id), hash);
	memcpy(&key, hash, sizeof(key));
	key |= 1; /* never 0 */
	for (at = key & (orders->seen_room - 1); orders->seen[at] != 0; at = (at + 1) & (orders->seen_room - 1))
		if (orders->seen[at] == key)
			return true;
	orders->seen[at] = key;
	orders->seen_count++;
	return false;
}

/* The rows gathered so far are an order. */
static int
finish_order(struct orders *orders, struct err *err)
{
	struct csv_reading reading = { .arena = &orders->batch,
		.source = orders->source,
		.columns = &orders->columns,
		.id = orders->id,
		.rows = orders->rows,
		.row_count = orders->row_count };
	struct err why = ERR_INIT;
	int rc = 0;

	if (orders->id == NULL)
		return 0;
	if (csv_document(&reading, &why) != 0) {
		add_fault(orders, reading.row->line, reading.column, why.message);
	} else if (orders->sink == NULL)
		drop_add(orders->faults, reading.document.currency, reading.document.total_minor);
	else
		rc = orders->sink->document(orders->sink->context, &reading.document, err);
	arena_reset(&orders->batch);
	orders->id = NULL;
	orders->row_count = 0;
	return rc;
}

/* A row without an id is an order; its id is made of what it says, not of where it stands: rows move between one export and the next. */
static const char *
id_of_row(struct orders *orders, const char *const *cells)
{
	static const enum csv_target keys[] = { CSV_CREATED, CSV_BUYER_EMAIL, CSV_LEARNER_EMAIL, CSV_PRODUCT, CSV_VARIANT, CSV_SKU,
		CSV_NAME };
	uint8_t hash[CRYPTO_HASH_BYTES];
	const char *text = "";
	size_t i;

	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		text = arena_printf(&orders->batch, "%s\x1f%s", text, csv_cell(&orders->batch, &orders->columns, keys[i], cells));
	crypto_sha256(text, strlen(text), hash);
	return arena_printf(&orders->batch, "row-%s", text_hex(&orders->batch, hash, 12));
}

static int
take_header(struct orders *orders, const struct csv_row *row, struct err *err)
{
	if (csv_columns_find(&orders->arena, orders->config, row, &orders->columns, err) != 0)
		return err_wrap(err, "%s, row %lld", orders->name, (long long)row->line);
	orders->begun = true;
	return 0;
}

bool
csv_is_ignored(const struct config_source *config, const struct csv_columns *columns, const char *const *cells)
{
	static const enum csv_target asked[] = { CSV_STATUS, CSV_TYPE, CSV_TEST };
	const struct config_list *list = csv_statuses(config, CSV_IGNORE);
	struct arena arena = ARENA_INIT;
	bool ignored = false;
	const char *text;
	size_t i;

	for (i = 0; i < sizeof(asked) / sizeof(asked[0]) && !ignored; i++) {
		text = csv_cell(&arena, columns, asked[i], cells);
		ignored = text[0] != '\0' && csv_is(&arena, text, list);
	}
	arena_done(&arena);
	return ignored;
}

/* Keep a row of the order being gathered. */
static void
gather(struct orders *orders, const struct csv_row *row)
{
	struct csv_gathered *to;
	size_t i;

	if (orders->row_count == CSV_MOST_ROWS) {
		add_fault(orders, row->line, NULL, arena_printf(&orders->batch, "the order has more than %d rows", CSV_MOST_ROWS));
		return;
	}
	to = &orders->rows[orders->row_count++];
	to->line = row->line;
	to->cells = ARENA_ARRAY(&orders->batch, row->count, const char *);
	for (i = 0; i < row->count; i++)
		to->cells[i] = arena_strdup(&orders->batch, row->cells[i]);
}

/* The row behind the last one: how many came before it, and what they come to. */
static bool
take_trailer(struct orders *orders, const struct csv_row *row)
{
	const struct config_list mark = { (const char *[]){ orders->config->trailer }, 1 };
	struct arena *arena = &orders->faults->arena;
	struct err err = ERR_INIT;
	const char *text;
	size_t i;

	if (orders->config->trailer == NULL || row->count == 0 || !csv_is(arena, text_trim(arena, row->cells[0]), &mark))
		return false;
	orders->ended = row->line;
	/* The first look is the one that judges. */
	for (i = 1; i < row->count && orders->sink == NULL; i++) {
		text = text_trim(arena, row->cells[i]);
		if (text[0] == '\0' || drop_declare(orders->faults, orders->source, text, orders->config->decimal[0], &err) == 0)
			continue;
		add_fault(orders, row->line, NULL, err.message);
		err_reset(&err);
	}
	if (orders->sink == NULL && !orders->faults->declared.counted)
		add_fault(orders, row->line, NULL, "it does not say how many rows came before it");
	return true;
}

static int
take_row(void *context, const struct csv_row *row, struct err *err)
{
	struct orders *orders = context;
	const char *id;

	if (!orders->begun)
		return take_header(orders, row, err);
	if (orders->ended != 0) {
		add_fault(orders, row->line, NULL,
		    arena_printf(&orders->batch, "it stands behind row %lld, which ends the file", (long long)orders->ended));
		return 0;
	}
	if (take_trailer(orders, row))
		return 0;
	if (orders->sink == NULL)
		drop_count(orders->faults);
	if (row->count != orders->columns.count) {
		add_fault(orders, row->line, NULL,
		    arena_printf(&orders->batch, "it has %zu cells, the header has %zu", row->count, orders->columns.count));
		return 0;
	}
	if (csv_is_ignored(orders->config, &orders->columns, row->cells))
		return 0;
	id = csv_cell(&orders->batch, &orders->columns, CSV_ORDER, row->cells);
	if (orders->columns.of[CSV_ORDER].name == NULL)
		id = id_of_row(orders, row->cells);
	else if (id[0] == '\0' || strlen(id) > CSV_KEY_BYTES || text_has_control(id)) {
		add_fault(orders, row->line, orders->columns.of[CSV_ORDER].name,
		    "it is empty, longer than 200 bytes or holds control characters");
		return 0;
	}
	if (orders->id != NULL && text_equal(orders->id, id) && orders->columns.of[CSV_ORDER].name != NULL) {
		gather(orders, row);
		return 0;
	}
	id = arena_strdup(&orders->arena, id);
	if (finish_order(orders, err) != 0)
		return -1;
	if (met(orders, id)) {
		/* The same row twice is one; an order torn apart may be two files pasted together. */
		if (orders->columns.of[CSV_ORDER].name != NULL)
			add_fault(orders, row->line, orders->columns.of[CSV_ORDER].name,
			    "the order stood further up already, with others between");
		return 0;
	}
	orders->id = id;
	gather(orders, row);
	return 0;
}

int
csv_orders(FILE *file, const char *name, const struct sales_source *source, struct drop_faults *faults,
    const struct sales_sink *sink, struct err *err)
{
	const char *separator = source->config->separator;
	const struct csv_format format = { .encoding = source->config->encoding,
		.separator = text_equal(separator, "tab")    ? '\t'
			     : text_equal(separator, "pipe") ? '|'
			     : text_equal(separator, "auto") ? '\0'
							     : separator[0] };
	struct arena arena = ARENA_INIT;
	struct orders *orders = ARENA_NEW(&arena, struct orders);
	int rc = -1;

	orders->name = name;
	orders->source = source;
	orders->config = source->config;
	orders->faults = faults;
	orders->sink = sink;
	if (csv_read(file, name, &format, take_row, orders, err) != 0 || finish_order(orders, err) != 0)
		goto out;
	if (!orders->begun) {
		(void)err_set(err, ERR_DATA, "%s is empty", name);
		goto out;
	}
	if (orders->config->trailer != NULL && orders->ended == 0) {
		(void)err_set(err, ERR_DATA, "%s is cut off: no row begins with \"%s\"", name, orders->config->trailer);
		goto out;
	}
	rc = 0;
out:
	arena_done(&orders->arena);
	arena_done(&orders->batch);
	arena_done(&arena);
	return rc;
}

static int
pull(const struct sales_source *source, const struct sales_sink *sink, struct err *err)
{
	static const struct drop drop = { .what = "sales", .read = csv_orders };

	return drop_pull(&drop, source, sink, err);
}

const struct sales_kind csv_kind = { .name = "csv", .is_fed = true, .greet = drop_greet, .pull = pull, .read = csv_stored };
