/* What is stored of a file's order: the names of the file's columns and the order's rows, cell by cell.
 *
 *   {"columns":["Order ID","Email",…],"rows":[["00001","ana@example.test",…],…]}
 *
 * What tells its versions apart is what the rows say by the names of their columns, whatever the order of these: [{"Email":…},…]. Older releases kept
 * that, which does not tell a column that was empty from one that was not there. Made and read again here. */
#include "adapter/json.h"
#include "base/buf.h"
#include "base/text.h"
#include "csv_source.h"

#define PAYLOAD_BYTES ((size_t)16 * 1024 * 1024)

static void
put_list(struct arena *arena, struct buf *buf, const char *const *items, size_t count)
{
	size_t i;

	buf_char(buf, '[');
	for (i = 0; i < count; i++)
		buf_printf(buf, "%s%s", i == 0 ? "" : ",", json_quote(arena, items[i]));
	buf_char(buf, ']');
}

static void
put_content(const struct csv_reading *reading, struct buf *buf)
{
	const char *text;
	size_t i, j, at;
	bool first;

	for (i = 0; i < reading->row_count; i++) {
		buf_text(buf, i == 0 ? "[{" : ",{");
		for (first = true, j = 0; j < reading->columns->count; j++) {
			at = reading->columns->by_name[j];
			text = reading->rows[i].cells[at];
			if (text[0] == '\0')
				continue;
			buf_printf(buf, "%s%s:%s", first ? "" : ",", json_quote(reading->arena, reading->columns->names[at]),
			    json_quote(reading->arena, text));
			first = false;
		}
		buf_char(buf, '}');
	}
	buf_char(buf, ']');
}

static void
put_payload(const struct csv_reading *reading, struct buf *buf)
{
	size_t i;

	buf_text(buf, "{\"columns\":");
	put_list(reading->arena, buf, reading->columns->names, reading->columns->count);
	for (i = 0; i < reading->row_count; i++) {
		buf_text(buf, i == 0 ? ",\"rows\":[" : ",");
		put_list(reading->arena, buf, reading->rows[i].cells, reading->columns->count);
	}
	buf_text(buf, "]}");
}

static int
write_text(const struct csv_reading *reading, void (*put)(const struct csv_reading *, struct buf *), const char **ret_text,
    size_t *ret_len, struct err *err)
{
	struct buf buf;
	int rc;

	buf_init(&buf, PAYLOAD_BYTES);
	put(reading, &buf);
	rc = buf_check(&buf, "the order", err);
	if (rc == 0) {
		*ret_len = buf.len;
		*ret_text = arena_strndup(reading->arena, buf.data, buf.len);
	}
	buf_done(&buf);
	return rc;
}

int
csv_payload(struct csv_reading *reading, struct err *err)
{
	struct sales_document *document = &reading->document;

	if (write_text(reading, put_content, &document->content, &document->content_len, err) != 0)
		return -1;
	return write_text(reading, put_payload, &document->payload, &document->payload_len, err);
}

/* A list of texts. */
static int
read_list(struct arena *arena, const struct json *list, size_t want, const char ***ret_items, struct err *err)
{
	const char **items;
	size_t i;

	if (list->kind != JSON_ARRAY || list->count != want)
		return err_set(err, ERR_DATA, "a row is not as long as the header");
	items = ARENA_ARRAY(arena, want, const char *);
	for (i = 0; i < want; i++) {
		if (list->items[i].kind != JSON_STRING)
			return err_set(err, ERR_DATA, "a cell is %s, not a string", json_kind_name(&list->items[i]));
		items[i] = list->items[i].text;
	}
	*ret_items = items;
	return 0;
}

/* Header and rows as the file had them, but for rows that are no sale by the settings of today. */
static int
read_rows(struct arena *arena, const struct sales_source *source, const struct json *json, struct csv_columns *columns,
    struct csv_gathered **ret_rows, size_t *ret_count, struct err *err)
{
	const struct json *header, *list;
	struct csv_row names = { .line = 1 };
	struct csv_gathered *rows;
	const char **cells;
	size_t i, count = 0;

	if (json->kind == JSON_ARRAY)
		return err_set(err, ERR_INCOMPLETE, "which columns its file had is not stored with it");
	if (json_list(json, "columns", &header, err) != 0 || json_list(json, "rows", &list, err) != 0 ||
	    read_list(arena, header, header->count, &cells, err) != 0)
		return -1;
	names.cells = cells;
	names.count = header->count;
	if (csv_columns_find(arena, source->config, &names, columns, err) != 0)
		return -1;
	rows = ARENA_ARRAY(arena, list->count, struct csv_gathered);
	for (i = 0; i < list->count; i++) {
		rows[count].line = (int64_t)i + 1;
		if (read_list(arena, &list->items[i], names.count, &rows[count].cells, err) != 0)
			return -1;
		count += !csv_is_ignored(source->config, columns, rows[count].cells);
	}
	*ret_rows = rows;
	*ret_count = count;
	return 0;
}

int
csv_stored(struct arena *arena, const struct sales_source *source, const struct sales_stored *stored,
    struct sales_reading *ret_reading, struct err *err)
{
	struct csv_columns columns;
	struct csv_gathered *rows = NULL;
	struct csv_reading reading = { .arena = arena, .source = source, .columns = &columns, .id = stored->external_id };
	const char *id;
	struct json *json;

	if (json_parse(arena, "what is stored", stored->payload, stored->payload_len, &json, err) != 0 ||
	    read_rows(arena, source, json, &columns, &rows, &reading.row_count, err) != 0)
		return -1;
	*ret_reading = (struct sales_reading){ .without = NULL };
	if (reading.row_count == 0)
		return 0;
	/* What rows belong together was decided when the file was read. */
	id = csv_cell(arena, &columns, CSV_ORDER, rows[0].cells);
	if (columns.of[CSV_ORDER].name != NULL && !text_equal(id, stored->external_id))
		return err_set(err, ERR_INCOMPLETE,
		    "by the settings of today it is order \"%.60s\": orders are put together anew from their files only", id);
	reading.rows = rows;
	if (csv_document(&reading, err) != 0)
		return reading.column != NULL ? err_wrap(err, "column \"%s\"", reading.column) : -1;
	reading.document.payload = stored->payload;
	reading.document.payload_len = stored->payload_len;
	ret_reading->document = reading.document;
	return 0;
}
