/* Pulling a FacturaScripts site. It has no column that says when a row was changed, so between sweeps, which read everything, a pull reads what
 * can have changed: new invoices, young unpaid ones, those that new payments are for, and those that were drafts when they were last seen. What
 * it must remember for that are its cursors:
 *
 *   invoice, payment  the greatest keys there were when the last pull began
 *   drafts            keys of drafts that were not taken
 *   issued, receipt   the last invoice that was issued and the last payment of one, which can never go: whether this is the database of the
 *                     last pull, or one that was restored from an older backup
 *   companies         the companies with a hash of their tax number, for the same purpose
 *   tables            which tables had rows: one that is empty all of a sudden is not believed
 *   swept             when everything was read last */
#include "facturascripts.h"

#include <stdlib.h>
#include <string.h>

#include "adapter/crypto.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/text.h"
#include "sales/contact.h"

/* Keys are drawn before a row is there for others to see: so far back a pull looks again. */
#define OVERLAP_IDS 50
#define DAY_S 86400
#define NIGHT_S (6 * 3600) /* a sweep may be so much early: nights are not a day apart to the second */

/* Keys that rise. */
struct ids {
	struct buf buf;
};

struct pull {
	struct fs_site *site;
	const struct config_source *config;
	struct arena arena; /* of the pull */
	struct arena heads; /* of a page of invoices, and of all that belongs to it */
	struct arena feed;  /* of a page of something else */
	const char *since;
	int64_t start_us;
	int64_t top_invoice, top_payment;
	struct ids drafts, done, wanted;
	int64_t issued; /* the greatest key met of an invoice that is issued, and its code */
	const char *issued_code;
	int64_t receipt_payment; /* the greatest key met of a payment of such an invoice, and what it says */
	const char *receipt_words;
};

#define IDS_BYTES ((size_t)256 * 1024 * 1024)

static void
ids_add(struct ids *ids, int64_t id)
{
	buf_add(&ids->buf, &id, sizeof(id));
}

static size_t
ids_count(const struct ids *ids)
{
	return ids->buf.len / sizeof(int64_t);
}

static int64_t *
ids_list(const struct ids *ids)
{
	return (int64_t *)(void *)ids->buf.data;
}

static int
compare_ids(const void *a, const void *b)
{
	const int64_t *left = a, *right = b;

	return (*left > *right) - (*left < *right);
}

/* In order, each once. */
static void
ids_sort(struct ids *ids)
{
	int64_t *list = ids_list(ids);
	size_t count = ids_count(ids), kept = 0, i;

	if (count == 0)
		return;
	qsort(list, count, sizeof(*list), compare_ids);
	for (i = 0; i < count; i++) {
		if (kept == 0 || list[i] != list[kept - 1])
			list[kept++] = list[i];
	}
	ids->buf.len = kept * sizeof(*list);
}

static bool
ids_has(const struct ids *ids, int64_t id)
{
	return ids_count(ids) > 0 && bsearch(&id, ids_list(ids), ids_count(ids), sizeof(id), compare_ids) != NULL;
}

/* ---- what belongs to a page of invoices ---- */

struct gather {
	struct arena *arena;
	const char *field; /* that names the owner */
	struct ids *owners;
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
		if (!ids_has(gather->owners, owner))
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

static int
compare_parts(const void *a, const void *b)
{
	const struct fs_part *left = a, *right = b;

	if (left->owner != right->owner)
		return (left->owner > right->owner) - (left->owner < right->owner);
	return (left->id > right->id) - (left->id < right->id);
}

/* The rows of ${table} that belong to ${owners}. */
static int
gather(struct pull *pull, enum fs_table table, const char *field, struct ids *owners, struct fs_parts *ret_parts, struct err *err)
{
	struct gather gathered = { .arena = &pull->heads, .field = field, .owners = owners };

	if (fs_ranges(pull->site, &pull->heads, table, field, ids_list(owners), ids_count(owners), gather_rows, &gathered, err) !=
	    0)
		return -1;
	if (gathered.count > 0)
		qsort(gathered.items, gathered.count, sizeof(*gathered.items), compare_parts);
	*ret_parts = (struct fs_parts){ gathered.items, gathered.count };
	return 0;
}

/* The page's invoices that are taken. */
struct page {
	const struct fs_row *rows;
	struct fs_head *heads;
	size_t count;
	struct fs_parts lines, receipts, payments, contacts;
	const char **client_emails; /* of each, looked up when its contact gives none */
};

static const struct json *
contact_row(const struct page *page, int64_t id)
{
	const struct fs_parts found = fs_parts_of(&page->contacts, id);

	return id > 0 && found.count > 0 ? found.items[0].json : NULL;
}

static int
contact_email(const struct page *page, int64_t id, const char **ret_email, struct err *err)
{
	const struct json *row = contact_row(page, id);

	*ret_email = "";
	return row == NULL ? 0 : fs_text(row, "email", ret_email, err);
}

/* The client's own address, asked for once a page. */
static int
client_email(struct pull *pull, struct page *page, size_t place, const char **ret_email, struct err *err)
{
	const char *client = page->heads[place].client, *email = "";
	const struct json *row;
	size_t i;

	for (i = 0; i < place; i++) {
		if (page->client_emails[i] != NULL && text_equal(page->heads[i].client, client)) {
			*ret_email = page->client_emails[place] = page->client_emails[i];
			return 0;
		}
	}
	if (client[0] != '\0') {
		if (fs_get(pull->site, &pull->heads, "clientes", client, &row, err) != 0 ||
		    (row != NULL && fs_text(row, "email", &email, err) != 0))
			return -1;
	}
	*ret_email = page->client_emails[place] = email;
	return 0;
}

/* Who buys: the invoice's name with the billing contact's address, else the client's; and whom the configuration lets it name as learner. */
static int
find_people(struct pull *pull, struct page *page, size_t place, struct fs_people *people, struct err *err)
{
	const struct fs_head *head = &page->heads[place];
	const char *email, *name = "", *first = "", *last = "";
	const struct json *row;

	if (contact_email(page, head->contact, &email, err) != 0)
		return -1;
	if (email[0] == '\0' && client_email(pull, page, place, &email, err) != 0)
		return -1;
	people->buyer = sales_contact(&pull->heads, email, head->client_name);
	people->learner = NULL;
	if (text_equal(pull->config->learner_from, "notes")) {
		email = fs_note_address(&pull->heads, head->notes, &name);
		people->learner = sales_contact(&pull->heads, email, name);
	} else if (text_equal(pull->config->learner_from, "delivery_contact")) {
		row = contact_row(page, head->delivery);
		if (row == NULL)
			return 0;
		if (fs_text(row, "email", &email, err) != 0 || fs_text(row, "nombre", &first, err) != 0 ||
		    fs_text(row, "apellidos", &last, err) != 0)
			return -1;
		people->learner = sales_contact(&pull->heads, email, arena_printf(&pull->heads, "%s %s", first, last));
	}
	return 0;
}

/* Payments that are facts for good: those of issued invoices. The last one tells the database. */
static int
note_payment(struct pull *pull, const struct fs_parts *receipts, const struct fs_parts *payments, struct err *err)
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
hand_over(struct pull *pull, struct page *page, size_t place, struct err *err)
{
	const struct fs_head *head = &page->heads[place];
	const struct sales_sink *sink = pull->site->sink;
	struct fs_parts receipts = fs_parts_of(&page->receipts, head->id);
	struct sales_document document;
	struct fs_people people;

	if (find_people(pull, page, place, &people, err) != 0)
		return err_wrap(err, "invoice \"%s\" (id %lld)", head->code, (long long)head->id);
	if (!head->draft && note_payment(pull, &receipts, &page->payments, err) != 0)
		return -1;
	if (!head->draft && head->id > pull->issued) {
		pull->issued = head->id;
		pull->issued_code = arena_strdup(&pull->arena, head->code);
	}
	if (fs_invoice(&pull->heads, pull->config, &page->rows[place], head, fs_parts_of(&page->lines, head->id), receipts,
		page->payments, &people, &document, err) != 0)
		return -1;
	return sink->document(sink->context, &document, err);
}

static bool
is_ours(const struct config_source *config, int64_t company)
{
	struct err ignored = ERR_INIT; /* the configuration was checked */
	int64_t wanted = 0;
	size_t i;

	for (i = 0; i < config->companies.count; i++) {
		if (text_int64(config->companies.items[i], &wanted, &ignored) == 0 && wanted == company)
			return true;
	}
	return config->companies.count == 0;
}

/* Of the rows those that are taken: of our companies, and issued unless drafts are wanted. The others are only there. */
static int
choose(struct pull *pull, const struct fs_row *rows, size_t count, struct page *page, struct ids *owners, struct ids *contacts,
    struct err *err)
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
		if (!is_ours(pull->config, head.company) || (head.draft && !pull->config->drafts)) {
			if (is_ours(pull->config, head.company))
				ids_add(&pull->drafts, head.id);
			if (sink->present(sink->context, arena_printf(&pull->heads, "%lld", (long long)head.id), err) != 0)
				return -1;
			continue;
		}
		if (head.draft)
			ids_add(&pull->drafts, head.id);
		ids_add(owners, head.id);
		if (head.contact > 0)
			ids_add(contacts, head.contact);
		if (head.delivery > 0 && text_equal(pull->config->learner_from, "delivery_contact"))
			ids_add(contacts, head.delivery);
		taken[page->count] = rows[i];
		page->heads[page->count++] = head;
	}
	ids_sort(contacts);
	return 0;
}

/* All of a page of invoices: what belongs to them is read, then each is handed over. */
static int
take_invoices(void *context, const struct fs_row *rows, size_t count, struct err *err)
{
	struct ids owners, contacts, receipts;
	struct pull *pull = context;
	struct page page = { .count = 0 };
	int rc = -1;
	size_t i;

	buf_init(&owners.buf, IDS_BYTES);
	buf_init(&contacts.buf, IDS_BYTES);
	buf_init(&receipts.buf, IDS_BYTES);
	if (choose(pull, rows, count, &page, &owners, &contacts, err) != 0)
		goto out;
	if (gather(pull, FS_LINES, "idfactura", &owners, &page.lines, err) != 0)
		goto out;
	/* Before the table was ever seen to have rows, its emptiness has no other proof than this. */
	if (page.count > 0 && page.lines.count == 0 && !pull->site->answered[FS_LINES]) {
		err_set(err, ERR_INCOMPLETE, "there are invoices, but not a single line of any");
		goto out;
	}
	if (gather(pull, FS_RECEIPTS, "idfactura", &owners, &page.receipts, err) != 0)
		goto out;
	for (i = 0; i < page.receipts.count; i++)
		ids_add(&receipts, page.receipts.items[i].id);
	ids_sort(&receipts);
	if (gather(pull, FS_PAYMENTS, "idrecibo", &receipts, &page.payments, err) != 0 ||
	    gather(pull, FS_CONTACTS, "idcontacto", &contacts, &page.contacts, err) != 0)
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

/* ---- what to read ---- */

/* Invoices whose keys lie behind ${after}. */
static int
read_new(struct pull *pull, int64_t after, struct err *err)
{
	const struct fs_walk walk = { .table = FS_INVOICES, .after = after, .since = pull->since };

	return fs_walk(pull->site, &pull->heads, &walk, take_invoices, pull, err);
}

static int
take_unpaid(void *context, const struct fs_row *rows, size_t count, struct err *err)
{
	struct pull *pull = context;
	size_t i;

	for (i = 0; i < count; i++)
		ids_add(&pull->done, rows[i].id);
	return take_invoices(pull, rows, count, err);
}

/* Unpaid invoices up to ${up_to} that are young. The date has been through the calendar: the site would answer a bad one with nothing. */
static int
read_unpaid(struct pull *pull, int64_t up_to, struct err *err)
{
	int64_t young_us = (pull->site->source->now_utc - pull->config->unpaid_days * DAY_S) * 1000000;
	const char *young = arena_strndup(&pull->arena, clock_iso(&pull->arena, young_us / 1000000), 10);
	const char *const filters[] = { "pagada", "0", "idfactura_lte", arena_printf(&pull->arena, "%lld", (long long)up_to) };
	const struct fs_walk walk = { .table = FS_INVOICES,
		.since = young_us > pull->start_us ? young : pull->since,
		.filters = filters,
		.filter_count = 2 };

	return fs_walk(pull->site, &pull->heads, &walk, take_unpaid, pull, err);
}

/* Owners of rows: payments' receipts, receipts' invoices. */
struct owners {
	const char *field;
	struct ids *ids;
};

static int
take_owners(void *context, const struct fs_row *rows, size_t count, struct err *err)
{
	const struct owners *owners = context;
	int64_t id;
	size_t i;

	for (i = 0; i < count; i++) {
		if (fs_number_or_zero(rows[i].json, owners->field, &id, err) != 0)
			return err_wrap(err, "row %lld", (long long)rows[i].id);
		if (id > 0)
			ids_add(owners->ids, id);
	}
	return 0;
}

/* The invoices that payments behind ${after} are for. */
static int
read_payment_feed(struct pull *pull, int64_t after, struct err *err)
{
	const struct fs_walk walk = { .table = FS_PAYMENTS, .after = after };
	struct ids receipts;
	struct owners to_receipts = { "idrecibo", &receipts }, to_invoices = { "idfactura", &pull->wanted };
	int rc = -1;

	buf_init(&receipts.buf, IDS_BYTES);
	if (fs_walk(pull->site, &pull->feed, &walk, take_owners, &to_receipts, err) != 0)
		goto out;
	ids_sort(&receipts);
	arena_reset(&pull->feed);
	/* A stretch holds receipts that nobody paid too: reading their invoices again costs little and harms nothing. */
	rc = fs_ranges(pull->site, &pull->feed, FS_RECEIPTS, "idrecibo", ids_list(&receipts), ids_count(&receipts), take_owners,
	    &to_invoices, err);
out:
	buf_done(&receipts.buf);
	return rc;
}

static int
take_wanted(void *context, const struct fs_row *rows, size_t count, struct err *err)
{
	struct pull *pull = context;
	struct fs_row *some = ARENA_ARRAY(&pull->heads, count, struct fs_row);
	struct fs_head head;
	size_t kept = 0, i;

	for (i = 0; i < count; i++) {
		if (!ids_has(&pull->wanted, rows[i].id))
			continue;
		if (fs_head(pull->config, &rows[i], &head, err) != 0)
			return -1;
		/* In the zone's own days, as the filter of the other walks has it. */
		if (head.effective_us >= pull->start_us)
			some[kept++] = rows[i];
	}
	return take_invoices(pull, some, kept, err);
}

/* Single invoices up to ${up_to}: what payments are for, and former drafts, unless they were read already. */
static int
read_wanted(struct pull *pull, int64_t up_to, struct err *err)
{
	int64_t *list;
	size_t i, kept = 0;

	ids_sort(&pull->wanted);
	list = ids_list(&pull->wanted);
	for (i = 0; i < ids_count(&pull->wanted); i++) {
		if (list[i] <= up_to && !ids_has(&pull->done, list[i]))
			list[kept++] = list[i];
	}
	pull->wanted.buf.len = kept * sizeof(*list);
	arena_reset(&pull->heads);
	return fs_ranges(pull->site, &pull->heads, FS_INVOICES, "idfactura", list, kept, take_wanted, pull, err);
}

/* ---- which database this is ---- */

struct companies {
	struct pull *pull;
	struct buf text;
};

static int
take_companies(void *context, const struct fs_row *rows, size_t count, struct err *err)
{
	struct companies *companies = context;
	uint8_t hash[CRYPTO_HASH_BYTES];
	const char *number;
	size_t i;

	for (i = 0; i < count; i++) {
		if (fs_text(rows[i].json, "cifnif", &number, err) != 0)
			return err_wrap(err, "company %lld", (long long)rows[i].id);
		/* A tax number may be a person's. */
		crypto_sha256(number, strlen(number), hash);
		buf_printf(&companies->text, " %lld=%s", (long long)rows[i].id, text_hex(&companies->pull->feed, hash, 8));
	}
	return 0;
}

static int
restored(struct err *err)
{
	return err_hint(err,
	    "If the site's database was restored or replaced and that is in order, run ctok-pull-sales --source NAME --reset.");
}

/* Every company that was there is, under its number; and those of the configuration are. */
static int
check_companies(struct pull *pull, const char **ret_text, struct err *err)
{
	const struct fs_walk walk = { .table = FS_COMPANIES };
	const struct sales_source *source = pull->site->source;
	struct companies companies = { .pull = pull };
	const char *known = sales_cursor(source, "companies"), *one;
	size_t len, i;
	int rc = -1;

	buf_init(&companies.text, IDS_BYTES);
	if (fs_walk(pull->site, &pull->feed, &walk, take_companies, &companies, err) != 0)
		goto out;
	buf_char(&companies.text, ' ');
	for (one = known != NULL ? known : ""; *one != '\0' && one[1] != '\0'; one += len) {
		len = strcspn(one + 1, " ") + 1;
		if (strstr(companies.text.data, arena_printf(&pull->feed, "%.*s ", (int)len, one)) != NULL)
			continue;
		err_set(err, ERR_REFUSED, "this is another database than before: company %.*s is missing or has another tax number",
		    (int)strcspn(one + 1, "="), one + 1);
		(void)restored(err);
		goto out;
	}
	for (i = 0; i < pull->config->companies.count; i++) {
		if (strstr(companies.text.data, arena_printf(&pull->feed, " %s=", pull->config->companies.items[i])) != NULL)
			continue;
		err_set(err, ERR_CONFIG, "the site has no company %s, which setting \"companies\" names",
		    pull->config->companies.items[i]);
		goto out;
	}
	*ret_text = arena_strdup(&pull->arena, companies.text.data);
	rc = 0;
out:
	buf_done(&companies.text);
	return rc;
}

/* The last issued invoice must still be there under its code: it cannot be deleted. */
static int
check_issued(struct pull *pull, struct err *err)
{
	const char *known = sales_cursor(pull->site->source, "issued"), *code;
	const struct json *row;
	bool draft = true;
	size_t len;

	if (known == NULL)
		return 0;
	len = strcspn(known, " ");
	if (fs_get(pull->site, &pull->feed, "facturaclientes", arena_strndup(&pull->feed, known, len), &row, err) != 0)
		return -1;
	if (row != NULL && (fs_text(row, "codigo", &code, err) != 0 || fs_flag(row, "editable", &draft, err) != 0))
		return -1;
	if (row == NULL || draft || !text_equal(code, known + len + 1)) {
		err_set(err, ERR_REFUSED, "the database was set back: invoice \"%s\" (id %.*s), which was issued, is %s",
		    known + len + 1, (int)len, known,
		    row == NULL ? "not there"
		    : draft     ? "a draft"
				: "another one");
		return restored(err);
	}
	return 0;
}

/* Payments are only added; but their receipt may have been deleted by hand. So only where their keys went back, the last one must be there. */
static int
check_payment(struct pull *pull, int64_t top_before, struct err *err)
{
	const char *known = sales_cursor(pull->site->source, "receipt"), *words = "", *amount;
	const struct json *row;
	int64_t receipt;

	if (known == NULL || pull->top_payment >= top_before)
		return 0;
	if (fs_get(pull->site, &pull->feed, "pagoclientes", arena_strndup(&pull->feed, known, strcspn(known, " ")), &row, err) != 0)
		return -1;
	if (row != NULL) {
		if (fs_number_or_zero(row, "idrecibo", &receipt, err) != 0 ||
		    fs_decimal(&pull->feed, row, "importe", &amount, err) != 0)
			return -1;
		words = arena_printf(&pull->feed, "%.*s %lld %s", (int)strcspn(known, " "), known, (long long)receipt, amount);
	}
	if (text_equal(words, known))
		return 0;
	err_set(err, ERR_REFUSED, "the database was set back: there were payments up to %lld, now they end at %lld",
	    (long long)top_before, (long long)pull->top_payment);
	return restored(err);
}

/* ---- the pull ---- */

static int
cursor_number(const struct sales_source *source, const char *name, int64_t *ret_value, struct err *err)
{
	const char *text = sales_cursor(source, name);

	*ret_value = 0;
	if (text != NULL && text_int64(text, ret_value, err) != 0)
		return err_wrap(err, "what was remembered as \"%s\"", name);
	return 0;
}

/* The tables that had rows, there and back. */
static void
recall_tables(struct pull *pull)
{
	const char *known = sales_cursor(pull->site->source, "tables");
	size_t i;

	for (i = 0; known != NULL && i < FS_TABLES; i++)
		pull->site->answered[i] = strstr(known, arena_printf(&pull->arena, " %zu ", i)) != NULL;
}

static const char *
name_tables(struct pull *pull)
{
	const char *text = " ";
	size_t i;

	for (i = 0; i < FS_TABLES; i++) {
		if (pull->site->answered[i])
			text = arena_printf(&pull->arena, "%s%zu ", text, i);
	}
	return text;
}

/* Drafts of the last pull are looked at again: they may have been issued, and paid, without a word. */
static int
want_drafts(struct pull *pull, struct err *err)
{
	const char *at = sales_cursor(pull->site->source, "drafts");
	int64_t id;
	size_t len;

	for (; at != NULL && *at != '\0'; at += len + (at[len] == ' ')) {
		len = strcspn(at, " ");
		if (text_int64(arena_strndup(&pull->arena, at, len), &id, err) != 0)
			return err_wrap(err, "what was remembered as \"drafts\"");
		ids_add(&pull->wanted, id);
	}
	return 0;
}

static void
keep_number(struct pull *pull, const char *name, int64_t value)
{
	const struct sales_sink *sink = pull->site->sink;

	sink->cursor(sink->context, name, arena_printf(&pull->arena, "%lld", (long long)value));
}

static int
keep_cursors(struct pull *pull, const char *companies, bool whole, struct err *err)
{
	const struct sales_sink *sink = pull->site->sink;
	const struct sales_source *source = pull->site->source;
	const char *issued = sales_cursor(source, "issued"), *receipt = sales_cursor(source, "receipt");
	struct buf drafts;
	int64_t old = 0;
	size_t i;
	int rc;

	buf_init(&drafts, IDS_BYTES);
	ids_sort(&pull->drafts);
	for (i = 0; i < ids_count(&pull->drafts); i++)
		buf_printf(&drafts, "%s%lld", i > 0 ? " " : "", (long long)ids_list(&pull->drafts)[i]);
	rc = buf_check(&drafts, "the list of drafts", err);
	if (rc == 0)
		sink->cursor(sink->context, "drafts", drafts.data);
	buf_done(&drafts);
	keep_number(pull, "invoice", pull->top_invoice);
	keep_number(pull, "payment", pull->top_payment);
	sink->cursor(sink->context, "companies", companies);
	sink->cursor(sink->context, "tables", name_tables(pull));
	/* A pull of few invoices may have met none that is younger than the one known. */
	if (issued != NULL && text_int64(arena_strndup(&pull->arena, issued, strcspn(issued, " ")), &old, err) != 0)
		return -1;
	if (pull->issued > old || (whole && pull->issued > 0))
		sink->cursor(
		    sink->context, "issued", arena_printf(&pull->arena, "%lld %s", (long long)pull->issued, pull->issued_code));
	old = 0;
	if (receipt != NULL && text_int64(arena_strndup(&pull->arena, receipt, strcspn(receipt, " ")), &old, err) != 0)
		return -1;
	if (pull->receipt_payment > old || (whole && pull->receipt_payment > 0))
		sink->cursor(sink->context, "receipt", pull->receipt_words);
	if (whole) {
		keep_number(pull, "swept", source->now_utc);
		sink->whole(sink->context);
	}
	return rc;
}

/* What changed since the keys of the last pull. */
static int
read_changes(struct pull *pull, int64_t invoice_before, int64_t payment_before, struct err *err)
{
	int64_t after = invoice_before > OVERLAP_IDS ? invoice_before - OVERLAP_IDS : 0;

	if (after > 0) {
		if (read_unpaid(pull, after, err) != 0 ||
		    read_payment_feed(pull, payment_before > OVERLAP_IDS ? payment_before - OVERLAP_IDS : 0, err) != 0 ||
		    want_drafts(pull, err) != 0 || read_wanted(pull, after, err) != 0)
			return -1;
	}
	return read_new(pull, after, err);
}

static int
read_site(struct pull *pull, struct err *err)
{
	const struct sales_source *source = pull->site->source;
	int64_t invoice_before, payment_before, swept_utc;
	const char *companies = NULL;
	bool whole;

	if (cursor_number(source, "invoice", &invoice_before, err) != 0 ||
	    cursor_number(source, "payment", &payment_before, err) != 0 || cursor_number(source, "swept", &swept_utc, err) != 0)
		return -1;
	recall_tables(pull);
	/* The greatest keys before anything is read: what comes meanwhile is for the next pull. */
	if (check_companies(pull, &companies, err) != 0 ||
	    fs_top(pull->site, &pull->feed, FS_INVOICES, &pull->top_invoice, err) != 0 ||
	    fs_top(pull->site, &pull->feed, FS_PAYMENTS, &pull->top_payment, err) != 0 || check_issued(pull, err) != 0 ||
	    check_payment(pull, payment_before, err) != 0)
		return -1;
	whole = source->full || swept_utc == 0 || source->now_utc - swept_utc >= pull->config->sweep_days * DAY_S - NIGHT_S;
	if ((whole ? read_new(pull, 0, err) : read_changes(pull, invoice_before, payment_before, err)) != 0)
		return -1;
	return keep_cursors(pull, companies, whole, err);
}

static int
pull(const struct sales_source *source, const struct sales_sink *sink, struct err *err)
{
	struct pull pull = { .config = source->config,
		.since = source->config->start != NULL ? source->config->start : "2000-01-01" };
	int rc = -1;

	buf_init(&pull.drafts.buf, IDS_BYTES);
	buf_init(&pull.done.buf, IDS_BYTES);
	buf_init(&pull.wanted.buf, IDS_BYTES);
	if (fs_moment(source->config->zone, pull.since, NULL, &pull.start_us, err) != 0) {
		err_wrap(err, "setting \"start\"");
		goto out;
	}
	if (fs_open(&pull.arena, source, sink, &pull.site, err) != 0)
		goto out;
	rc = read_site(&pull, err);
out:
	fs_close(pull.site);
	buf_done(&pull.drafts.buf);
	buf_done(&pull.done.buf);
	buf_done(&pull.wanted.buf);
	arena_done(&pull.heads);
	arena_done(&pull.feed);
	arena_done(&pull.arena);
	return rc;
}

const struct sales_kind facturascripts_kind = {
	.name = "facturascripts", .wants_token = true, .counts_refusals = true, .pull = pull
};
