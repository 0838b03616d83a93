/* What is stored of a FacturaScripts site: the rows that belong to an invoice as they were sent, and since when people are among them what was
 * known of those. Made and read again here.
 *
 *   {"factura":…,"lineas":[…],"recibos":[…],"pagos":[…],"contactos":[…],"cliente":{"email":…}}
 *
 * The rows of the sale, all up to "pagos", tell its versions apart: an address that changes makes no new one. */
#include "facturascripts.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"

#define PAYLOAD_BYTES ((size_t)64 * 1024 * 1024)

int
fs_compare_parts(const void *a, const void *b)
{
	const struct fs_part *left = a, *right = b;

	if (left->owner != right->owner)
		return (left->owner > right->owner) - (left->owner < right->owner);
	return (left->id > right->id) - (left->id < right->id);
}

static void
put_parts(struct buf *buf, const char *name, struct fs_parts parts)
{
	size_t i;

	buf_printf(buf, ",\"%s\":[", name);
	for (i = 0; i < parts.count; i++) {
		if (i > 0)
			buf_char(buf, ',');
		buf_add(buf, parts.items[i].raw.text, parts.items[i].raw.len);
	}
	buf_char(buf, ']');
}

/* The contacts that the invoice names, of those that are known. */
static void
put_people(struct arena *arena, struct buf *buf, const struct fs_head *head, const struct fs_known *known)
{
	const int64_t ids[] = { head->contact, head->delivery };
	struct fs_part own[2];
	struct fs_parts found;
	size_t count = 0, i;

	for (i = 0; i < 2; i++) {
		found = fs_parts_of(&known->contacts, ids[i]);
		if (ids[i] > 0 && found.count > 0 && (count == 0 || own[0].id != ids[i]))
			own[count++] = found.items[0];
	}
	put_parts(buf, "contactos", (struct fs_parts){ own, count });
	if (known->client_email != NULL)
		buf_printf(buf, ",\"cliente\":{\"email\":%s}", json_quote(arena, known->client_email));
}

int
fs_payload(struct arena *arena, const struct fs_row *row, const struct fs_head *head, struct fs_parts lines,
    struct fs_parts receipts, const struct fs_parts *payments, const struct fs_known *known, struct sales_document *document,
    struct err *err)
{
	struct fs_part *own = ARENA_ARRAY(arena, document->payment_count, struct fs_part);
	size_t count = 0, i, j;
	struct buf buf;
	int rc = -1;

	for (i = 0; i < receipts.count; i++) {
		const struct fs_parts some = fs_parts_of(payments, receipts.items[i].id);

		for (j = 0; j < some.count; j++)
			own[count++] = some.items[j];
	}
	buf_init(&buf, PAYLOAD_BYTES);
	buf_text(&buf, "{\"factura\":");
	buf_add(&buf, row->raw.text, row->raw.len);
	put_parts(&buf, "lineas", lines);
	put_parts(&buf, "recibos", receipts);
	put_parts(&buf, "pagos", (struct fs_parts){ own, count });
	buf_char(&buf, '}');
	document->content = arena_strndup(arena, buf.data, buf.len);
	document->content_len = buf.len;
	buf.len--;
	put_people(arena, &buf, head, known);
	buf_char(&buf, '}');
	if (buf_check(&buf, "what belongs to it", err) != 0)
		goto out;
	document->payload = arena_strndup(arena, buf.data, buf.len);
	document->payload_len = buf.len;
	rc = 0;
out:
	buf_done(&buf);
	return rc;
}

/* The rows of one list, in the order in which they are looked for. ${owner} NULL: each is its own. */
static int
read_parts(struct arena *arena, const struct sales_stored *stored, const struct json *json, const char *name, const char *id,
    const char *owner, struct fs_parts *ret_parts, struct err *err)
{
	const struct json *list;
	struct fs_part *parts;
	struct json_raw *raw;
	size_t count, i;

	if (json_list(json, name, &list, err) != 0 ||
	    json_raw_items(arena, stored->payload, stored->payload_len, name, &raw, &count, err) != 0)
		return -1;
	if (count != list->count)
		return err_set(err, ERR_DATA, "the rows of \"%s\" cannot be told apart", name);
	parts = ARENA_ARRAY(arena, count, struct fs_part);
	for (i = 0; i < count; i++) {
		parts[i] = (struct fs_part){ .json = &list->items[i], .raw = raw[i] };
		if (fs_number(parts[i].json, id, &parts[i].id, err) != 0 ||
		    fs_number_or_zero(parts[i].json, owner, &parts[i].owner, err) != 0)
			return err_wrap(err, "row %zu of \"%s\"", i + 1, name);
	}
	if (count > 0)
		qsort(parts, count, sizeof(*parts), fs_compare_parts);
	*ret_parts = (struct fs_parts){ parts, count };
	return 0;
}

/* Who the people are, as far as it was stored. Older releases kept nothing of them. */
static int
read_known(struct arena *arena, const struct sales_stored *stored, const struct json *json, const struct fs_head *head,
    struct fs_known *ret_known, struct err *err)
{
	const struct json *client = json_get(json, "cliente");
	struct fs_known known = { .client_email = NULL };
	bool wants = false;

	if (json_get(json, "contactos") == NULL)
		return err_set(err, ERR_INCOMPLETE, "who its people are is not stored with it");
	if (read_parts(arena, stored, json, "contactos", "idcontacto", "idcontacto", &known.contacts, err) != 0 ||
	    (client != NULL && json_text(client, "email", &known.client_email, err) != 0))
		return -1;
	if (fs_wants_client(head, &known, &wants, err) != 0)
		return -1;
	if (wants && known.client_email == NULL)
		return err_set(err, ERR_INCOMPLETE, "its client is not stored with it");
	*ret_known = known;
	return 0;
}

static int
read_invoice(struct arena *arena, const struct sales_source *source, const struct sales_stored *stored, const struct json *json,
    struct sales_reading *reading, struct err *err)
{
	struct fs_parts lines, receipts, payments;
	struct fs_row row = { .json = json_get(json, "factura") };
	struct fs_known known;
	struct fs_head head;

	if (!json_raw_member(stored->payload, stored->payload_len, "factura", &row.raw))
		return err_set(err, ERR_DATA, "there is no \"factura\"");
	if (fs_number(row.json, "idfactura", &row.id, err) != 0 || fs_head(source->config, &row, &head, err) != 0)
		return -1;
	if (!fs_is_taken(source->config, &head))
		return 0;
	if (read_parts(arena, stored, json, "lineas", "idlinea", "idfactura", &lines, err) != 0 ||
	    read_parts(arena, stored, json, "recibos", "idrecibo", "idfactura", &receipts, err) != 0 ||
	    read_parts(arena, stored, json, "pagos", "idpago", "idrecibo", &payments, err) != 0 ||
	    read_known(arena, stored, json, &head, &known, err) != 0 ||
	    fs_invoice(arena, source->config, &row, &head, lines, receipts, payments, &known, &reading->document, err) != 0)
		return -1;
	/* Contacts are read where they may be wanted: one that is gone and one that nobody asked for look the same. */
	if (text_equal(source->config->learner_from, "delivery_contact") && head.delivery > 0 &&
	    fs_parts_of(&known.contacts, head.delivery).count == 0)
		reading->without = "its delivery contact";
	return 0;
}

int
fs_read(struct arena *arena, const struct sales_source *source, const struct sales_stored *stored,
    struct sales_reading *ret_reading, struct err *err)
{
	struct sales_reading reading = { .without = NULL };
	struct json *json;

	if (json_parse(arena, "what is stored", stored->payload, stored->payload_len, &json, err) != 0 ||
	    read_invoice(arena, source, stored, json, &reading, err) != 0)
		return -1;
	reading.document.payload = stored->payload;
	reading.document.payload_len = stored->payload_len;
	*ret_reading = reading;
	return 0;
}
