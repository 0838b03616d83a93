/* Deals: the pure rules one by one and over a grid of what sides can say; who belongs to whom, on a real database; and that what is consumed is
 * consumed once, whatever statement asks for more. */
#include "expect.h"

#include "base/clock.h"
#include "db/rules.h"
#include "db/store.h"
#include "entitle/deal.h"
#include "entitle/entitle.h"
#include "sql.h"
#include "with_db.h"

static struct config_source sources[] = {
	{ .name = "shop", .kind = "squarespace", .role = "sale", .api_key = "env:NONE", .max_age_s = 93600, .rate_days = 7 },
	{ .name = "erp",
	    .kind = "csv",
	    .role = "invoice",
	    .folder = "/x",
	    .max_age_s = 93600,
	    .wait_s = 2 * 86400,
	    .rate_days = 7,
	    .tolerance = "1" },
	{ .name = "pay",
	    .kind = "csv",
	    .role = "payment",
	    .folder = "/x",
	    .max_age_s = 93600,
	    .wait_s = 3 * 86400,
	    .rate_days = 7 },
	{ .name = "bank", .kind = "bank", .role = "bank", .folder = "/x", .max_age_s = 93600, .rate_days = 7 },
	{ .name = "ecb", .kind = "rates", .role = "rates", .folder = "/x", .max_age_s = 93600, .rate_days = 7 },
};
static struct config_link links[] = {
	{ .from = "erp", .field = "numero2", .pattern = "^WEB-([0-9]+)$", .to = "shop", .by = "number" }
};

static const char *
one(struct with_db *w, const char *sql)
{
	const char *text = with_db_text(w, sql);

	return text != NULL ? text : "(none)";
}

#define SQL(w, ...) with_db_sql(w, arena_printf(&(w)->arena, __VA_ARGS__))
#define TEXT(w, ...) one(w, arena_printf(&(w)->arena, __VA_ARGS__))

static void
at(struct with_db *w, const char *now)
{
	struct err err = ERR_INIT;
	int64_t now_utc;

	expect_ok(now, clock_parse(now, &now_utc, NULL, &err), &err);
	expect_ok("rules_at", rules_at(w->db, now_utc, "Europe/Madrid", &err), &err);
}

static int
setup(void **state)
{
	struct err err = ERR_INIT;
	struct with_db *w = *state;

	/* As with_db_fresh() wants them. */
	w->tenant.sources = &w->source;
	w->tenant.source_count = 1;
	w->tenant.link_count = 0;
	if (with_db_fresh(state) != 0)
		return -1;
	w->tenant.sources = sources;
	w->tenant.source_count = COUNT_OF(sources);
	w->tenant.links = links;
	w->tenant.link_count = COUNT_OF(links);
	expect_ok("tenant", db_tenant(w->db, 0, &err), &err);
	expect_ok("sync", store_sync(w->db, &w->config, &err), &err);
	expect_ok("tenant", db_tenant(w->db, w->tenant_id, &err), &err);
	expect_ok("begin", db_begin(w->db, &err), &err);
	expect_ok("deal_sync", deal_sync(&w->arena, w->db, &w->tenant, &err), &err);
	expect_ok("commit", db_commit(w->db, &err), &err);
	at(w, "2026-05-01T03:00:00Z");
	return 0;
}

/* A document; what it refers to is "name=value name=value". Its external id and number are ${id}. */
static void
add(struct with_db *w, const char *source, const char *id, const char *status, int total, int refunded, const char *currency,
    const char *refers)
{
	SQL(w,
	    "WITH d AS (INSERT INTO ctok.document (tenant_id, source_id, external_id, number, kind, version, effective_at, "
	    "modified_at, known_at,"
	    " changed_at, status, currency, total_minor, subtotal_minor, discount_minor, tax_minor, shipping_minor, "
	    "refunded_minor, unallocated_minor,"
	    " tax_included) SELECT s.tenant_id, s.source_id, '%s', '%s', CASE s.role WHEN 'sale' THEN 'order' ELSE s.role END, 1, "
	    "'2026-04-20T10:00:00Z',"
	    " now(), now(), now(), '%s', '%s', %d, %d, 0, 0, 0, %d, 0, true FROM ctok.source s WHERE s.name = '%s' RETURNING "
	    "tenant_id, document_id)"
	    " INSERT INTO ctok.document_reference SELECT d.tenant_id, d.document_id, split_part(r, '=', 1), split_part(r, '=', 2)"
	    " FROM d, regexp_split_to_table('%s', ' ') r WHERE r <> ''",
	    id, id, status, currency, total, total, refunded, source, refers);
}

static void
reckon(struct with_db *w)
{
	struct err err = ERR_INIT;

	expect_ok("begin", db_begin(w->db, &err), &err);
	expect_ok("entitle_begin", entitle_begin(w->db, /* full= */ true, &err), &err);
	expect_ok("commit", db_commit(w->db, &err), &err);
}

/* "1: P1 payment, 1 sale": the deal of a sale, its documents in order. */
static const char *
deals(struct with_db *w)
{
	return one(w, "SELECT coalesce(string_agg(t, '; ' ORDER BY t), '') FROM (SELECT h.number || ': ' || string_agg(d.number || "
		      "' ' || m.part, ', ' ORDER BY d.number) AS t"
		      " FROM ctok.deal_document m JOIN ctok.document d USING (tenant_id, document_id) JOIN ctok.document h ON "
		      "h.document_id = m.deal_id"
		      " GROUP BY h.number) x");
}

static const char *
found(struct with_db *w)
{
	return one(w,
	    "SELECT coalesce(string_agg(class || ' ' || d.number || ' ' || risk_minor, ', ' ORDER BY class, d.number), '')"
	    " FROM rule.deal_finding f JOIN ctok.document d USING (tenant_id, document_id)");
}

/* ---- pure rules ---- */

static const struct {
	const char *value, *pattern, *key;
} values[] = {
	{ "500", "", "500" },
	{ "", "", NULL },
	{ "WEB-500", "^WEB-([0-9]+)$", "500" },
	{ "WEB-0500", "^WEB-([0-9]+)$", "0500" },
	{ "web-500", "^WEB-([0-9]+)$", NULL },
	{ "WEB-500 ", "^WEB-([0-9]+)$", NULL },
	{ "xWEB-500", "^WEB-([0-9]+)$", NULL },
	{ "WEB-500", "^WEB-([0-9]*)", "500" },
	{ "WEB-", "^WEB-([0-9]*)", NULL },
	{ "Pedido 12 de 2026", "Pedido ([0-9]+)", "12" },
	{ "a|b", "", "a|b" },
};

static void
a_pattern_takes_its_group_or_nothing(void **state)
{
	struct with_db *w = *state;
	size_t i;

	for (i = 0; i < COUNT_OF(values); i++)
		expect_text(values[i].value,
		    with_db_text(
			w, arena_printf(&w->arena, "SELECT rule.link_value('%s', '%s')", values[i].value, values[i].pattern)),
		    values[i].key);
}

/* Amounts: what the function says. */
static const struct {
	const char *call, *result;
} amounts[] = {
	/* To the minor unit, half away from zero. */
	{ "rule.converted(10000, 'USD', 'EUR', 1.1525, 1)", "8677" },
	{ "rule.converted(-10000, 'USD', 'EUR', 1.1525, 1)", "-8677" },
	{ "rule.converted(10000, 'EUR', 'USD', 1, 1.1525)", "11525" },
	{ "rule.converted(1, 'EUR', 'USD', 1, 1.5)", "2" },
	{ "rule.converted(-1, 'EUR', 'USD', 1, 1.5)", "-2" },
	{ "rule.converted(1, 'EUR', 'USD', 1, 1.4999999999)", "1" },
	{ "rule.converted(0, 'EUR', 'USD', 1, 1.5)", "0" },
	/* Currencies without decimals, and with three and four. */
	{ "rule.converted(10000, 'EUR', 'JPY', 1, 178.05)", "17805" },
	{ "rule.converted(17805, 'JPY', 'EUR', 178.05, 1)", "10000" },
	{ "rule.converted(50000, 'TND', 'EUR', 3.3871, 1)", "1476" },
	{ "rule.converted(1476, 'EUR', 'TND', 1, 3.3871)", "49994" },
	{ "rule.converted(10000, 'CLF', 'JPY', 0.025, 178.05)", "7122" },
	/* Neither is the base; no double would say so exactly. */
	{ "rule.converted(10000, 'USD', 'GBP', 1.1525, 0.8812)", "7646" },
	{ "rule.converted(900719925474099300, 'EUR', 'USD', 1, 1.0000000000000001)", "900719925474099390" },
	{ "rule.converted(NULL, 'EUR', 'USD', 1, 1.5)", NULL },
	{ "rule.converted(1, 'EUR', 'USD', 1, NULL)", NULL },
	/* A tolerance, to whole minor units below. */
	{ "rule.slack(10000, 1)", "100" },
	{ "rule.slack(-10000, 1)", "100" },
	{ "rule.slack(10099, 1)", "100" },
	{ "rule.slack(10000, 0)", "0" },
	{ "rule.slack(10000, 0.005)", "0" },
	{ "rule.slack(10000, 0.01)", "1" },
	{ "rule.slack(10000, NULL)", NULL },
	{ "rule.rate_pair('EUR', 'USD', 1.1525, 'EUR', 1)", "1 EUR = 1.1525 USD" },
	{ "rule.rate_pair('EUR', 'EUR', 1, 'USD', 1.10)", "1 EUR = 1.10 USD" },
	{ "rule.rate_pair('EUR', 'USD', 1.1525, 'GBP', 0.8812)", "1 EUR = 1.1525 USD = 0.8812 GBP" },
	/* What a sale is worth: status, total, paid so far, given back. */
	{ "rule.worth('paid', 10000, NULL, 0)", "10000" },
	{ "rule.worth('paid', 10000, NULL, 3000)", "7000" },
	{ "rule.worth('paid', 10000, 9500, 0)", "10000" },
	{ "rule.worth('unpaid', 10000, NULL, 0)", "10000" },
	{ "rule.worth('unpaid', 10000, 4000, 0)", "10000" },
	{ "rule.worth('cancelled', 10000, NULL, 10000)", "0" },
	{ "rule.worth('cancelled', 10000, 0, 0)", "0" },
	{ "rule.worth('cancelled', 10000, 4000, 1000)", "3000" },
};

static void
amounts_are_exact(void **state)
{
	struct with_db *w = *state;
	size_t i;

	for (i = 0; i < COUNT_OF(amounts); i++)
		expect_text(
		    amounts[i].call, with_db_text(w, arena_printf(&w->arena, "SELECT %s", amounts[i].call)), amounts[i].result);
}

/* part, status, total, refunded | documents, test, untold, unpaid | side, paid, refunded | slack, refund slack, waited. */
static const struct {
	const char *side, *found;
} sides[] = {
	{ "'invoice', 'paid', 100, 0, 1, 0, 0, 0, 100, 100, 0, 0, 0, true", "" },
	{ "'payment', 'paid', 100, 30, 2, 0, 0, 0, 100, 100, 30, 0, 0, true", "" },
	/* Amounts, and how far off is all right. */
	{ "'invoice', 'paid', 100, 0, 1, 0, 0, 0, 90, 90, 0, 0, 0, true", "DEAL_AMOUNT_DIFFERS" },
	{ "'invoice', 'paid', 100, 0, 1, 0, 0, 0, 110, 110, 0, 0, 0, true", "DEAL_AMOUNT_DIFFERS" },
	{ "'payment', 'unpaid', 100, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, true", "" },
	{ "'invoice', 'unpaid', 100, 0, 1, 0, 0, 1, 90, 0, 0, 0, 0, true", "DEAL_AMOUNT_DIFFERS" },
	{ "'invoice', 'paid', 100, 0, 1, 0, 0, 0, 99, 99, 0, 1, 0, true", "" },
	{ "'invoice', 'paid', 100, 0, 1, 0, 0, 0, 101, 101, 0, 1, 0, true", "" },
	{ "'invoice', 'paid', 100, 0, 1, 0, 0, 0, 98, 98, 0, 1, 0, true", "DEAL_AMOUNT_DIFFERS" },
	{ "'invoice', 'paid', 100, 0, 2, 0, 0, 0, 101, 101, 0, 1, 0, true", "" },
	{ "'invoice', 'paid', 100, 0, 2, 0, 0, 0, 102, 102, 0, 1, 0, true", "DEAL_INVOICED_TWICE" },
	{ "'invoice', 'paid', 100, 0, 2, 0, 0, 0, 60, 60, 0, 0, 0, true", "DEAL_AMOUNT_DIFFERS" },
	{ "'payment', 'paid', 100, 0, 2, 0, 0, 0, 200, 200, 0, 0, 0, true", "DEAL_PAID_TWICE" },
	{ "'payment', 'unpaid', 100, 0, 2, 0, 0, 0, 200, 200, 0, 0, 0, true", "DEAL_PAID_DIFFERS DEAL_PAID_TWICE" },
	/* Paid on one side. */
	{ "'invoice', 'unpaid', 100, 0, 1, 0, 0, 0, 100, 100, 0, 0, 0, true", "DEAL_PAID_DIFFERS" },
	{ "'invoice', 'paid', 100, 0, 1, 0, 0, 1, 100, 0, 0, 0, 0, true", "DEAL_PAID_DIFFERS" },
	{ "'invoice', 'paid', 100, 0, 1, 0, 0, 1, 100, 0, 0, 0, 0, false", "" },
	{ "'payment', 'paid', 100, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, true", "DEAL_PAID_DIFFERS" },
	{ "'payment', 'paid', 100, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, false", "" },
	{ "'payment', 'paid', 100, 0, 2, 0, 0, 1, 100, 100, 0, 0, 0, true", "" },
	/* Cancelled. */
	{ "'invoice', 'cancelled', 100, 0, 1, 0, 0, 0, 100, 100, 0, 0, 0, true", "DEAL_CANCELLED_DIFFERS" },
	{ "'invoice', 'cancelled', 100, 0, 1, 0, 0, 0, 100, 100, 100, 0, 0, true", "" },
	{ "'payment', 'cancelled', 100, 100, 1, 0, 0, 0, 100, 100, 40, 0, 0, true", "DEAL_CANCELLED_DIFFERS" },
	{ "'invoice', 'cancelled', 100, 0, 1, 0, 0, 1, 100, 0, 0, 0, 0, true", "" },
	/* Given back. */
	{ "'payment', 'paid', 100, 30, 1, 0, 0, 0, 100, 100, 0, 0, 0, true", "DEAL_REFUND_MISSING" },
	{ "'payment', 'paid', 100, 0, 1, 0, 0, 0, 100, 100, 30, 0, 0, true", "DEAL_REFUND_MISSING" },
	{ "'payment', 'paid', 100, 30, 1, 0, 0, 0, 100, 100, 40, 0, 0, true", "DEAL_REFUND_DIFFERS" },
	{ "'payment', 'paid', 100, 30, 1, 0, 0, 0, 100, 100, 59, 0, 0, true", "DEAL_REFUND_DIFFERS" },
	{ "'payment', 'paid', 100, 30, 1, 0, 0, 0, 100, 100, 60, 0, 0, true", "DEAL_REFUNDED_TWICE" },
	{ "'payment', 'paid', 100, 60, 1, 0, 0, 0, 100, 100, 30, 0, 0, true", "DEAL_REFUNDED_TWICE" },
	{ "'payment', 'paid', 100, 30, 1, 0, 0, 0, 100, 100, 31, 1, 1, true", "" },
	{ "'payment', 'paid', 100, 30, 1, 0, 0, 0, 100, 100, 32, 1, 1, true", "DEAL_REFUND_DIFFERS" },
	{ "'payment', 'paid', 100, 30, 1, 0, 0, 0, 90, 90, 0, 0, 0, true", "DEAL_AMOUNT_DIFFERS DEAL_REFUND_MISSING" },
	/* Tests and currencies are said once. */
	{ "'payment', 'test', 100, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, true", "" },
	{ "'payment', 'test', 100, 0, 1, 0, 0, 0, 90, 90, 9, 0, 0, true", "DEAL_TEST_DIFFERS" },
	{ "'payment', 'paid', 100, 9, 1, 1, 0, 0, 0, 0, 0, 0, 0, true", "DEAL_TEST_DIFFERS" },
	{ "'payment', 'paid', 100, 9, 2, 1, 1, 0, 0, 0, 0, 0, 0, true", "DEAL_TEST_DIFFERS" },
	{ "'payment', 'test', 100, 9, 2, 1, 1, 0, 0, 0, 0, 0, 0, true", "DEAL_TEST_DIFFERS" },
	{ "'payment', 'paid', 100, 9, 1, 0, 1, 0, 0, 0, 0, 0, 0, true", "DEAL_CURRENCY_DIFFERS" },
	{ "'payment', 'cancelled', 100, 9, 2, 0, 1, 1, 50, 50, 0, 0, 0, true", "DEAL_CURRENCY_DIFFERS" },
};

static void
each_way_to_differ_has_its_class(void **state)
{
	struct with_db *w = *state;
	size_t i;

	for (i = 0; i < COUNT_OF(sides); i++)
		expect_text(sides[i].side,
		    with_db_text(w, arena_printf(&w->arena, "SELECT array_to_string(rule.deal_classes(%s), ' ')", sides[i].side)),
		    sides[i].found);
}

/* Over all that sides can say, in small numbers: what must hold of every answer. */
#define GRID \
	" FROM unnest('{invoice,payment}'::text[]) part, unnest('{paid,unpaid,cancelled,test}'::text[]) status, " \
	"unnest('{0,30,100}'::bigint[]) refunded," \
	" generate_series(1, 2) documents, generate_series(0, documents) test, generate_series(0, documents) untold, " \
	"generate_series(0, documents) unpaid," \
	" unnest('{0,90,99,100,101,200}'::bigint[]) side, unnest('{0,100}'::bigint[]) paid, unnest('{0,30,31,60,100}'::bigint[]) " \
	"back," \
	" unnest('{0,1}'::bigint[]) slack, unnest('{true,false}'::boolean[]) waited," \
	" LATERAL (SELECT rule.deal_classes(part, status, 100, refunded, documents, test, untold, unpaid, side, paid, back, " \
	"slack, slack, waited) AS c) x"

static const struct {
	const char *title, *wrong;
} laws[] = {
	{ "a class comes once", "cardinality(c) <> (SELECT count(DISTINCT k) FROM unnest(c) k)" },
	{ "a test is said alone", "'DEAL_TEST_DIFFERS' = ANY (c) AND cardinality(c) > 1" },
	{ "so is a currency that nothing tells", "'DEAL_CURRENCY_DIFFERS' = ANY (c) AND cardinality(c) > 1" },
	{ "what is told, is said where it is so",
	    "('DEAL_CURRENCY_DIFFERS' = ANY (c)) <> (status <> 'test' AND test = 0 AND untold > 0)" },
	{ "tests on both sides agree", "status = 'test' AND test = documents AND cardinality(c) > 0" },
	{ "what is alike is no difference",
	    "status = 'paid' AND test + untold + unpaid = 0 AND side = 100 AND refunded = back AND cardinality(c) > 0" },
	{ "a difference of refunds is never overlooked",
	    "status = 'paid' AND test + untold = 0 AND abs(refunded - back) > slack AND NOT c && "
	    "'{DEAL_REFUND_MISSING,DEAL_REFUND_DIFFERS,DEAL_REFUNDED_TWICE}'" },
	{ "nor one of amounts, unless it is that of a payment that is not made",
	    "status IN ('paid', 'unpaid') AND test + untold = 0 AND abs(side - 100) > slack AND NOT (part = 'payment' AND unpaid > "
	    "0)"
	    " AND NOT c && '{DEAL_AMOUNT_DIFFERS,DEAL_INVOICED_TWICE,DEAL_PAID_TWICE}'" },
	{ "nor money kept of what was cancelled",
	    "status = 'cancelled' AND test + untold = 0 AND paid > back AND NOT 'DEAL_CANCELLED_DIFFERS' = ANY (c)" },
	{ "waiting takes nothing back but what is not paid yet",
	    "NOT c @> (SELECT coalesce(array_agg(k), '{}') FROM unnest(rule.deal_classes(part, status, 100, refunded, documents, "
	    "test, untold, unpaid, side, paid,"
	    " back, slack, slack, NOT waited)) k WHERE k <> 'DEAL_PAID_DIFFERS' OR status = 'unpaid')" },
	{ "more slack finds no more", "NOT c @> rule.deal_classes(part, status, 100, refunded, documents, test, untold, unpaid, "
				      "side, paid, back, slack + 5, slack + 5, waited)" },
};

static void
laws_hold_over_all_that_sides_can_say(void **state)
{
	struct with_db *w = *state;
	size_t i;

	for (i = 0; i < COUNT_OF(laws); i++)
		expect_text(laws[i].title,
		    one(w, arena_printf(&w->arena,
			       "SELECT count(*) FILTER (WHERE %s) || ' ' || coalesce(min(format('%%s %%s', ROW(part, status, "
			       "refunded, documents, test, untold, unpaid,"
			       " side, paid, back, slack, waited), c)) FILTER (WHERE %s), '')" GRID,
			       laws[i].wrong, laws[i].wrong)),
		    "0 ");
}

/* ---- who belongs to whom ---- */

static void
documents_are_linked_by_declared_keys_alone(void **state)
{
	struct with_db *w = *state;

	add(w, "shop", "1", "paid", 100, 0, "EUR", "transaction=ch_1");
	add(w, "erp", "F1", "paid", 100, 0, "EUR", "numero2=WEB-1");
	add(w, "pay", "P1", "paid", 100, 0, "EUR", "transaction=ch_1");
	/* Another field, another spelling, the same amount and number: nothing. */
	add(w, "shop", "2", "paid", 100, 0, "EUR", "");
	add(w, "erp", "2", "paid", 100, 0, "EUR", "numero2=web-2 reference=2 order=2");
	add(w, "pay", "P2", "paid", 100, 0, "EUR", "reference=ch_1");
	/* A payment that names an invoice's payment is for that invoice's sale; two invoices and two payments of one. */
	add(w, "shop", "3", "paid", 100, 0, "EUR", "");
	add(w, "erp", "F3", "paid", 60, 0, "EUR", "numero2=WEB-3 transaction=ch_3");
	add(w, "erp", "F3b", "paid", 40, 0, "EUR", "numero2=WEB-3");
	add(w, "pay", "P3", "paid", 70, 0, "EUR", "transaction=ch_3");
	add(w, "pay", "P3b", "paid", 30, 0, "EUR", "transaction=ch_3");
	reckon(w);
	expect_text(
	    "deals", deals(w), "1: 1 sale, F1 invoice, P1 payment; 3: 3 sale, F3 invoice, F3b invoice, P3 payment, P3b payment");
	expect_text("no choice is left", one(w, "SELECT count(*) FROM ctok.deal_unclear"), "0");
	expect_text("nothing differs", found(w), "");
	reckon(w);
	expect_text(
	    "again", deals(w), "1: 1 sale, F1 invoice, P1 payment; 3: 3 sale, F3 invoice, F3b invoice, P3 payment, P3b payment");
}

static void
one_that_could_settle_two_settles_none(void **state)
{
	struct with_db *w = *state;

	add(w, "shop", "1", "paid", 100, 0, "EUR", "transaction=ch_1");
	add(w, "shop", "2", "paid", 200, 0, "EUR", "transaction=ch_2");
	add(w, "erp", "F", "paid", 100, 0, "EUR", "numero2=WEB-1 transaction=ch_2");
	add(w, "pay", "P", "paid", 100, 0, "EUR", "transaction=ch_1 ");
	add(w, "pay", "Q", "paid", 100, 0, "EUR", "transaction=ch_2");
	reckon(w);
	expect_text("the invoice is nobody's; payments go to their sales", deals(w), "1: 1 sale, P payment; 2: 2 sale, Q payment");
	expect_text("which is told", found(w), "DEAL_AMOUNT_DIFFERS 2 100, DEAL_UNCLEAR F 100");
	/* A person corrects the reference: it is clear. */
	SQL(w, "DELETE FROM ctok.document_reference WHERE value = 'ch_2' AND document_id = (SELECT document_id FROM ctok.document "
	       "WHERE number = 'F')");
	reckon(w);
	expect_text("then it is that sale's", deals(w), "1: 1 sale, F invoice, P payment; 2: 2 sale, Q payment");
	/* Both sales the same payment. */
	SQL(w, "UPDATE ctok.document_reference SET value = 'ch_1' WHERE value = 'ch_2'");
	reckon(w);
	expect_text("a payment that two sales name is unclear",
	    TEXT(w, "SELECT string_agg(d.number, ' ' ORDER BY d.number) FROM ctok.deal_unclear u"
		    " JOIN ctok.document d USING (tenant_id, document_id)"),
	    "P Q");
}

/* How long a partner may be missing, and that both must have been read so far. */
static const struct {
	const char *now, *shop, *erp; /* read completely up to */
	const char *found;            /* of the sale without an invoice, and the invoice without a sale */
} waits[] = {
	/* Sold 2026-04-20T10:00Z; wait is two days. */
	{ "2026-04-22T09:59:59Z", "2026-04-22T09:59:59Z", "2026-04-22T09:59:59Z", "" },
	{ "2026-04-22T10:00:00Z", "2026-04-22T10:00:00Z", "2026-04-22T10:00:00Z", "INVOICE_MISSING 1 INVOICE_WITHOUT_SALE F" },
	/* The other side was not read since. */
	{ "2026-04-30T10:00:00Z", "2026-04-30T10:00:00Z", "2026-04-22T09:59:59Z", "INVOICE_WITHOUT_SALE F" },
	{ "2026-04-30T10:00:00Z", "2026-04-22T09:59:59Z", "2026-04-30T10:00:00Z", "INVOICE_MISSING 1" },
	{ "2026-04-30T10:00:00Z", "2026-04-21T00:00:00Z", "2026-04-21T00:00:00Z", "" },
};

static void
a_partner_is_missed_when_both_sides_were_read_long_enough_after(void **state)
{
	struct with_db *w = *state;
	size_t i;

	add(w, "shop", "1", "paid", 100, 0, "EUR", "");
	add(w, "erp", "F", "paid", 100, 0, "EUR", "");
	reckon(w);
	for (i = 0; i < COUNT_OF(waits); i++) {
		at(w, waits[i].now);
		SQL(w, "DELETE FROM ctok.source_state");
		SQL(w,
		    "INSERT INTO ctok.source_state SELECT s.tenant_id, s.source_id, v.t::timestamptz, v.t::timestamptz FROM "
		    "ctok.source s"
		    " JOIN (VALUES ('shop', '%s'), ('erp', '%s')) v (name, t) ON v.name = s.name",
		    waits[i].shop, waits[i].erp);
		expect_text(waits[i].now,
		    one(w, "SELECT coalesce(string_agg(class || ' ' || d.number, ' ' ORDER BY class), '') FROM rule.deal_finding f"
			   " JOIN ctok.document d USING (tenant_id, document_id) WHERE class LIKE 'INVOICE%'"),
		    waits[i].found);
	}
}

/* ---- money once ---- */

/* One unit of the sale's whole price, and what moved. */
static void
add_unit(struct with_db *w, const char *number)
{
	SQL(w,
	    "WITH d AS (SELECT * FROM ctok.document WHERE number = '%s'), p AS (INSERT INTO ctok.product (tenant_id, source_id, "
	    "product_key, variant_key, sku, name)"
	    " SELECT tenant_id, source_id, 'p', '', 'X', 'X' FROM d ON CONFLICT (tenant_id, source_id, product_key, variant_key, "
	    "sku, name) DO UPDATE SET name = 'X'"
	    " RETURNING product_id), l AS (INSERT INTO ctok.line (tenant_id, document_id, line_no, line_key, product_id, quantity, "
	    "unit_price_minor, net_minor)"
	    " SELECT d.tenant_id, d.document_id, 1, '1', p.product_id, 1, d.total_minor, d.total_minor FROM d, p)"
	    " INSERT INTO ctok.unit (tenant_id, document_id, line_no, unit_no, net_minor) SELECT tenant_id, document_id, 1, 1, "
	    "total_minor FROM d",
	    number);
}

static void
give_back(struct with_db *w, const char *number, int minor, const char *key)
{
	SQL(w,
	    "WITH d AS (UPDATE ctok.document SET refunded_minor = refunded_minor + %d WHERE number = '%s' RETURNING *)"
	    " INSERT INTO ctok.movement (tenant_id, document_id, kind, external_key, amount_minor, currency, effective_at, "
	    "known_at, run_id)"
	    " SELECT tenant_id, document_id, 'refund', '%s', -%d, currency, '2026-04-25T10:00:00Z', now(), 1 FROM d",
	    minor, number, key, minor);
}

static const char *
revenue(struct with_db *w)
{
	return one(w, "SELECT concat_ws(' ', sum(worth_minor), (SELECT sum(revenue_minor) FROM rule.report_bridge), (SELECT "
		      "sum(refunded_minor) FROM"
		      " rule.report_bridge)) FROM rule.revenue");
}

static void
a_refund_that_both_sides_tell_counts_once(void **state)
{
	struct with_db *w = *state;
	static const char voids[] =
	    "SELECT coalesce(string_agg(d.number || ' ' || v.why, ', ' ORDER BY d.number), '') FROM rule.unit_void v"
	    " JOIN rule.unit_verdict u USING (tenant_id, unit_id) JOIN ctok.document d ON d.document_id = u.document_id"
	    " WHERE u.verdict IS DISTINCT FROM 'SETTLES'";

	add(w, "shop", "1", "paid", 10000, 0, "EUR", "transaction=ch_1");
	add(w, "erp", "F1", "paid", 10000, 0, "EUR", "numero2=WEB-1");
	add(w, "pay", "P1", "paid", 10000, 0, "EUR", "transaction=ch_1");
	add_unit(w, "1");
	add_unit(w, "F1");
	add_unit(w, "P1");
	reckon(w);
	expect_text("three documents, one revenue", revenue(w), "10000 10000 0");
	expect_text("the bridge: sold, what settles it, all",
	    one(w, "SELECT concat_ws(' ', sold_minor, settling_minor, charged_minor, unit_minor) FROM rule.report_bridge"),
	    "10000 20000 30000 30000");
	/* The provider tells first: nothing but a finding. */
	give_back(w, "P1", 3000, "r1");
	reckon(w);
	expect_text("the provider's word alone", revenue(w), "10000 10000 0");
	expect_text("is a finding, with the money", found(w), "DEAL_REFUND_MISSING 1 3000");
	expect_text("and takes no unit back", one(w, voids), "");
	/* Then the shop, and the invoice is credited: one refund of 30. */
	give_back(w, "1", 3000, "refund@2");
	give_back(w, "F1", 3000, "credit");
	reckon(w);
	expect_text("told by all it is one", revenue(w), "7000 7000 3000");
	expect_text("and none differs", found(w), "");
	expect_text("less than the unit's price takes none back", one(w, voids), "");
	/* The rest, by all: the unit goes once, at 100, not at 60 + 60. */
	give_back(w, "P1", 3000, "r2");
	give_back(w, "1", 3000, "refund@3");
	give_back(w, "F1", 3000, "credit2");
	reckon(w);
	expect_text("60 of 100 told three times are 60", one(w, voids), "");
	expect_text("revenue of 40 is left", revenue(w), "4000 4000 6000");
	give_back(w, "P1", 4000, "r3");
	give_back(w, "1", 4000, "refund@4");
	give_back(w, "F1", 4000, "credit3");
	reckon(w);
	expect_text("all of it", one(w, voids), "1 refund");
	expect_text("nothing is left", revenue(w), "0 0 10000");
	expect_text("nothing differs", found(w), "");
}

/* ---- consumed once ---- */

static const struct {
	const char *title, *first, *second, *constraint;
} twice[] = {
	{ "a credit note on two originals",
	    "INSERT INTO ctok.credit_use SELECT d.tenant_id, n.document_id, d.document_id FROM ctok.document d, ctok.document n "
	    "WHERE d.number = '1' AND n.number = 'N'",
	    "INSERT INTO ctok.credit_use SELECT d.tenant_id, n.document_id, d.document_id FROM ctok.document d, ctok.document n "
	    "WHERE d.number = '2' AND n.number = 'N'",
	    "credit_use_pkey" },
	{ "money of a credit note on another original than its own",
	    "INSERT INTO ctok.movement (tenant_id, document_id, note_id, kind, external_key, amount_minor, currency, effective_at, "
	    "known_at, run_id)"
	    " SELECT d.tenant_id, d.document_id, n.document_id, 'refund', 'credit N payment 1', -10, 'EUR', now(), now(), 1 FROM "
	    "ctok.document d, ctok.document n"
	    " WHERE d.number = '1' AND n.number = 'N'",
	    "INSERT INTO ctok.movement (tenant_id, document_id, note_id, kind, external_key, amount_minor, currency, effective_at, "
	    "known_at, run_id)"
	    " SELECT d.tenant_id, d.document_id, n.document_id, 'refund', 'credit N payment 1', -10, 'EUR', now(), now(), 1 FROM "
	    "ctok.document d, ctok.document n"
	    " WHERE d.number = '2' AND n.number = 'N'",
	    "movement_note" },
	{ "a part of a credit note twice on its original", NULL,
	    "INSERT INTO ctok.movement (tenant_id, document_id, note_id, kind, external_key, amount_minor, currency, effective_at, "
	    "known_at, run_id)"
	    " SELECT d.tenant_id, d.document_id, n.document_id, 'refund', 'credit N payment 1', -10, 'EUR', now(), now(), 1 FROM "
	    "ctok.document d, ctok.document n"
	    " WHERE d.number = '1' AND n.number = 'N'",
	    "movement_tenant_id_document_id_kind_external_key_key" },
	{ "a credit note that is its own original", NULL,
	    "INSERT INTO ctok.credit_use SELECT tenant_id, document_id, document_id FROM ctok.document WHERE number = '2'",
	    "credit_use_check" },
	{ "a provider's fact on two documents",
	    "INSERT INTO ctok.movement (tenant_id, document_id, settlement_id, kind, external_key, amount_minor, currency, "
	    "effective_at, known_at, run_id)"
	    " SELECT tenant_id, document_id, 7, 'refund', 're_1', -10, 'EUR', now(), now(), 1 FROM ctok.document WHERE number = "
	    "'1'",
	    "INSERT INTO ctok.movement (tenant_id, document_id, settlement_id, kind, external_key, amount_minor, currency, "
	    "effective_at, known_at, run_id)"
	    " SELECT tenant_id, document_id, 7, 'refund', 're_1', -10, 'EUR', now(), now(), 1 FROM ctok.document WHERE number = "
	    "'2'",
	    "movement_settlement" },
	{ "a provider's fact told twice",
	    "INSERT INTO ctok.settlement (tenant_id, source_id, kind, external_key, payment_key, intent_key, amount_minor, "
	    "currency, effective_at, known_at, run_id)"
	    " SELECT tenant_id, source_id, 'refund', 're_1', 'ch_1', '', -10, 'EUR', now(), now(), 1 FROM ctok.source WHERE name = "
	    "'pay'",
	    "INSERT INTO ctok.settlement (tenant_id, source_id, kind, external_key, payment_key, intent_key, amount_minor, "
	    "currency, effective_at, known_at, run_id)"
	    " SELECT tenant_id, source_id, 'refund', 're_1', 'ch_2', '', -20, 'EUR', now(), now(), 1 FROM ctok.source WHERE name = "
	    "'pay'",
	    "settlement_tenant_id_source_id_kind_external_key_key" },
	{ "a unit that gives a course twice",
	    "INSERT INTO ctok.entitlement (tenant_id, unit_id, target_id, person_id, rule_id, source_id, document_id, price_minor, "
	    "currency, sold_at, matched_at)"
	    " SELECT tenant_id, 1, 1, 1, 1, source_id, document_id, 100, 'EUR', now(), now() FROM ctok.document WHERE number = '1'",
	    "INSERT INTO ctok.entitlement (tenant_id, unit_id, target_id, person_id, rule_id, source_id, document_id, price_minor, "
	    "currency, sold_at, matched_at)"
	    " SELECT tenant_id, 1, 1, 2, 1, source_id, document_id, 100, 'EUR', now(), now() FROM ctok.document WHERE number = '2'",
	    "entitlement_tenant_id_unit_id_target_id_key" },
	{ "a document in two deals",
	    "INSERT INTO ctok.deal_document SELECT f.tenant_id, f.document_id, d.document_id, 'invoice' FROM ctok.document f, "
	    "ctok.document d WHERE f.number = 'F' AND d.number = '1'",
	    "INSERT INTO ctok.deal_document SELECT f.tenant_id, f.document_id, d.document_id, 'invoice' FROM ctok.document f, "
	    "ctok.document d WHERE f.number = 'F' AND d.number = '2'",
	    "deal_document_pkey" },
	{ "an entry of an account in two payouts",
	    "INSERT INTO ctok.payout_entry (tenant_id, source_id, external_id, payout_key, category, type, amount_minor, "
	    "fee_minor, currency, created_at, available_at, known_at)"
	    " SELECT tenant_id, source_id, 'txn_1', 'po_1', 'charge', 'charge', 100, 3, 'EUR', now(), now(), now() FROM "
	    "ctok.source WHERE name = 'pay'",
	    "INSERT INTO ctok.payout_entry (tenant_id, source_id, external_id, payout_key, category, type, amount_minor, "
	    "fee_minor, currency, created_at, available_at, known_at)"
	    " SELECT tenant_id, source_id, 'txn_1', 'po_2', 'charge', 'charge', 100, 3, 'EUR', now(), now(), now() FROM "
	    "ctok.source WHERE name = 'pay'",
	    "payout_entry_tenant_id_source_id_external_id_key" },
	{ "a movement at the bank for two payouts",
	    "INSERT INTO ctok.payout_bank SELECT p.tenant_id, p.payout_id, e.entry_id FROM ctok.payout p, ctok.bank_entry e WHERE "
	    "p.external_id = 'po_1' AND e.external_id = 'e1'",
	    "INSERT INTO ctok.payout_bank SELECT p.tenant_id, p.payout_id, e.entry_id FROM ctok.payout p, ctok.bank_entry e WHERE "
	    "p.external_id = 'po_2' AND e.external_id = 'e1'",
	    "payout_bank_tenant_id_entry_id_key" },
	{ "a payout that arrives twice", NULL,
	    "INSERT INTO ctok.payout_bank SELECT p.tenant_id, p.payout_id, e.entry_id FROM ctok.payout p, ctok.bank_entry e WHERE "
	    "p.external_id = 'po_1' AND e.external_id = 'e2'",
	    "payout_bank_pkey" },
	{ "a rate for a day twice",
	    "INSERT INTO ctok.rate SELECT tenant_id, source_id, 'USD', '2026-04-20', 1, 1.1, 'EUR', 'B', now(), 1 FROM ctok.source "
	    "WHERE name = 'ecb'",
	    "INSERT INTO ctok.rate SELECT tenant_id, source_id, 'USD', '2026-04-20', 1, 1.2, 'EUR', 'B', now(), 1 FROM ctok.source "
	    "WHERE name = 'ecb'",
	    "rate_pkey" },
	{ "a rate that is changed", NULL, "UPDATE ctok.rate SET rate = 2", "permission denied for table rate" },
	{ "a credit note that is moved", NULL, "UPDATE ctok.credit_use SET original_id = original_id + 1",
	    "permission denied for table credit_use" },
};

static void
what_is_consumed_is_consumed_once(void **state)
{
	struct with_db *w = *state;
	struct err err;
	size_t i;
	int rc;

	add(w, "shop", "1", "paid", 100, 0, "EUR", "");
	add(w, "shop", "2", "paid", 100, 0, "EUR", "");
	add(w, "shop", "N", "paid", -10, 0, "EUR", "");
	add(w, "erp", "F", "paid", 100, 0, "EUR", "");
	SQL(w, "INSERT INTO ctok.payout (tenant_id, source_id, external_id, status, listed, amount_minor, currency, created_at, "
	       "arrival_at, known_at)"
	       " SELECT tenant_id, source_id, p, 'paid', false, 100, 'EUR', now(), now(), now() FROM ctok.source, "
	       "unnest('{po_1,po_2}'::text[]) p WHERE name = 'pay'");
	SQL(w, "INSERT INTO ctok.bank_entry (tenant_id, source_id, external_id, amount_minor, currency, booked_at, text, known_at)"
	       " SELECT tenant_id, source_id, e, 100, 'EUR', now(), '', now() FROM ctok.source, unnest('{e1,e2}'::text[]) e WHERE "
	       "name = 'bank'");
	for (i = 0; i < COUNT_OF(twice); i++) {
		if (twice[i].first != NULL)
			with_db_sql(w, twice[i].first);
		err = (struct err)ERR_INIT;
		expect_ok("begin", db_begin(w->db, &err), &err);
		rc = db_exec(w->db, twice[i].second, DB_NONE, NULL, &err);
		db_rollback(w->db);
		if (rc == 0 || strstr(err.message, twice[i].constraint) == NULL)
			fail_msg("%s: rc %d, %s", twice[i].title, rc, err.message);
	}
}

/* Migration 0032 over what older versions booked. */
static void
what_was_booked_before_knows_what_it_consumed(void **state)
{
	struct with_db *w = *state;
	const struct sql_file *file = sql_migrations;
	struct err err = ERR_INIT;
	struct db_row *row;

	add(w, "erp", "F1", "paid", 100, 0, "EUR", "");
	add(w, "erp", "F2", "paid", 100, 0, "EUR", "");
	add(w, "erp", "N", "paid", -10, 0, "EUR", "");
	add(w, "erp", "N 2", "paid", -20, 0, "EUR", "");
	SQL(w, "UPDATE ctok.document SET kind = 'credit_note', corrects = 'F1' WHERE number LIKE 'N%%'");
	SQL(w, "INSERT INTO ctok.settlement (tenant_id, source_id, kind, external_key, payment_key, intent_key, amount_minor, "
	       "currency, "
	       "effective_at, known_at, run_id, document_id) SELECT tenant_id, source_id, 'refund', 're_1', 'ch_1', '', -5, 'EUR', "
	       "now(), now(), 1, "
	       "document_id FROM ctok.document WHERE number = 'F2'");
	SQL(w, "INSERT INTO ctok.movement (tenant_id, document_id, kind, external_key, amount_minor, currency, effective_at, "
	       "known_at, run_id)"
	       " SELECT d.tenant_id, d.document_id, 'refund', k, -1, 'EUR', now(), now(), 1 FROM ctok.document d,"
	       " (VALUES ('F1', 'credit N payment 1'), ('F1', 'credit N payment 1 1.1'), ('F1', 'credit N 2 rest@1 no 1'), ('F2', "
	       "'re_1'), ('F2', 'refund@2'))"
	       " v (n, k) WHERE d.number = v.n");
	while (file->name != NULL && strstr(file->name, "0032") == NULL)
		file++;
	assert_non_null(file->name);
	expect_ok("begin", db_begin(w->owner, &err), &err);
	expect_ok("as it was",
	    db_script(w->owner,
		"DROP INDEX ctok.movement_settlement, ctok.bank_entry_day, ctok.payout_created; ALTER TABLE ctok.movement DROP "
		"CONSTRAINT movement_note;"
		" ALTER TABLE ctok.movement DROP note_id CASCADE, DROP settlement_id CASCADE; DROP TABLE ctok.credit_use, "
		"ctok.payout_bank CASCADE",
		&err),
	    &err);
	expect_ok("migration", db_script(w->owner, file->text, &err), &err);
	expect_ok("tenant", db_tenant(w->owner, w->tenant_id, &err), &err);
	expect_ok("row",
	    db_row(&w->arena, w->owner,
		"SELECT string_agg(m.external_key || ' > ' || coalesce(n.number, s.external_key, '-'), ', ' ORDER BY "
		"m.movement_id) AS t"
		" FROM ctok.movement m LEFT JOIN ctok.document n ON n.document_id = m.note_id LEFT JOIN ctok.settlement s USING "
		"(settlement_id)",
		DB_NONE, &row, &err),
	    &err);
	expect_text("each knows it", db_value(row, "t"),
	    "credit N payment 1 > N, credit N payment 1 1.1 > N, credit N 2 rest@1 no 1 > N 2, re_1 > re_1, refund@2 > -");
	db_rollback(w->owner);
}

static void
a_payout_is_the_bank_movement_that_is_nearest_of_each(void **state)
{
	struct with_db *w = *state;
	static const char linked[] =
	    "SELECT coalesce(string_agg(p.external_id || ' ' || e.external_id, ', ' ORDER BY p.external_id), '') FROM "
	    "ctok.payout_bank l"
	    " JOIN ctok.payout p USING (tenant_id, payout_id) JOIN ctok.bank_entry e USING (tenant_id, entry_id)";

	SQL(w, "INSERT INTO ctok.payout (tenant_id, source_id, external_id, status, listed, amount_minor, currency, created_at, "
	       "arrival_at, known_at)"
	       " SELECT tenant_id, source_id, p, 'paid', false, m, 'EUR', a::timestamptz, a::timestamptz, now() FROM ctok.source,"
	       " (VALUES ('po_1', 100, '2026-04-10'), ('po_2', 100, '2026-04-11'), ('po_3', 300, '2026-04-10')) v (p, m, a) WHERE "
	       "name = 'pay'");
	SQL(w, "INSERT INTO ctok.bank_entry (tenant_id, source_id, external_id, amount_minor, currency, booked_at, text, known_at)"
	       " SELECT tenant_id, source_id, e, m, 'EUR', a::timestamptz, t, now() FROM ctok.source,"
	       " (VALUES ('a', 100, '2026-04-11', ''), ('b', 290, '2026-04-12', 'STRIPE po_3'), ('c', 300, '2026-04-30', '')) v "
	       "(e, m, a, t) WHERE name = 'bank'");
	reckon(w);
	expect_text("the nearest, and one that bears the id", one(w, linked), "po_2 a, po_3 b");
	SQL(w, "INSERT INTO ctok.bank_entry (tenant_id, source_id, external_id, amount_minor, currency, booked_at, text, known_at)"
	       " SELECT tenant_id, source_id, 'd', 100, 'EUR', '2026-04-13', 'STRIPE po_2', now() FROM ctok.source WHERE name = "
	       "'bank'");
	reckon(w);
	expect_text("a better one takes its place, and frees the other", one(w, linked), "po_1 a, po_2 d, po_3 b");
	/* The same amount day by day, each a day late. */
	SQL(w, "INSERT INTO ctok.payout (tenant_id, source_id, external_id, status, listed, amount_minor, currency, "
	       "created_at, arrival_at, known_at)"
	       " SELECT tenant_id, source_id, 'same_' || n, 'paid', false, 777, 'EUR', '2026-03-01'::date + n, '2026-03-01'::date "
	       "+ n, now()"
	       " FROM ctok.source, generate_series(1, 5) n WHERE name = 'pay'");
	SQL(w, "INSERT INTO ctok.bank_entry (tenant_id, source_id, external_id, amount_minor, currency, booked_at, text, known_at)"
	       " SELECT tenant_id, source_id, 's' || n, 777, 'EUR', '2026-03-02'::date + n, '', now() FROM ctok.source, "
	       "generate_series(1, 5) n"
	       " WHERE name = 'bank'");
	reckon(w);
	expect_text("alike day by day: each of them is one", one(w, "SELECT count(*) FROM ctok.payout_bank"), "8");
	SQL(w, "DELETE FROM ctok.payout_bank; DELETE FROM ctok.payout WHERE amount_minor = 777");
	SQL(w, "UPDATE ctok.payout SET status = 'failed' WHERE external_id = 'po_2'");
	reckon(w);
	expect_text("one that failed did not arrive", one(w, linked), "po_1 a, po_3 b");
	expect_text("both amounts are there",
	    one(w, "SELECT amount_minor || ' ' || bank_minor FROM rule.payout_arrived JOIN ctok.payout USING (tenant_id, payout_id)"
		   " WHERE external_id = 'po_3'"),
	    "300 290");
}

static void
a_rate_is_of_the_day_or_shortly_before(void **state)
{
	struct with_db *w = *state;
	static const struct {
		const char *day, *words;
	} days[] = {
		{ "2026-04-10", "-" }, /* before all */
		{ "2026-04-13", "1 EUR = 1.1 USD (2026-04-13, B)" }, { "2026-04-19", "1 EUR = 1.1 USD (2026-04-13, B)" },
		{ "2026-04-20", "1 EUR = 1.1 USD (2026-04-13, B)" },                         /* seven days */
		{ "2026-04-21", "-" }, { "2026-04-27", "1 EUR = 1.30 USD (2026-04-27, B)" }, /* the newest version */
	};
	size_t i;

	SQL(w, "INSERT INTO ctok.rate SELECT tenant_id, source_id, c, d::date, v, r, 'EUR', 'B', now(), 1 FROM ctok.source,"
	       " (VALUES ('USD', '2026-04-13', 1, 1.1), ('USD', '2026-04-27', 1, 1.2), ('USD', '2026-04-27', 2, 1.30), ('GBP', "
	       "'2026-04-14', 1, 0.9)) x (c, d, v, r)"
	       " WHERE name = 'ecb'");
	add(w, "shop", "1", "paid", 110, 10, "USD", "");
	for (i = 0; i < COUNT_OF(days); i++) {
		SQL(w, "UPDATE ctok.document SET effective_at = '%s 12:00+02'", days[i].day);
		expect_text(days[i].day, one(w, "SELECT coalesce(words, '-') FROM rule.revenue"), days[i].words);
	}
	/* The day is the tenant's: 23:00 in London is tomorrow in Madrid. */
	SQL(w, "UPDATE ctok.document SET effective_at = '2026-04-12 23:00+00'");
	expect_text("Madrid's day", one(w, "SELECT words || ' ' || worth_minor || ' ' || home_minor FROM rule.revenue"),
	    "1 EUR = 1.1 USD (2026-04-13, B) 100 91");
	/* Both of one day: the 14th has no dollar, the 13th no pound. */
	SQL(w, "UPDATE ctok.tenant SET currency = 'GBP'");
	expect_text("across the base", one(w, "SELECT coalesce(words, '-') FROM rule.revenue"), "-");
	SQL(w, "INSERT INTO ctok.rate SELECT tenant_id, source_id, 'GBP', '2026-04-13', 1, 0.9, 'EUR', 'B', now(), 1 FROM "
	       "ctok.source WHERE name = 'ecb'");
	expect_text("when a day has both", one(w, "SELECT words || ' ' || home_minor FROM rule.revenue"),
	    "1 EUR = 1.1 USD = 0.9 GBP (2026-04-13, B) 82");
	SQL(w, "UPDATE ctok.source SET gone = true WHERE name = 'ecb'");
	expect_text("a source that left tells nothing", one(w, "SELECT coalesce(words, '-') FROM rule.revenue"), "-");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_pattern_takes_its_group_or_nothing, setup),
		cmocka_unit_test(amounts_are_exact),
		cmocka_unit_test(each_way_to_differ_has_its_class),
		cmocka_unit_test(laws_hold_over_all_that_sides_can_say),
		cmocka_unit_test_setup(documents_are_linked_by_declared_keys_alone, setup),
		cmocka_unit_test_setup(one_that_could_settle_two_settles_none, setup),
		cmocka_unit_test_setup(a_partner_is_missed_when_both_sides_were_read_long_enough_after, setup),
		cmocka_unit_test_setup(a_refund_that_both_sides_tell_counts_once, setup),
		cmocka_unit_test_setup(what_is_consumed_is_consumed_once, setup),
		cmocka_unit_test_setup(what_was_booked_before_knows_what_it_consumed, setup),
		cmocka_unit_test_setup(a_payout_is_the_bank_movement_that_is_nearest_of_each, setup),
		cmocka_unit_test_setup(a_rate_is_of_the_day_or_shortly_before, setup),
	};

	return cmocka_run_group_tests(tests, with_db_open, with_db_close);
}
