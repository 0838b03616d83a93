/* What payment providers tell beside documents: staged in batches as documents are, and merged after them. */
#include "ledger_state.h"

#include "base/text.h"
#include "db/copy.h"
#include "sql.h"

#define BATCH 2000

/* The batch at hand; its texts lie in the ledger's batch arena. */
struct ledger_money {
	struct sales_settlement settlements[BATCH];
	struct sales_subscription subscriptions[BATCH];
	struct sales_payout payouts[BATCH];
	struct sales_balance balances[BATCH];
	struct sales_bank bank[BATCH];
	struct sales_rate rates[BATCH];
	size_t settlement_count, subscription_count, payout_count, balance_count, bank_count, rate_count;
	int64_t place; /* of subscriptions and payouts: the later one of a key counts */
};

static struct ledger_money *
money_of(struct ledger *ledger)
{
	if (ledger->money == NULL)
		ledger->money = ARENA_NEW(&ledger->arena, struct ledger_money);
	return ledger->money;
}

int
ledger_settlement(void *context, const struct sales_settlement *settlement, struct err *err)
{
	struct ledger *ledger = context;
	struct ledger_money *money = money_of(ledger);
	struct sales_settlement *to = &money->settlements[money->settlement_count++];

	*to = *settlement;
	to->kind = arena_strdup(&ledger->documents.arena, settlement->kind);
	to->key = arena_strdup(&ledger->documents.arena, settlement->key);
	to->payment = arena_strdup(&ledger->documents.arena, settlement->payment);
	to->intent = arena_strdup(&ledger->documents.arena, settlement->intent);
	to->currency = arena_strdup(&ledger->documents.arena, settlement->currency);
	return money->settlement_count == BATCH ? ledger_flush(ledger, err) : 0;
}

int
ledger_subscription(void *context, const struct sales_subscription *subscription, struct err *err)
{
	struct ledger *ledger = context;
	struct ledger_money *money = money_of(ledger);
	struct sales_subscription *to = &money->subscriptions[money->subscription_count++];

	*to = *subscription;
	to->key = arena_strdup(&ledger->documents.arena, subscription->key);
	to->status = arena_strdup(&ledger->documents.arena, subscription->status);
	return money->subscription_count == BATCH ? ledger_flush(ledger, err) : 0;
}

int
ledger_payout(void *context, const struct sales_payout *payout, struct err *err)
{
	struct ledger *ledger = context;
	struct ledger_money *money = money_of(ledger);
	struct sales_payout *to = &money->payouts[money->payout_count++];

	*to = *payout;
	to->key = arena_strdup(&ledger->documents.arena, payout->key);
	to->status = arena_strdup(&ledger->documents.arena, payout->status);
	to->currency = arena_strdup(&ledger->documents.arena, payout->currency);
	return money->payout_count == BATCH ? ledger_flush(ledger, err) : 0;
}

int
ledger_balance(void *context, const struct sales_balance *balance, struct err *err)
{
	struct ledger *ledger = context;
	struct ledger_money *money = money_of(ledger);
	struct sales_balance *to = &money->balances[money->balance_count++];

	*to = *balance;
	to->key = arena_strdup(&ledger->documents.arena, balance->key);
	to->payout = arena_strdup(&ledger->documents.arena, balance->payout);
	to->category = arena_strdup(&ledger->documents.arena, balance->category);
	to->type = arena_strdup(&ledger->documents.arena, balance->type);
	to->currency = arena_strdup(&ledger->documents.arena, balance->currency);
	return money->balance_count == BATCH ? ledger_flush(ledger, err) : 0;
}

int
ledger_bank(void *context, const struct sales_bank *bank, struct err *err)
{
	struct ledger *ledger = context;
	struct ledger_money *money = money_of(ledger);
	struct sales_bank *to = &money->bank[money->bank_count++];

	*to = *bank;
	to->key = arena_strdup(&ledger->documents.arena, bank->key);
	to->currency = arena_strdup(&ledger->documents.arena, bank->currency);
	to->text = arena_strdup(&ledger->documents.arena, bank->text);
	return money->bank_count == BATCH ? ledger_flush(ledger, err) : 0;
}

int
ledger_rate(void *context, const struct sales_rate *rate, struct err *err)
{
	struct ledger *ledger = context;
	struct ledger_money *money = money_of(ledger);
	struct sales_rate *to = &money->rates[money->rate_count++];

	to->place = arena_strdup(&ledger->documents.arena, rate->place);
	to->currency = arena_strdup(&ledger->documents.arena, rate->currency);
	to->base = arena_strdup(&ledger->documents.arena, rate->base);
	to->day = arena_strdup(&ledger->documents.arena, rate->day);
	to->rate = arena_strdup(&ledger->documents.arena, rate->rate);
	to->publisher = arena_strdup(&ledger->documents.arena, rate->publisher);
	return money->rate_count == BATCH ? ledger_flush(ledger, err) : 0;
}

int
ledger_rates_refused(
    void *context, bool again, void (*refuse)(void *, const char *, const char *), void *refuse_context, struct err *err)
{
	struct ledger *ledger = context;
	struct db_row *rows;
	size_t count, i;

	if (ledger_flush(ledger, err) != 0)
		return -1;
	if (db_rows(&ledger->arena, ledger->plan.db, sql_sales_rate_differs,
		DB_ARGS(ledger->source_id, again ? "true" : "false", ledger->plan.source->zone), &rows, &count, err) != 0)
		return -1;
	for (i = 0; i < count; i++)
		refuse(refuse_context, db_value(&rows[i], "place"), db_value(&rows[i], "what"));
	return 0;
}

static const char *
moment_or_none(struct ledger *ledger, int64_t us)
{
	return us == SALES_UNKNOWN ? NULL : ledger_moment(&ledger->documents.arena, us);
}

static int
put_settlements(struct ledger *ledger, struct copy *copy, struct err *err)
{
	const struct ledger_money *money = ledger->money;
	size_t i;

	for (i = 0; i < money->settlement_count; i++) {
		const struct sales_settlement *from = &money->settlements[i];

		copy_text(copy, from->kind);
		copy_text(copy, from->key);
		copy_text(copy, from->payment);
		copy_text(copy, from->intent);
		copy_int(copy, from->amount_minor);
		copy_text(copy, from->currency);
		copy_text(copy, ledger_moment(&ledger->documents.arena, from->effective_us));
		if (copy_row(copy, err) != 0)
			return -1;
	}
	return 0;
}

static int
put_subscriptions(struct ledger *ledger, struct copy *copy, struct err *err)
{
	struct ledger_money *money = ledger->money;
	size_t i;

	for (i = 0; i < money->subscription_count; i++) {
		const struct sales_subscription *from = &money->subscriptions[i];

		copy_int(copy, money->place++);
		copy_text(copy, from->key);
		copy_text(copy, from->status);
		copy_text(copy, from->paused ? "t" : "f");
		copy_text(copy, moment_or_none(ledger, from->period_to_us));
		copy_text(copy, moment_or_none(ledger, from->cancel_us));
		copy_text(copy, moment_or_none(ledger, from->ended_us));
		if (copy_row(copy, err) != 0)
			return -1;
	}
	return 0;
}

static int
put_payouts(struct ledger *ledger, struct copy *copy, struct err *err)
{
	struct ledger_money *money = ledger->money;
	size_t i;

	for (i = 0; i < money->payout_count; i++) {
		const struct sales_payout *from = &money->payouts[i];

		copy_int(copy, money->place++);
		copy_text(copy, from->key);
		copy_text(copy, from->status);
		copy_text(copy, from->listed ? "t" : "f");
		copy_int(copy, from->amount_minor);
		copy_text(copy, from->currency);
		copy_text(copy, ledger_moment(&ledger->documents.arena, from->created_us));
		copy_text(copy, ledger_moment(&ledger->documents.arena, from->arrival_us));
		if (copy_row(copy, err) != 0)
			return -1;
	}
	return 0;
}

static int
put_balances(struct ledger *ledger, struct copy *copy, struct err *err)
{
	const struct ledger_money *money = ledger->money;
	size_t i;

	for (i = 0; i < money->balance_count; i++) {
		const struct sales_balance *from = &money->balances[i];

		copy_text(copy, from->key);
		copy_text(copy, from->payout);
		copy_text(copy, from->category);
		copy_text(copy, from->type);
		copy_int(copy, from->amount_minor);
		copy_int(copy, from->fee_minor);
		copy_text(copy, from->currency);
		copy_text(copy, ledger_moment(&ledger->documents.arena, from->created_us));
		copy_text(copy, ledger_moment(&ledger->documents.arena, from->available_us));
		if (copy_row(copy, err) != 0)
			return -1;
	}
	return 0;
}

static int
put_bank(struct ledger *ledger, struct copy *copy, struct err *err)
{
	const struct ledger_money *money = ledger->money;
	size_t i;

	for (i = 0; i < money->bank_count; i++) {
		const struct sales_bank *from = &money->bank[i];

		copy_text(copy, from->key);
		copy_int(copy, from->amount_minor);
		copy_text(copy, from->currency);
		copy_text(copy, ledger_moment(&ledger->documents.arena, from->booked_us));
		copy_text(copy, from->text);
		if (copy_row(copy, err) != 0)
			return -1;
	}
	return 0;
}

static int
put_rates(struct ledger *ledger, struct copy *copy, struct err *err)
{
	const struct ledger_money *money = ledger->money;
	size_t i;

	for (i = 0; i < money->rate_count; i++) {
		const struct sales_rate *from = &money->rates[i];

		copy_text(copy, from->place);
		copy_text(copy, from->currency);
		copy_text(copy, from->day);
		copy_text(copy, from->rate);
		copy_text(copy, from->base);
		copy_text(copy, from->publisher);
		if (copy_row(copy, err) != 0)
			return -1;
	}
	return 0;
}

int
ledger_money_flush(struct ledger *ledger, struct err *err)
{
	struct ledger_money *money = ledger->money;

	if (money == NULL)
		return 0;
	if ((money->settlement_count > 0 && ledger_copy(ledger, sql_sales_stage_settlements, put_settlements, err) != 0) ||
	    (money->subscription_count > 0 && ledger_copy(ledger, sql_sales_stage_subscriptions, put_subscriptions, err) != 0) ||
	    (money->payout_count > 0 && ledger_copy(ledger, sql_sales_stage_payouts, put_payouts, err) != 0) ||
	    (money->balance_count > 0 && ledger_copy(ledger, sql_sales_stage_balance, put_balances, err) != 0) ||
	    (money->bank_count > 0 && ledger_copy(ledger, sql_sales_stage_bank, put_bank, err) != 0) ||
	    (money->rate_count > 0 && ledger_copy(ledger, sql_sales_stage_rates, put_rates, err) != 0))
		return -1;
	money->settlement_count = money->subscription_count = money->payout_count = money->balance_count = money->bank_count = 0;
	money->rate_count = 0;
	return 0;
}

int
ledger_money_merge(struct ledger *ledger, struct err *err)
{
	static const struct {
		const char *sql;
		bool source, run;
	} steps[] = {
		{ sql_sales_stage_analyze_money, false, false },
		{ sql_sales_merge_settlements, true, true },
		{ sql_sales_merge_settlement_intents, true, true },
		{ sql_sales_merge_settle, true, true },
		{ sql_sales_merge_settled_refunded, false, false },
		{ sql_sales_merge_subscriptions, true, true },
		{ sql_sales_merge_settled_dirty, true, false },
		{ sql_sales_merge_payouts, true, true },
		{ sql_sales_merge_balance, true, true },
		{ sql_sales_merge_bank, true, true },
		{ sql_sales_merge_rates, true, true },
	};
	struct db *db = ledger->plan.db;
	size_t i;
	int rc;

	for (i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		if (steps[i].run)
			rc = db_exec(db, steps[i].sql, DB_ARGS(ledger->source_id, ledger->run_id), NULL, err);
		else if (steps[i].source)
			rc = db_exec(db, steps[i].sql, DB_ARGS(ledger->source_id), NULL, err);
		else
			rc = db_exec(db, steps[i].sql, DB_NONE, NULL, err);
		if (rc != 0)
			return -1;
	}
	return 0;
}
