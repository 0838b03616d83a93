/* What a pull reads besides invoices: quotes and orders that are open, where the settings want them, and clients that are disabled. There are no
 * changes to ask for, and few rows: all of them are read each time. */
#include "facturascripts_pull.h"

/* Quotes or orders. */
struct offers {
	struct fs_pull *pull;
	const char *kind;
	enum fs_table lines;
	const char *owner; /* the field of a line that names what it is of */
};

/* The rows that are of our companies and hold still: the site was asked for open ones, but it does not close what has expired by itself. */
static int
choose(const struct offers *offers, const struct fs_row *rows, size_t count, struct fs_offer *chosen,
    const struct fs_row **chosen_rows, struct fs_ids *owners, struct fs_ids *contacts, size_t *ret_count, struct err *err)
{
	struct fs_offer offer;
	size_t kept = 0, i;

	for (i = 0; i < count; i++) {
		if (fs_offer(offers->pull->config, &rows[i], offers->kind, &offer, err) != 0)
			return -1;
		if (!fs_is_ours(offers->pull->config, &offer.head) || !offer.head.draft ||
		    (offer.until_us != SALES_UNKNOWN && offer.until_us <= offers->pull->site->source->now_utc * 1000000))
			continue;
		fs_ids_add(owners, offer.head.id);
		if (offer.head.contact > 0)
			fs_ids_add(contacts, offer.head.contact);
		chosen[kept] = offer;
		chosen_rows[kept++] = &rows[i];
	}
	fs_ids_sort(contacts);
	*ret_count = kept;
	return 0;
}

/* One with its lines, to the sink. */
static int
hand_over(const struct offers *offers, const struct fs_row *row, const struct fs_offer *offer, const struct fs_known *known,
    const struct fs_parts *lines, struct err *err)
{
	struct fs_pull *pull = offers->pull;
	const struct sales_sink *sink = pull->site->sink;
	struct sales_expected *list;
	struct fs_people people;
	size_t count, i;

	if (fs_people(&pull->heads, pull->config, &offer->head, known, &people, err) != 0)
		return err_wrap(err, "%s \"%s\" (id %lld)", offers->kind, offer->head.code, (long long)offer->head.id);
	if (fs_expected(&pull->heads, pull->config, row->json, offer, offers->kind, fs_parts_of(lines, offer->head.id),
		people.buyer, &list, &count, err) != 0)
		return -1;
	for (i = 0; i < count; i++)
		if (sink->expected(sink->context, &list[i], err) != 0)
			return -1;
	return 0;
}

static int
take_offers(void *context, const struct fs_row *rows, size_t count, struct err *err)
{
	const struct offers *offers = context;
	struct fs_pull *pull = offers->pull;
	struct fs_offer *chosen = ARENA_ARRAY(&pull->heads, count, struct fs_offer);
	const struct fs_row **chosen_rows = ARENA_ARRAY(&pull->heads, count, const struct fs_row *);
	struct fs_head *heads = ARENA_ARRAY(&pull->heads, count, struct fs_head);
	const char **emails = ARENA_ARRAY(&pull->heads, count, const char *);
	struct fs_parts lines, people;
	struct fs_ids owners, contacts;
	struct fs_known known;
	size_t kept = 0, i;
	int rc = -1;

	buf_init(&owners.buf, FS_IDS_BYTES);
	buf_init(&contacts.buf, FS_IDS_BYTES);
	if (choose(offers, rows, count, chosen, chosen_rows, &owners, &contacts, &kept, err) != 0 ||
	    fs_gather(pull, offers->lines, offers->owner, &owners, &lines, err) != 0 ||
	    fs_gather(pull, FS_CONTACTS, "idcontacto", &contacts, &people, err) != 0)
		goto out;
	for (i = 0; i < kept; i++)
		heads[i] = chosen[i].head;
	for (i = 0; i < kept; i++) {
		if (fs_known_of(pull, heads, emails, i, &people, &known, err) != 0 ||
		    hand_over(offers, chosen_rows[i], &chosen[i], &known, &lines, err) != 0)
			goto out;
	}
	rc = 0;
out:
	buf_done(&owners.buf);
	buf_done(&contacts.buf);
	return rc;
}

int
fs_read_expected(struct fs_pull *pull, struct err *err)
{
	static const char *const open[] = { "editable", "1" };
	struct offers quotes = { pull, "quote", FS_QUOTE_LINES, "idpresupuesto" },
		      orders = { pull, "order", FS_ORDER_LINES, "idpedido" };
	const struct fs_walk of_quotes = { .table = FS_QUOTES, .filters = open, .filter_count = 1 };
	const struct fs_walk of_orders = { .table = FS_ORDERS, .filters = open, .filter_count = 1 };

	if (fs_is_wanted(pull->config, FS_QUOTES) && fs_walk(pull->site, &pull->heads, &of_quotes, take_offers, &quotes, err) != 0)
		return -1;
	if (fs_is_wanted(pull->config, FS_ORDERS) && fs_walk(pull->site, &pull->heads, &of_orders, take_offers, &orders, err) != 0)
		return -1;
	return 0;
}

static int
take_clients(void *context, const struct fs_row *rows, size_t count, struct err *err)
{
	struct fs_pull *pull = context;
	const struct sales_sink *sink = pull->site->sink;
	struct sales_client client;
	bool disabled = false;
	size_t i;

	for (i = 0; i < count; i++) {
		if (fs_client(pull->config, rows[i].json, &client, &disabled, err) != 0)
			return -1;
		if (disabled && sink->client(sink->context, &client, err) != 0)
			return -1;
	}
	return 0;
}

int
fs_read_clients(struct fs_pull *pull, struct err *err)
{
	static const char *const disabled[] = { "debaja", "1" };
	const struct fs_walk walk = { .table = FS_CLIENTS, .filters = disabled, .filter_count = 1 };

	return fs_walk_named(pull->site, &pull->feed, &walk, take_clients, pull, err);
}
