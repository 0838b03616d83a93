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
#include "facturascripts_pull.h"

#include <string.h>

#include "base/clock.h"
#include "base/text.h"

/* Keys are drawn before a row is there for others to see: so far back a pull looks again. */
#define OVERLAP_IDS 50
#define DAY_S 86400
#define NIGHT_S (6 * 3600) /* a sweep may be so much early: nights are not a day apart to the second */

/* Invoices whose keys lie behind ${after}. */
static int
read_new(struct fs_pull *pull, int64_t after, struct err *err)
{
	const struct fs_walk walk = { .table = FS_INVOICES, .after = after, .since = pull->since };

	return fs_walk(pull->site, &pull->heads, &walk, fs_take_invoices, pull, err);
}

static int
take_unpaid(void *context, const struct fs_row *rows, size_t count, struct err *err)
{
	struct fs_pull *pull = context;
	size_t i;

	for (i = 0; i < count; i++)
		fs_ids_add(&pull->done, rows[i].id);
	return fs_take_invoices(pull, rows, count, err);
}

/* Unpaid invoices up to ${up_to} that are young. The date has been through the calendar: the site would answer a bad one with nothing. */
static int
read_unpaid(struct fs_pull *pull, int64_t up_to, struct err *err)
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
	struct fs_ids *ids;
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
			fs_ids_add(owners->ids, id);
	}
	return 0;
}

/* The invoices that payments behind ${after} are for. */
static int
read_payment_feed(struct fs_pull *pull, int64_t after, struct err *err)
{
	const struct fs_walk walk = { .table = FS_PAYMENTS, .after = after };
	struct fs_ids receipts;
	struct owners to_receipts = { "idrecibo", &receipts }, to_invoices = { "idfactura", &pull->wanted };
	int rc = -1;

	buf_init(&receipts.buf, FS_IDS_BYTES);
	if (fs_walk(pull->site, &pull->feed, &walk, take_owners, &to_receipts, err) != 0)
		goto out;
	fs_ids_sort(&receipts);
	arena_reset(&pull->feed);
	/* A stretch holds receipts that nobody paid too: reading their invoices again costs little and harms nothing. */
	rc = fs_ranges(pull->site, &pull->feed, FS_RECEIPTS, "idrecibo", fs_ids_list(&receipts), fs_ids_count(&receipts),
	    take_owners, &to_invoices, err);
out:
	buf_done(&receipts.buf);
	return rc;
}

static int
take_wanted(void *context, const struct fs_row *rows, size_t count, struct err *err)
{
	struct fs_pull *pull = context;
	struct fs_row *some = ARENA_ARRAY(&pull->heads, count, struct fs_row);
	struct fs_head head;
	size_t kept = 0, i;

	for (i = 0; i < count; i++) {
		if (!fs_ids_has(&pull->wanted, rows[i].id))
			continue;
		if (fs_head(pull->config, &rows[i], &head, err) != 0)
			return -1;
		/* In the zone's own days, as the filter of the other walks has it. */
		if (head.effective_us >= pull->start_us)
			some[kept++] = rows[i];
	}
	return fs_take_invoices(pull, some, kept, err);
}

/* Single invoices up to ${up_to}: what payments are for, and former drafts, unless they were read already. */
static int
read_wanted(struct fs_pull *pull, int64_t up_to, struct err *err)
{
	int64_t *list;
	size_t i, kept = 0;

	fs_ids_sort(&pull->wanted);
	list = fs_ids_list(&pull->wanted);
	for (i = 0; i < fs_ids_count(&pull->wanted); i++) {
		if (list[i] <= up_to && !fs_ids_has(&pull->done, list[i]))
			list[kept++] = list[i];
	}
	pull->wanted.buf.len = kept * sizeof(*list);
	arena_reset(&pull->heads);
	return fs_ranges(pull->site, &pull->heads, FS_INVOICES, "idfactura", list, kept, take_wanted, pull, err);
}

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
recall_tables(struct fs_pull *pull)
{
	const char *known = sales_cursor(pull->site->source, "tables");
	size_t i;

	for (i = 0; known != NULL && i < FS_TABLES; i++)
		pull->site->answered[i] = strstr(known, arena_printf(&pull->arena, " %zu ", i)) != NULL;
}

static const char *
name_tables(struct fs_pull *pull)
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
want_drafts(struct fs_pull *pull, struct err *err)
{
	const char *at = sales_cursor(pull->site->source, "drafts");
	int64_t id;
	size_t len;

	for (; at != NULL && *at != '\0'; at += len + (at[len] == ' ')) {
		len = strcspn(at, " ");
		if (text_int64(arena_strndup(&pull->arena, at, len), &id, err) != 0)
			return err_wrap(err, "what was remembered as \"drafts\"");
		fs_ids_add(&pull->wanted, id);
	}
	return 0;
}

static void
keep_number(struct fs_pull *pull, const char *name, int64_t value)
{
	const struct sales_sink *sink = pull->site->sink;

	sink->cursor(sink->context, name, arena_printf(&pull->arena, "%lld", (long long)value));
}

static int
keep_cursors(struct fs_pull *pull, const char *companies, bool whole, struct err *err)
{
	const struct sales_sink *sink = pull->site->sink;
	const struct sales_source *source = pull->site->source;
	const char *issued = sales_cursor(source, "issued"), *receipt = sales_cursor(source, "receipt");
	struct buf drafts;
	int64_t old = 0;
	size_t i;
	int rc;

	buf_init(&drafts, FS_IDS_BYTES);
	fs_ids_sort(&pull->drafts);
	for (i = 0; i < fs_ids_count(&pull->drafts); i++)
		buf_printf(&drafts, "%s%lld", i > 0 ? " " : "", (long long)fs_ids_list(&pull->drafts)[i]);
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

/* Invoices that somebody pointed at. What is no key of one is none's. */
static void
want_hints(struct fs_pull *pull)
{
	const struct sales_source *source = pull->site->source;
	struct err ignored = ERR_INIT;
	int64_t id;
	size_t i;

	for (i = 0; i < source->hint_count; i++) {
		if (text_int64(source->hints[i], &id, &ignored) == 0 && id > 0)
			fs_ids_add(&pull->wanted, id);
		err_reset(&ignored);
	}
}

/* What changed since the keys of the last pull. */
static int
read_changes(struct fs_pull *pull, int64_t invoice_before, int64_t payment_before, struct err *err)
{
	int64_t after = invoice_before > OVERLAP_IDS ? invoice_before - OVERLAP_IDS : 0;

	if (after > 0) {
		want_hints(pull);
		if (read_unpaid(pull, after, err) != 0 ||
		    read_payment_feed(pull, payment_before > OVERLAP_IDS ? payment_before - OVERLAP_IDS : 0, err) != 0 ||
		    want_drafts(pull, err) != 0 || read_wanted(pull, after, err) != 0)
			return -1;
	}
	return read_new(pull, after, err);
}

static int
read_site(struct fs_pull *pull, struct err *err)
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
	if (fs_check_companies(pull, &companies, err) != 0 ||
	    fs_top(pull->site, &pull->feed, FS_INVOICES, &pull->top_invoice, err) != 0 ||
	    fs_top(pull->site, &pull->feed, FS_PAYMENTS, &pull->top_payment, err) != 0 || fs_check_issued(pull, err) != 0 ||
	    fs_check_payment(pull, payment_before, err) != 0)
		return -1;
	whole = source->full || swept_utc == 0 || source->now_utc - swept_utc >= pull->config->sweep_days * DAY_S - NIGHT_S;
	if ((whole ? read_new(pull, 0, err) : read_changes(pull, invoice_before, payment_before, err)) != 0 ||
	    fs_read_clients(pull, err) != 0 || fs_read_expected(pull, err) != 0)
		return -1;
	return keep_cursors(pull, companies, whole, err);
}

static int
pull(const struct sales_source *source, const struct sales_sink *sink, struct err *err)
{
	struct fs_pull pull = { .config = source->config,
		.since = source->config->start != NULL ? source->config->start : "2000-01-01" };
	int rc = -1;

	buf_init(&pull.drafts.buf, FS_IDS_BYTES);
	buf_init(&pull.done.buf, FS_IDS_BYTES);
	buf_init(&pull.wanted.buf, FS_IDS_BYTES);
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

/* The last row of every table that is read. The first refusal ends it: five of them shut us out. */
static int
greet_site(
    struct arena *arena, const struct sales_source *source, const struct sales_sink *sink, const char **ret_says, struct err *err)
{
	struct fs_site *site = NULL;
	unsigned table;
	int64_t id, invoices = 0;
	int rc = -1;

	if (fs_open(arena, source, sink, &site, err) != 0)
		return -1;
	for (table = 0; table < FS_TABLES; table++) {
		if (!fs_is_wanted(source->config, table))
			continue;
		if (fs_top(site, arena, table, &id, err) != 0)
			goto out;
		invoices = table == FS_INVOICES ? id : invoices;
	}
	*ret_says = arena_printf(arena, "may read invoices, lines, receipts, payments, contacts, companies and clients%s; %s",
	    source->config->expected.count > 0 ? ", and what is expected" : "",
	    invoices > 0 ? "there are invoices" : "there is no invoice yet");
	rc = 0;
out:
	fs_close(site);
	return rc;
}

const struct sales_kind facturascripts_kind = {
	.greet = greet_site, .name = "facturascripts", .wants_token = true, .counts_refusals = true, .pull = pull, .read = fs_read
};
