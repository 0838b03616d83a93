/* What is stored of a WooCommerce shop: an order as it came; a refund with its order and all refunds of that, because what it takes back is reckoned
 * from them. Older releases kept a refund alone. */
#include "woocommerce.h"

#include "base/text.h"

void
woo_take(struct arena *arena, struct json_raw raw, struct woo_order *order)
{
	struct json_raw content = woo_content(arena, raw);

	order->raw = raw;
	order->document.payload = raw.text;
	order->document.payload_len = raw.len;
	order->document.content = content.text;
	order->document.content_len = content.len;
}

static int
read_refund(struct arena *arena, const struct config_source *config, const struct sales_stored *stored, const struct json *json,
    struct sales_document *document, struct err *err)
{
	const struct json *items;
	struct sales_document *notes;
	struct woo_order order;
	struct json_raw *raw;
	size_t count, i;

	if (json_get(json, "order") == NULL)
		return err_set(err, ERR_INCOMPLETE, "its order is not stored with it");
	if (json_list(json, "refunds", &items, err) != 0 ||
	    json_raw_items(arena, stored->payload, stored->payload_len, "refunds", &raw, &count, err) != 0 ||
	    woo_order(arena, config, json_get(json, "order"), &order, err) != 0)
		return -1;
	if (order.ignored)
		return 0;
	if (count != items->count || !json_raw_member(stored->payload, stored->payload_len, "order", &order.raw))
		return err_set(err, ERR_DATA, "the refunds cannot be told apart");
	if (woo_refunds(arena, &order, items->items, raw, count, &notes, err) != 0)
		return -1;
	for (i = 0; i < count && !text_equal(notes[i].external_id, stored->external_id); i++)
		;
	if (i == count)
		return err_set(err, ERR_DATA, "the refund is not among those of its order");
	*document = notes[i];
	document->payload = stored->payload;
	document->payload_len = stored->payload_len;
	return 0;
}

int
woo_read(struct arena *arena, const struct sales_source *source, const struct sales_stored *stored,
    struct sales_reading *ret_reading, struct err *err)
{
	struct sales_reading reading = { .without = NULL };
	struct woo_order order;
	struct json *json;

	if (json_parse(arena, "what is stored", stored->payload, stored->payload_len, &json, err) != 0)
		return -1;
	if (text_equal(stored->kind, "credit_note")) {
		if (read_refund(arena, source->config, stored, json, &reading.document, err) != 0)
			return -1;
	} else {
		if (woo_order(arena, source->config, json, &order, err) != 0)
			return -1;
		if (!order.ignored) {
			woo_take(arena, (struct json_raw){ stored->payload, stored->payload_len }, &order);
			reading.document = order.document;
		}
	}
	*ret_reading = reading;
	return 0;
}
