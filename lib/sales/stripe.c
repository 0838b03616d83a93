/* Pulling a Stripe account. There is no "changed since": lists are by when things were made. So a pull reads what is new, what events say has
 * changed, and what it remembers as unfinished, each object as it is now; and everything where events do not reach back far enough. A source of
 * role "sale" has invoices, credit notes and checkout sessions as its documents, one of role "payment" the charges. Refunds, disputes, balance
 * and payouts are read for both. Remembered as cursors:
 *
 *   account, mode   whose key it is: another account's, or the other mode's, is refused
 *   event           the event at which the last pull ended
 *   newest PATH     the newest rows of each list, which must come again
 *   sessions, refunds, disputes, charges, payouts   what was not finished when it was last seen */
#include "stripe.h"

#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "sales/newest.h"

/* A checkout can be completed for so long after it was begun. */
#define SESSION_S (25 * 3600)

static const char *
number(struct stripe_site *site, int64_t value)
{
	return arena_printf(&site->arena, "%lld", (long long)value);
}

/* Whose account is it? Restricted keys that may not ask get a 403; then the mode must do. */
static int
check_account(struct stripe_site *site, struct err *err)
{
	const struct sales_source *source = site->source;
	const char *known = sales_cursor(source, "account"), *known_mode = sales_cursor(source, "mode"),
		   *mode = site->live ? "live" : "test";
	struct stripe_item item = { .json = NULL };

	if (known_mode != NULL && !text_equal(known_mode, mode)) {
		err_set(err, ERR_REFUSED, "the key is of %s mode, this source was read in %s mode", mode, known_mode);
		return err_hint(
		    err, "Put a key of %s mode where api_key points, or read %s mode as a source of its own.", known_mode, mode);
	}
	if (stripe_get(site, &site->arena, "/v1/account", &item, err) != 0) {
		if (err->code != ERR_REFUSED || strstr(err->message, "status 403") == NULL)
			return err_wrap(err, "whose account it is");
		err_reset(err);
	}
	if (item.json != NULL && known != NULL && !text_equal(known, item.id)) {
		err_set(err, ERR_REFUSED, "it is another account than before: \"%.60s\", not \"%.60s\"", item.id, known);
		return err_hint(err,
		    "Put the old account's key back, and read the new account as a source of its own. If it was really replaced, "
		    "begin anew "
		    "with ctok-pull-sales --source %s --reset.",
		    source->config->name);
	}
	if (item.json != NULL)
		site->sink->cursor(site->sink->context, "account", item.id);
	site->sink->cursor(site->sink->context, "mode", mode);
	return 0;
}

/* A walk over what was made in a time, with the newest that the last one met: these must come again. */
struct made {
	struct stripe_site *site;
	stripe_take *take;
	struct sales_newest newest;
};

static int
take_made(void *context, const struct stripe_item *item, struct err *err)
{
	struct made *made = context;
	struct sales_document mark = { .external_id = item->id, .number = item->id };

	if (stripe_moment(item->json, "created", &mark.modified_us, err) != 0)
		return -1;
	sales_newest_note(&made->newest, &mark);
	return made->take(made->site, item, err);
}

/* A list that lacks rows looks like one of a quiet day. What does not come again is looked up: gone, or left out. */
static int
check_newest(struct made *made, const char *path, struct err *err)
{
	struct stripe_site *site = made->site;
	struct stripe_item item;
	size_t found = 0, i;

	for (i = 0; i < made->newest.known_count; i++) {
		const char *id = made->newest.known[i].id;

		if (!made->newest.known[i].seen) {
			if (stripe_get(site, &site->arena, arena_printf(&site->arena, "%s/%s", path, id), &item, err) != 0)
				return -1;
			if (item.json != NULL)
				return err_set(
				    err, ERR_INCOMPLETE, "\"%s\" is there, but not in %s: others may be missing too", id, path);
			site->sink->absent(site->sink->context, id);
		}
		found += made->newest.known[i].seen;
	}
	if (made->newest.known_count == 0 || found > 0)
		return 0;
	err_set(err, ERR_INCOMPLETE,
	    "none of the newest of %s read before is there any more, \"%s\" for one: the account was set back", path,
	    made->newest.known[0].id);
	return err_hint(err, "If this is right, begin anew with ctok-pull-sales --source %s --reset.", site->source->config->name);
}

/* A list of what was made in a time, with up to two more pairs. */
static int
read_made(struct stripe_site *site, const char *path, int64_t from_utc, const char *const *more, size_t more_count,
    stripe_take *take, struct err *err)
{
	const char *cursor = arena_printf(&site->arena, "newest %s", path);
	struct made made = { site, take, sales_newest_begin(&site->arena, sales_cursor(site->source, cursor)) };
	const char *pairs[8] = { "created[gte]", number(site, sales_newest_from(&made.newest, from_utc)), "created[lt]",
		number(site, site->source->to_utc) };
	const struct stripe_walk walk = { .path = path, .pairs = pairs, .pair_count = 2 + more_count };
	const char *text;
	size_t i;

	BUG_UNLESS(more_count <= 2);
	for (i = 0; i < 2 * more_count; i++)
		pairs[4 + i] = more[i];
	if (stripe_walk(site, &walk, take_made, &made, err) != 0 || check_newest(&made, path, err) != 0)
		return -1;
	text = sales_newest_text(&made.newest);
	if (text[0] != '\0')
		site->sink->cursor(site->sink->context, cursor, text);
	return 0;
}

static const char *
object_path(struct arena *arena, const char *path, const char *id)
{
	return arena_printf(arena, "%s/%s", path, id);
}

static bool
is_due(const struct stripe_site *site, const struct stripe_entry *entry)
{
	return entry->id != NULL && stripe_set_find(&site->handed, entry->id) == NULL;
}

/* Objects one by one, as they are now. One that is not there any more leaves what is known of it, and is said to be gone. */
static int
read_each(struct stripe_site *site, const char *path, const struct stripe_set *ids, stripe_take *take, struct err *err)
{
	struct arena arena = ARENA_INIT;
	struct stripe_item item;
	size_t i;
	int rc = -1;

	for (i = 0; i < ids->room; i++)
		if (is_due(site, &ids->entries[i]))
			stripe_expect(site, object_path(&arena, path, ids->entries[i].id));
	for (i = 0; i < ids->room; i++) {
		if (!is_due(site, &ids->entries[i]))
			continue;
		arena_reset(&arena);
		if (stripe_get(site, &arena, object_path(&arena, path, ids->entries[i].id), &item, err) != 0)
			goto out;
		if (item.json == NULL)
			site->sink->absent(site->sink->context, ids->entries[i].id);
		else if (take(site, &item, err) != 0)
			goto out;
	}
	rc = 0;
out:
	arena_done(&arena);
	return rc;
}

/* What the last pull left unfinished joins what events name. */
static void
recall(struct stripe_site *site, const char *cursor, struct stripe_set *set)
{
	stripe_set_read(set, sales_cursor(site->source, cursor));
}

/* What was pointed at from outside, by the beginnings of ids. Anything else is no hint: it would have to be asked for by URL. */
static void
take_hints(struct stripe_site *site, struct stripe_changes *changes)
{
	const struct {
		const char *begins;
		struct stripe_set *set;
	} kinds[] = { { "in_", &changes->invoices }, { "cn_", &changes->credit_notes }, { "cs_", &changes->sessions },
		{ "ch_", &changes->charges }, { "py_", &changes->charges }, { "re_", &changes->refunds },
		{ "pyr_", &changes->refunds }, { "dp_", &changes->disputes }, { "du_", &changes->disputes },
		{ "sub_", &changes->subscriptions }, { "po_", &changes->payouts } };
	const char *id;
	size_t i, j;

	for (i = 0; i < site->source->hint_count; i++) {
		id = site->source->hints[i];
		for (j = 0; j < sizeof(kinds) / sizeof(kinds[0]); j++)
			if (text_starts(id, kinds[j].begins) && strlen(id) <= 255 &&
			    id[strspn(id, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_")] == '\0')
				stripe_set_put(kinds[j].set, id, 0);
	}
}

static int
read_sales(struct stripe_site *site, const struct stripe_changes *changes, int64_t from_utc, struct err *err)
{
	static const char *const statuses[] = { "past_due", "unpaid", "incomplete", "trialing", "paused" };
	static const char *const payments[] = { "expand[]", "data.payments" }, *const lines[] = { "expand[]", "data.line_items" };
	const char *open[4] = { "expand[]", "data.payments", "status", "open" }, *all[2] = { "status", "all" };
	struct stripe_walk walk = { .path = "/v1/invoices", .pairs = open, .pair_count = 2 };
	size_t i;

	/* Invoices before sessions: both before the subscriptions that they were sold under. */
	if (read_made(site, "/v1/invoices", from_utc, payments, 1, stripe_take_invoice, err) != 0 ||
	    stripe_walk(site, &walk, stripe_take_invoice, site, err) != 0)
		return -1;
	open[3] = "draft";
	if (stripe_walk(site, &walk, stripe_take_invoice, site, err) != 0 ||
	    read_each(site, "/v1/invoices", &changes->invoices, stripe_take_invoice, err) != 0 ||
	    read_made(site, "/v1/credit_notes", from_utc, NULL, 0, stripe_take_credit_note, err) != 0 ||
	    read_each(site, "/v1/credit_notes", &changes->credit_notes, stripe_take_credit_note, err) != 0 ||
	    read_made(site, "/v1/checkout/sessions", from_utc - SESSION_S, lines, 1, stripe_take_session, err) != 0 ||
	    read_each(site, "/v1/checkout/sessions", &changes->sessions, stripe_take_session, err) != 0 ||
	    read_made(site, "/v1/subscriptions", from_utc, all, 1, stripe_take_subscription, err) != 0 ||
	    read_each(site, "/v1/subscriptions", &changes->subscriptions, stripe_take_subscription, err) != 0)
		return -1;
	walk = (struct stripe_walk){ .path = "/v1/subscriptions", .pairs = all, .pair_count = 1 };
	for (i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
		all[1] = statuses[i];
		if (stripe_walk(site, &walk, stripe_take_subscription, site, err) != 0)
			return -1;
	}
	return 0;
}

/* Charges, refunds and disputes; then what payouts are made of. Test mode moves no money. */
static int
read_money(struct stripe_site *site, const struct stripe_changes *changes, int64_t from_utc, struct err *err)
{
	if (!site->live && !site->config->test_orders && !text_equal(site->config->role, "payment"))
		return 0;
	if (read_made(site, "/v1/charges", from_utc, NULL, 0, stripe_take_charge, err) != 0 ||
	    read_each(site, "/v1/charges", &changes->charges, stripe_take_charge, err) != 0)
		return -1;
	if (!site->live && !site->config->test_orders)
		return 0;
	if (read_made(site, "/v1/refunds", from_utc, NULL, 0, stripe_take_refund, err) != 0 ||
	    read_each(site, "/v1/refunds", &changes->refunds, stripe_take_refund, err) != 0 ||
	    read_made(site, "/v1/disputes", from_utc, NULL, 0, stripe_take_dispute, err) != 0 ||
	    read_each(site, "/v1/disputes", &changes->disputes, stripe_take_dispute, err) != 0)
		return -1;
	if (site->config->skip_payouts)
		return 0;
	if (read_made(site, "/v1/balance_transactions", from_utc, NULL, 0, stripe_take_balance, err) != 0 ||
	    read_made(site, "/v1/payouts", from_utc, NULL, 0, stripe_take_payout, err) != 0)
		return -1;
	return read_each(site, "/v1/payouts", &changes->payouts, stripe_take_payout, err);
}

static void
keep_open(struct stripe_site *site)
{
	const struct {
		const char *cursor;
		const struct stripe_set *set;
	} sets[] = { { "sessions", &site->open_sessions }, { "refunds", &site->open_refunds }, { "disputes", &site->open_disputes },
		{ "charges", &site->open_charges }, { "payouts", &site->open_payouts } };
	size_t i;

	for (i = 0; i < sizeof(sets) / sizeof(sets[0]); i++)
		site->sink->cursor(site->sink->context, sets[i].cursor, stripe_set_text(&site->arena, sets[i].set));
}

static int
read_account(struct stripe_site *site, struct err *err)
{
	const struct sales_source *source = site->source;
	struct stripe_changes changes = { .site = site };
	int64_t from_utc = source->from_utc, start_utc = 0;
	bool gap = false;

	if (clock_parse_date(site->config->start != NULL ? site->config->start : "2000-01-01", &start_utc, err) != 0)
		return err_wrap(err, "setting \"start\"");
	if (check_account(site, err) != 0)
		return -1;
	/* Events first: what changes after them is for the next pull, and harmless when it is read already. */
	if (stripe_changes(site, &changes, &gap, err) != 0)
		return -1;
	take_hints(site, &changes);
	recall(site, "sessions", &changes.sessions);
	recall(site, "refunds", &changes.refunds);
	recall(site, "disputes", &changes.disputes);
	recall(site, "charges", &changes.charges);
	recall(site, "payouts", &changes.payouts);
	if (gap)
		from_utc = start_utc;
	if (text_equal(site->config->role, "sale") && read_sales(site, &changes, from_utc, err) != 0)
		return -1;
	if (read_money(site, &changes, from_utc, err) != 0)
		return -1;
	keep_open(site);
	if (from_utc <= start_utc)
		site->sink->whole(site->sink->context);
	return 0;
}

static int
pull(const struct sales_source *source, const struct sales_sink *sink, struct err *err)
{
	struct stripe_site *site = NULL;
	int rc;

	if (stripe_open(source, sink, &site, err) != 0)
		return -1;
	rc = read_account(site, err);
	stripe_close(site);
	return rc;
}

static int
ignore(void *context, const struct stripe_item *item, struct err *err)
{
	(void)context;
	(void)item;
	(void)err;
	return 0;
}

/* The lists that a pull reads, for one second long ago: whether the key may ask is all that matters. */
static int
greet_account(
    struct arena *arena, const struct sales_source *source, const struct sales_sink *sink, const char **ret_says, struct err *err)
{
	static const char *const always[] = { "/v1/events", "/v1/charges", "/v1/refunds", "/v1/disputes",
		"/v1/balance_transactions", "/v1/payouts" },
				 *const sales[] = { "/v1/invoices", "/v1/credit_notes", "/v1/checkout/sessions",
					 "/v1/subscriptions" };
	static const char *const second[] = { "created[gte]", "1000000000", "created[lte]", "1000000001" };
	bool sells = text_equal(source->config->role, "sale");
	struct stripe_site *site = NULL;
	size_t i, count = sizeof(always) / sizeof(always[0]), more = sells ? sizeof(sales) / sizeof(sales[0]) : 0;
	int rc = -1;

	if (stripe_open(source, sink, &site, err) != 0)
		return -1;
	for (i = 0; i < count + more; i++) {
		const char *path = i < count ? always[i] : sales[i - count];
		const struct stripe_walk walk = { .path = path, .pairs = second, .pair_count = 2 };

		if (source->config->skip_payouts && i >= 4 && i < count)
			continue;
		if (stripe_walk(site, &walk, ignore, site, err) != 0)
			goto out;
	}
	*ret_says = arena_printf(arena, "a key of %s mode that may read %s", site->live ? "live" : "test",
	    sells ? "events, money and sales" : "events and money");
	rc = 0;
out:
	stripe_close(site);
	return rc;
}

const struct sales_kind stripe_kind = { .name = "stripe", .greet = greet_account, .pull = pull, .read = stripe_read };
