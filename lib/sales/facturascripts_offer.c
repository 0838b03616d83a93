/* What is not sold yet, out of its rows: quotes and orders that are open, which is what their state says (`editable`): one that became an order, a
 * delivery note or an invoice, that was refused, cancelled or has expired is in a state that nobody edits. What was delivered or invoiced of a
 * line stands in it (`servido`). And clients: whether they are disabled. Source: FacturaScripts core, Core/Model/PresupuestoCliente.php, PedidoCliente.php,
 * Cliente.php, and Core/Lib/BusinessDocumentGenerator.php. */
#include "facturascripts.h"

#include <string.h>

#include "base/text.h"

#define PLACES 6
#define ONE INT64_C(1000000)

__extension__ typedef __int128 wide;

static bool
expects(const struct config_source *config, const char *what)
{
	size_t i;

	for (i = 0; i < config->expected.count; i++)
		if (text_equal(config->expected.items[i], what))
			return true;
	return false;
}

bool
fs_is_wanted(const struct config_source *config, enum fs_table table)
{
	switch (table) {
	case FS_QUOTES:
	case FS_QUOTE_LINES: return expects(config, "quotes");
	case FS_ORDERS:
	case FS_ORDER_LINES: return expects(config, "orders");
	default: return true;
	}
}

int
fs_offer(
    const struct config_source *config, const struct fs_row *row, const char *kind, struct fs_offer *ret_offer, struct err *err)
{
	struct fs_offer offer = { .until_us = SALES_UNKNOWN };
	const char *until;

	if (fs_head_of(config, row, kind, &offer.head, err) != 0)
		return -1;
	if (fs_text(row->json, "finoferta", &until, err) != 0)
		return err_wrap(err, "%s \"%s\" (id %lld)", kind, offer.head.code, (long long)row->id);
	if (until[0] != '\0' && fs_day_end(config->zone, until, &offer.until_us, err) != 0)
		return err_wrap(err, "%s \"%s\" (id %lld): \"finoferta\"", kind, offer.head.code, (long long)row->id);
	*ret_offer = offer;
	return 0;
}

static int
read_millionths(struct arena *arena, const struct json *row, const char *name, int64_t *ret_value, struct err *err)
{
	const char *plain;

	if (fs_decimal(arena, row, name, &plain, err) != 0)
		return -1;
	if (fs_scaled(plain, PLACES, ret_value, err) != 0)
		return err_wrap(err, "\"%s\"", name);
	return 0;
}

/* What is left of a line, and its part of the line's price; ${ret_left} 0: nothing. */
static int
read_left(struct arena *arena, const struct json *row, int64_t net_minor, int64_t *ret_left, int64_t *ret_minor, struct err *err)
{
	int64_t quantity, served;
	wide part;

	if (read_millionths(arena, row, "cantidad", &quantity, err) != 0 ||
	    read_millionths(arena, row, "servido", &served, err) != 0)
		return -1;
	if (served < 0)
		return err_set(err, ERR_DATA, "\"servido\" is less than 0");
	if (quantity <= 0 || served >= quantity) {
		*ret_left = 0;
		return 0;
	}
	part = (wide)net_minor * (quantity - served);
	*ret_left = quantity - served;
	*ret_minor = (int64_t)((part + (part < 0 ? -quantity / 2 : quantity / 2)) / quantity);
	return 0;
}

static const struct json *
row_of(struct fs_parts lines, const char *key)
{
	struct err ignored = ERR_INIT;
	int64_t id = 0;
	size_t i;

	if (text_int64(key, &id, &ignored) != 0)
		return NULL;
	for (i = 0; i < lines.count; i++)
		if (lines.items[i].id == id)
			return lines.items[i].json;
	return NULL;
}

static const char *
quantity_text(struct arena *arena, int64_t millionths)
{
	const char *whole = arena_printf(arena, "%lld", (long long)(millionths / ONE));

	return millionths % ONE == 0 ? whole : arena_printf(arena, "%s.%06lld", whole, (long long)(millionths % ONE));
}

int
fs_expected(struct arena *arena, const struct config_source *config, const struct json *row, const struct fs_offer *offer,
    const char *kind, struct fs_parts lines, const struct sales_contact *buyer, struct sales_expected **ret_expected,
    size_t *ret_count, struct err *err)
{
	struct sales_document document = { .external_id = arena_printf(arena, "%lld", (long long)offer->head.id) };
	struct sales_expected *list;
	const struct json *from;
	int64_t left = 0, net = 0;
	size_t count = 0, i;

	if (fs_priced(arena, config, row, lines, &document, err) != 0)
		return err_wrap(err, "%s \"%s\" (id %s)", kind, offer->head.code, document.external_id);
	list = ARENA_ARRAY(arena, document.line_count, struct sales_expected);
	for (i = 0; i < document.line_count; i++) {
		const struct sales_line *line = &document.lines[i];

		from = row_of(lines, line->key);
		BUG_UNLESS(from != NULL);
		if (read_left(arena, from, line->net_minor, &left, &net, err) != 0)
			return err_wrap(err, "%s \"%s\" (id %s): line %s", kind, offer->head.code, document.external_id, line->key);
		if (left == 0)
			continue;
		list[count++] = (struct sales_expected){
			.kind = kind,
			.key = document.external_id,
			.line_key = line->key,
			.number = offer->head.code,
			.product_key = line->product_key,
			.variant_key = line->variant_key,
			.sku = line->sku,
			.name = line->name,
			.quantity = quantity_text(arena, left),
			.net_minor = net,
			.currency = document.currency,
			.buyer = buyer,
			.asked_us = offer->head.effective_us,
			.until_us = offer->until_us,
		};
	}
	*ret_expected = list;
	*ret_count = count;
	return 0;
}

int
fs_client(const struct config_source *config, const struct json *row, struct sales_client *ret_client, bool *ret_disabled,
    struct err *err)
{
	struct sales_client client = { .disabled_us = SALES_UNKNOWN };
	const char *since;

	if (fs_text(row, "codcliente", &client.key, err) != 0)
		return err_wrap(err, "client");
	if (fs_flag(row, "debaja", ret_disabled, err) != 0 || fs_text(row, "fechabaja", &since, err) != 0)
		return err_wrap(err, "client \"%.40s\"", client.key);
	if (since[0] != '\0' && fs_moment(config->zone, since, NULL, &client.disabled_us, err) != 0)
		return err_wrap(err, "client \"%.40s\": \"fechabaja\"", client.key);
	*ret_client = client;
	return 0;
}
