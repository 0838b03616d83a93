/* Which documents are one sale. The order of the set-based steps of sql/entitle/deal_*.sql; each explains itself there. */
#include "entitle/deal.h"

#include "sql.h"

/* Pairs of sources of which the first settles the second, as arrays for the database. */
struct pairs {
	const char **source, **target, **told, **wait_s, **unlinked;
	size_t count;
};

static void
add_pair(struct arena *arena, struct pairs *pairs, const struct config_source *source, const char *target, bool told)
{
	pairs->source[pairs->count] = source->name;
	pairs->target[pairs->count] = target;
	pairs->told[pairs->count] = told ? "true" : "false";
	pairs->wait_s[pairs->count] = arena_printf(arena, "%lld", (long long)source->wait_s);
	pairs->unlinked[pairs->count++] = source->unlinked != NULL ? source->unlinked : "both";
}

static void
add_pairs(struct arena *arena, struct pairs *pairs, const struct config_tenant *tenant, const struct config_source *source)
{
	size_t i;

	for (i = 0; i < tenant->source_count; i++)
		if (config_settles(source, &tenant->sources[i]))
			add_pair(arena, pairs, source, tenant->sources[i].name, /* told= */ source->settles.count > 0);
}

static int
sync_pairs(struct arena *arena, struct db *db, const struct config_tenant *tenant, int64_t *ret_changed, struct err *err)
{
	struct pairs pairs = { .count = 0 };
	struct db_row *row;
	size_t room = 0, i;

	for (i = 0; i < tenant->source_count; i++)
		room += tenant->source_count;
	pairs.source = ARENA_ARRAY(arena, room, const char *);
	pairs.target = ARENA_ARRAY(arena, room, const char *);
	pairs.told = ARENA_ARRAY(arena, room, const char *);
	pairs.wait_s = ARENA_ARRAY(arena, room, const char *);
	pairs.unlinked = ARENA_ARRAY(arena, room, const char *);
	for (i = 0; i < tenant->source_count; i++)
		add_pairs(arena, &pairs, tenant, &tenant->sources[i]);
	if (db_row(arena, db, sql_entitle_deal_sync_settles,
		DB_ARGS(db_array(arena, pairs.source, pairs.count), db_array(arena, pairs.target, pairs.count),
		    db_array(arena, pairs.told, pairs.count), db_array(arena, pairs.wait_s, pairs.count),
		    db_array(arena, pairs.unlinked, pairs.count)),
		&row, err) != 0)
		return -1;
	*ret_changed = db_int(row, "changed");
	return 0;
}

static int
sync_links(struct arena *arena, struct db *db, const struct config_tenant *tenant, int64_t *ret_changed, struct err *err)
{
	size_t count = tenant->link_count, i;
	const char **from = ARENA_ARRAY(arena, count, const char *), **field = ARENA_ARRAY(arena, count, const char *);
	const char **to = ARENA_ARRAY(arena, count, const char *), **by = ARENA_ARRAY(arena, count, const char *);
	const char **pattern = ARENA_ARRAY(arena, count, const char *);
	struct db_row *row;

	for (i = 0; i < count; i++) {
		from[i] = tenant->links[i].from;
		field[i] = tenant->links[i].field;
		to[i] = tenant->links[i].to;
		by[i] = tenant->links[i].by;
		pattern[i] = tenant->links[i].pattern != NULL ? tenant->links[i].pattern : "";
	}
	if (db_row(arena, db, sql_entitle_deal_sync_links,
		DB_ARGS(db_array(arena, from, count), db_array(arena, field, count), db_array(arena, to, count),
		    db_array(arena, by, count), db_array(arena, pattern, count)),
		&row, err) != 0)
		return -1;
	*ret_changed = db_int(row, "changed");
	return 0;
}

int
deal_sync(struct arena *arena, struct db *db, const struct config_tenant *tenant, struct err *err)
{
	int64_t pairs, links;

	if (sync_pairs(arena, db, tenant, &pairs, err) != 0 || sync_links(arena, db, tenant, &links, err) != 0)
		return err_wrap(err, "could not take over which documents settle which");
	if (pairs + links > 0 && db_exec(db, sql_entitle_deal_dirty, DB_NONE, NULL, err) != 0)
		return -1;
	return 0;
}

int
deal_reckon(struct db *db, struct err *err)
{
	static const char *const steps[] = {
		sql_entitle_deal_reach,
		sql_entitle_deal_keys_gone,
		sql_entitle_deal_keys,
		sql_entitle_deal_analyze,
		sql_entitle_deal_was,
		/* Invoices first: what a payment is for may be one, and is its sale then. */
		sql_entitle_deal_found_invoices,
		sql_entitle_deal_unlink,
		sql_entitle_deal_link,
		sql_entitle_deal_unclear,
		sql_entitle_deal_found_empty,
		sql_entitle_deal_found_payments,
		sql_entitle_deal_unlink,
		sql_entitle_deal_link,
		sql_entitle_deal_unclear,
		sql_entitle_deal_heads_gone,
		sql_entitle_deal_heads,
		sql_entitle_deal_analyze_parts,
		sql_entitle_deal_look,
		sql_entitle_deal_drop,
	};
	struct arena arena = ARENA_INIT;
	struct db_row *row;
	int rc = -1;
	size_t i;

	/* With one source there is nothing to find. */
	if (db_row(&arena, db, sql_entitle_deal_any, DB_NONE, &row, err) != 0)
		goto out;
	if (!db_bool(row, "any")) {
		rc = 0;
		goto out;
	}
	if (db_row(&arena, db, sql_entitle_look_few, DB_NONE, &row, err) != 0)
		goto out;
	if (db_script(db, db_bool(row, "yes") ? sql_entitle_deal_keys_new_few : sql_entitle_deal_keys_new, err) != 0)
		goto out;
	for (i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
		if (db_script(db, steps[i], err) != 0)
			goto out;
	rc = 0;
out:
	arena_done(&arena);
	return rc;
}

int
deal_payouts(struct db *db, struct err *err)
{
	int64_t linked;

	if (db_script(db, sql_entitle_payout_pairs, err) != 0)
		return -1;
	do {
		if (db_exec(db, sql_entitle_payout_round, DB_NONE, &linked, err) != 0)
			return -1;
	} while (linked > 0);
	if (db_exec(db, sql_entitle_payout_left, DB_NONE, NULL, err) != 0 ||
	    db_exec(db, sql_entitle_payout_found, DB_NONE, NULL, err) != 0)
		return -1;
	return db_script(db, "DROP TABLE payout_pair, payout_link", err);
}
