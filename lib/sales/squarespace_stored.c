/* What is stored of a Squarespace shop: an order as it came, `{"order":…,"transaction":…}` where what was paid for it was read too, or the
 * transaction of a donation. Made and read again here. */
#include "squarespace.h"

#include "base/buf.h"
#include "base/text.h"

#define PAYLOAD_BYTES ((size_t)48 * 1024 * 1024)

/* What was paid, put to the order. */
static int
settle(struct arena *arena, const struct config_source *config, const struct json *json, struct sales_document *document,
    struct err *err)
{
	struct squarespace_transaction transaction;

	return squarespace_transaction(json, &transaction, err) != 0
		   ? -1
		   : squarespace_settle(arena, config, &transaction, document, err);
}

int
squarespace_join(struct arena *arena, const struct config_source *config, struct json_raw order, struct json_raw transaction,
    struct sales_document *document, struct err *err)
{
	struct json *json;
	struct buf buf;
	int rc = -1;

	if (json_parse(arena, "the transaction", transaction.text, transaction.len, &json, err) != 0 ||
	    settle(arena, config, json, document, err) != 0)
		return -1;
	buf_init(&buf, PAYLOAD_BYTES);
	buf_text(&buf, "{\"order\":");
	buf_add(&buf, order.text, order.len);
	buf_text(&buf, ",\"transaction\":");
	buf_add(&buf, transaction.text, transaction.len);
	buf_char(&buf, '}');
	if (buf_check(&buf, "the order with its transaction", err) == 0) {
		document->payload = arena_strndup(arena, buf.data, buf.len);
		document->payload_len = buf.len;
		rc = 0;
	}
	buf_done(&buf);
	return rc;
}

/* Is money beside the order that only its transaction tells of? */
static bool
has_moved_money(const struct sales_document *document)
{
	return document->total_minor != 0 && (document->status == SALES_PAID || document->status == SALES_CANCELLED);
}

static int
read_donation(struct arena *arena, const struct config_source *config, const struct json *json, struct sales_document *document,
    struct err *err)
{
	struct squarespace_transaction transaction;

	if (!config->transactions)
		return 0;
	return squarespace_transaction(json, &transaction, err) != 0
		   ? -1
		   : squarespace_donation(arena, config, &transaction, document, err);
}

int
squarespace_read(struct arena *arena, const struct sales_source *source, const struct sales_stored *stored,
    struct sales_reading *ret_reading, struct err *err)
{
	const struct config_source *config = source->config;
	struct sales_reading reading = { .without = NULL };
	const struct json *order, *transaction;
	struct json_raw raw = { stored->payload, stored->payload_len };
	struct json *json;

	if (json_parse(arena, "what is stored", stored->payload, stored->payload_len, &json, err) != 0)
		return -1;
	order = json_get(json, "order");
	transaction = order != NULL ? json_get(json, "transaction") : NULL;
	if (text_equal(stored->kind, "payment")) {
		if (read_donation(arena, config, json, &reading.document, err) != 0)
			return -1;
	} else if (squarespace_order(arena, config, order != NULL ? order : json, &reading.document, err) != 0) {
		return -1;
	} else if (!config->transactions) {
		/* As it came, without what was read beside it. */
		if (order != NULL && !json_raw_member(stored->payload, stored->payload_len, "order", &raw))
			return err_set(err, ERR_DATA, "the order cannot be told apart from its transaction");
	} else if (transaction == NULL) {
		reading.without = has_moved_money(&reading.document) ? "its transaction" : NULL;
	} else if (settle(arena, config, transaction, &reading.document, err) != 0) {
		return -1;
	}
	reading.document.payload = raw.text;
	reading.document.payload_len = raw.len;
	*ret_reading = reading;
	return 0;
}
