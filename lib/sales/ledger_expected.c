/* What is asked for and not sold yet, and clients that are disabled: staged in batches as documents are. What a pull hands over is all there is of it,
 * so it takes the place of what the last complete one left. */
#include "ledger_state.h"

#include "base/text.h"
#include "sql.h"

#define BATCH 1000

/* The batch at hand; its texts lie in the ledger's batch arena. */
struct ledger_ahead {
	struct sales_expected expected[BATCH];
	struct sales_client clients[BATCH];
	size_t expected_count, client_count;
	int64_t place; /* the later one of a line counts */
};

static struct ledger_ahead *
ahead_of(struct ledger *ledger)
{
	if (ledger->ahead == NULL)
		ledger->ahead = ARENA_NEW(&ledger->arena, struct ledger_ahead);
	return ledger->ahead;
}

int
ledger_expected(void *context, const struct sales_expected *expected, struct err *err)
{
	struct ledger *ledger = context;
	struct ledger_ahead *ahead = ahead_of(ledger);
	struct arena *arena = &ledger->documents.arena;
	struct sales_contact *buyer = ARENA_NEW(arena, struct sales_contact);

	*buyer = (struct sales_contact){ .email = "", .name = "" };
	if (expected->buyer != NULL) {
		buyer->email = arena_strdup(arena, expected->buyer->email);
		buyer->name = arena_strdup(arena, expected->buyer->name);
	}
	ahead->expected[ahead->expected_count++] = (struct sales_expected){
		.kind = arena_strdup(arena, expected->kind),
		.key = arena_strdup(arena, expected->key),
		.line_key = arena_strdup(arena, expected->line_key),
		.number = arena_strdup(arena, expected->number),
		.product_key = arena_strdup(arena, expected->product_key),
		.variant_key = arena_strdup(arena, expected->variant_key),
		.sku = arena_strdup(arena, expected->sku),
		.name = arena_strdup(arena, expected->name),
		.quantity = arena_strdup(arena, expected->quantity),
		.net_minor = expected->net_minor,
		.currency = arena_strdup(arena, expected->currency),
		.buyer = buyer,
		.asked_us = expected->asked_us,
		.until_us = expected->until_us,
	};
	return ahead->expected_count == BATCH ? ledger_flush(ledger, err) : 0;
}

int
ledger_client(void *context, const struct sales_client *client, struct err *err)
{
	struct ledger *ledger = context;
	struct ledger_ahead *ahead = ahead_of(ledger);

	ahead->clients[ahead->client_count++] =
	    (struct sales_client){ arena_strdup(&ledger->documents.arena, client->key), client->disabled_us };
	return ahead->client_count == BATCH ? ledger_flush(ledger, err) : 0;
}

static const char *
moment_or_none(struct ledger *ledger, int64_t us)
{
	return us == SALES_UNKNOWN ? NULL : ledger_moment(&ledger->documents.arena, us);
}

static int
put_expected(struct ledger *ledger, struct copy *copy, struct err *err)
{
	struct ledger_ahead *ahead = ledger->ahead;
	size_t i;

	for (i = 0; i < ahead->expected_count; i++) {
		const struct sales_expected *from = &ahead->expected[i];

		copy_int(copy, ahead->place++);
		copy_text(copy, from->kind);
		copy_text(copy, from->key);
		copy_text(copy, from->line_key);
		copy_text(copy, from->number);
		copy_text(copy, from->product_key);
		copy_text(copy, from->variant_key);
		copy_text(copy, from->sku);
		copy_text(copy, from->name);
		copy_text(copy, from->quantity);
		copy_int(copy, from->net_minor);
		copy_text(copy, from->currency);
		copy_text(copy, from->buyer->email);
		copy_text(copy, from->buyer->name);
		copy_text(copy, ledger_moment(&ledger->documents.arena, from->asked_us));
		copy_text(copy, moment_or_none(ledger, from->until_us));
		if (copy_row(copy, err) != 0)
			return -1;
	}
	return 0;
}

static int
put_clients(struct ledger *ledger, struct copy *copy, struct err *err)
{
	const struct ledger_ahead *ahead = ledger->ahead;
	size_t i;

	for (i = 0; i < ahead->client_count; i++) {
		copy_text(copy, ahead->clients[i].key);
		copy_text(copy, moment_or_none(ledger, ahead->clients[i].disabled_us));
		if (copy_row(copy, err) != 0)
			return -1;
	}
	return 0;
}

int
ledger_ahead_flush(struct ledger *ledger, struct err *err)
{
	struct ledger_ahead *ahead = ledger->ahead;

	if (ahead == NULL)
		return 0;
	if ((ahead->expected_count > 0 && ledger_copy(ledger, sql_sales_stage_expected, put_expected, err) != 0) ||
	    (ahead->client_count > 0 && ledger_copy(ledger, sql_sales_stage_clients, put_clients, err) != 0))
		return -1;
	ahead->expected_count = ahead->client_count = 0;
	return 0;
}

int
ledger_ahead_merge(struct ledger *ledger, struct err *err)
{
	struct db *db = ledger->plan.db;
	const char *const of_source[] = { sql_sales_merge_expected_products, sql_sales_merge_expected_gone,
		sql_sales_merge_clients_enabled };
	const char *const of_run[] = { sql_sales_merge_expected, sql_sales_merge_clients_disabled };
	size_t i;

	for (i = 0; i < sizeof(of_source) / sizeof(of_source[0]); i++)
		if (db_exec(db, of_source[i], DB_ARGS(ledger->source_id), NULL, err) != 0)
			return -1;
	for (i = 0; i < sizeof(of_run) / sizeof(of_run[0]); i++)
		if (db_exec(db, of_run[i], DB_ARGS(ledger->source_id, ledger->run_id), NULL, err) != 0)
			return -1;
	return 0;
}
