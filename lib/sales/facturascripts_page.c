/* A page of invoices with all that belongs to it: lines, receipts, payments and people, each read in stretches of keys. */
#include "facturascripts_pull.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "sales/contact.h"
#include "sales/field.h"

struct gather {
	struct arena *arena;
	const char *field; /* that names the owner */
	struct fs_ids *owners;
	struct fs_part *items;
	size_t count, room;
};

static int
gather_rows(void *context, const struct fs_row *rows, size_t count, struct err *err)
{
	struct gather *gather = context;
	struct fs_part *more;
	int64_t owner;
	size_t i;

	for (i = 0; i < count; i++) {
		if (fs_number_or_zero(rows[i].json, gather->field, &owner, err) != 0)
			return err_wrap(err, "row %lld", (long long)rows[i].id);
		if (!fs_ids_has(gather->owners, owner))
			continue;
		if (gather->count == gather->room) {
			gather->room = gather->room > 0 ? 2 * gather->room : 256;
			more = ARENA_ARRAY(gather->arena, gather->room, struct fs_part);
			if (gather->count > 0)
				memcpy(more, gather->items, gather->count * sizeof(*more));
			gather->items = more;
		}
		gather->items[gather->count++] = (struct fs_part){ rows[i].id, owner, rows[i].json, rows[i].raw };
	}
	return 0;
}

int
fs_gather(struct fs_pull *pull, enum fs_table table, const char *field, struct fs_ids *owners, struct fs_parts *ret_parts,
    struct err *err)
{
	struct gather gathered = { .arena = &pull->heads, .field = field, .owners = owners };

	if (fs_ranges(pull->site, &pull->heads, table, field, fs_ids_list(owners), fs_ids_count(owners), gather_rows, &gathered,
		err) != 0)
		return -1;
	if (gathered.count > 0)
		qsort(gathered.items, gathered.count, sizeof(*gathered.items), fs_compare_parts);
	*ret_parts = (struct fs_parts){ gathered.items, gathered.count };
	return 0;
}

/* What fs_gather() will soon be asked for. */
static void
expect(struct fs_pull *pull, enum fs_table table, const char *field, const struct fs_ids *owners)
{
	fs_expect_ranges(pull->site, &pull->heads, table, field, fs_ids_list(owners), fs_ids_count(owners));
}

/* The page's invoices that are taken. */
struct page {
	const struct fs_row *rows;
	struct fs_head *heads;
	size_t count;
	struct fs_parts lines, receipts, payments, contacts;
	const char **client_emails; /* of each, looked up when its contact gives none */
};

/* The client's own address, asked for once a page. */
static int
client_email(
    struct fs_pull *pull, const struct fs_head *heads, const char **emails, size_t place, const char **ret_email, struct err *err)
{
	const char *client = heads[place].client, *email = "";
	const struct json *row;
	size_t i;

	for (i = 0; i < place; i++) {
		if (emails[i] != NULL && text_equal(heads[i].client, client)) {
			*ret_email = emails[place] = emails[i];
			return 0;
		}
	}
	if (client[0] != '\0') {
		if (fs_get(pull->site, &pull->heads, "clientes", client, &row, err) != 0 ||
		    (row != NULL && fs_text(row, "email", &email, err) != 0))
			return -1;
	}
	*ret_email = emails[place] = email;
	return 0;
}

int
fs_known_of(struct fs_pull *pull, const struct fs_head *heads, const char **emails, size_t place, const struct fs_parts *contacts,
    struct fs_known *ret_known, struct err *err)
{
	struct fs_known known = { .contacts = *contacts };
	bool wants = false;

	if (fs_wants_client(&heads[place], &known, &wants, err) != 0 ||
	    (wants && client_email(pull, heads, emails, place, &known.client_email, err) != 0))
		return -1;
	*ret_known = known;
	return 0;
}

/* Payments that are facts for good: those of issued invoices. The last one tells the database. */
static int
note_payment(struct fs_pull *pull, const struct fs_parts *receipts, const struct fs_parts *payments, struct err *err)
{
	const char *amount;
	size_t i, j;

	for (i = 0; i < receipts->count; i++) {
		const struct fs_parts own = fs_parts_of(payments, receipts->items[i].id);

		for (j = 0; j < own.count; j++) {
			if (own.items[j].id <= pull->receipt_payment)
				continue;
			if (fs_decimal(&pull->heads, own.items[j].json, "importe", &amount, err) != 0)
				return -1;
			pull->receipt_payment = own.items[j].id;
			pull->receipt_words = arena_printf(
			    &pull->arena, "%lld %lld %s", (long long)own.items[j].id, (long long)receipts->items[i].id, amount);
		}
	}
	return 0;
}

static int
hand_over(struct fs_pull *pull, struct page *page, size_t place, struct err *err)
{
	const struct fs_head *head = &page->heads[place];
	const struct sales_sink *sink = pull->site->sink;
	struct fs_parts receipts = fs_parts_of(&page->receipts, head->id);
	struct sales_document document;
	struct fs_known known;

	if (fs_known_of(pull, page->heads, page->client_emails, place, &page->contacts, &known, err) != 0)
		return err_wrap(err, "invoice \"%s\" (id %lld)", head->code, (long long)head->id);
	if (!head->draft && note_payment(pull, &receipts, &page->payments, err) != 0)
		return -1;
	if (!head->draft && head->id > pull->issued) {
		pull->issued = head->id;
		pull->issued_code = arena_strdup(&pull->arena, head->code);
	}
	if (fs_invoice(&pull->heads, pull->config, &page->rows[place], head, fs_parts_of(&page->lines, head->id), receipts,
		page->payments, &known, &document, err) != 0)
		return -1;
	return sink->document(sink->context, &document, err);
}

/* Of the rows those that are taken: of our companies, and issued unless drafts are wanted. The others are only there. */
static int
choose(struct fs_pull *pull, const struct fs_row *rows, size_t count, struct page *page, struct fs_ids *owners,
    struct fs_ids *contacts, struct err *err)
{
	const struct sales_sink *sink = pull->site->sink;
	struct fs_row *taken = ARENA_ARRAY(&pull->heads, count, struct fs_row);
	struct fs_head head;
	size_t i;

	page->heads = ARENA_ARRAY(&pull->heads, count, struct fs_head);
	page->client_emails = ARENA_ARRAY(&pull->heads, count, const char *);
	page->rows = taken;
	for (i = 0; i < count; i++) {
		if (fs_head(pull->config, &rows[i], &head, err) != 0)
			return -1;
		if (!fs_is_taken(pull->config, &head)) {
			if (fs_is_ours(pull->config, &head))
				fs_ids_add(&pull->drafts, head.id);
			if (sink->present(sink->context, arena_printf(&pull->heads, "%lld", (long long)head.id), err) != 0)
				return -1;
			continue;
		}
		if (head.draft)
			fs_ids_add(&pull->drafts, head.id);
		fs_ids_add(owners, head.id);
		if (head.contact > 0)
			fs_ids_add(contacts, head.contact);
		if (head.delivery > 0 && text_equal(pull->config->learner_from, "delivery_contact"))
			fs_ids_add(contacts, head.delivery);
		taken[page->count] = rows[i];
		page->heads[page->count++] = head;
	}
	fs_ids_sort(contacts);
	return 0;
}

/* All of a page of invoices: what belongs to them is read, then each is handed over. */
int
fs_take_invoices(void *context, const struct fs_row *rows, size_t count, struct err *err)
{
	struct fs_ids owners, contacts, receipts;
	struct fs_pull *pull = context;
	struct page page = { .count = 0 };
	int rc = -1;
	size_t i;

	buf_init(&owners.buf, FS_IDS_BYTES);
	buf_init(&contacts.buf, FS_IDS_BYTES);
	buf_init(&receipts.buf, FS_IDS_BYTES);
	if (choose(pull, rows, count, &page, &owners, &contacts, err) != 0)
		goto out;
	expect(pull, FS_LINES, "idfactura", &owners);
	expect(pull, FS_RECEIPTS, "idfactura", &owners);
	expect(pull, FS_CONTACTS, "idcontacto", &contacts);
	if (fs_gather(pull, FS_LINES, "idfactura", &owners, &page.lines, err) != 0)
		goto out;
	/* Before the table was ever seen to have rows, its emptiness has no other proof than this. */
	if (page.count > 0 && page.lines.count == 0 && !pull->site->answered[FS_LINES]) {
		err_set(err, ERR_INCOMPLETE, "there are invoices, but not a single line of any");
		goto out;
	}
	if (fs_gather(pull, FS_RECEIPTS, "idfactura", &owners, &page.receipts, err) != 0)
		goto out;
	for (i = 0; i < page.receipts.count; i++)
		fs_ids_add(&receipts, page.receipts.items[i].id);
	fs_ids_sort(&receipts);
	expect(pull, FS_PAYMENTS, "idrecibo", &receipts);
	if (fs_gather(pull, FS_PAYMENTS, "idrecibo", &receipts, &page.payments, err) != 0 ||
	    fs_gather(pull, FS_CONTACTS, "idcontacto", &contacts, &page.contacts, err) != 0)
		goto out;
	for (i = 0; i < page.count; i++) {
		if (hand_over(pull, &page, i, err) != 0)
			goto out;
	}
	rc = 0;
out:
	buf_done(&owners.buf);
	buf_done(&contacts.buf);
	buf_done(&receipts.buf);
	return rc;
}
