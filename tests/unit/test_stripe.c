/* Stripe: values as it writes them, and documents of both shapes of its API. What goes over the wire is proven by tests/scenarios/26_stripe.sh. */
#include <stdio.h>
#include <stdlib.h>

#include "expect.h"

#include "../../lib/sales/stripe.h"
#include "base/text.h"
#include "fields.h"

static struct arena arena;

static void
amounts_are_brought_to_the_currency_s_own_unit(void **state)
{
	static const struct {
		const char *currency;
		int64_t sent, minor;
		const char *message; /* NULL: taken */
	} cases[] = {
		{ "USD", 2000, 2000, NULL },
		{ "EUR", -1, -1, NULL },
		{ "JPY", 500, 500, NULL },
		{ "KRW", 12000, 12000, NULL },
		{ "KWD", 5120, 5120, NULL },
		{ "BHD", 10, 10, NULL },
		{ "UGX", 500, 5, NULL },
		{ "ISK", 1200, 12, NULL },
		{ "MGA", 900, 90000, NULL },
		{ "HUF", 12345, 12345, NULL },
		{ "TWD", 100, 100, NULL },
		{ "ISK", 1250, 0, "1250 of ISK is part of the smallest unit there is" },
		{ "USD", INT64_C(1000000000000001), 0, "1000000000000001 of USD is too much" },
		{ "MGA", INT64_MAX, 0, "9223372036854775807 of MGA is too much" },
		{ "XXX", 1, 0, "\"XXX\" is not an ISO 4217 currency" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(cases); i++) {
		struct err err = ERR_INIT;
		int64_t minor = 0;
		int rc = stripe_minor(cases[i].currency, cases[i].sent, &minor, &err);

		if (cases[i].message != NULL) {
			expect_err(cases[i].currency, &err, ERR_DATA, cases[i].message);
			continue;
		}
		expect_ok(cases[i].currency, rc, &err);
		if (minor != cases[i].minor)
			fail_msg("%lld of %s: %lld", (long long)cases[i].sent, cases[i].currency, (long long)minor);
	}
}

static void
descriptions_lose_what_is_no_name(void **state)
{
	static const struct {
		const char *description, *name;
	} cases[] = {
		{ "Welding", "Welding" },
		{ "1 × Welding (at $20.00 / month)", "Welding" },
		{ "25 × Seats (Tier 1 at $5.00 / month)", "Seats (Tier 1 at $5.00 / month)" },
		{ "Remaining time on 2 × Gold after 05 Aug 2026", "Gold" },
		{ "Unused time on Welding after 05 Aug 2026", "Welding" },
		{ "Trial period for Welding", "Welding" },
		{ "Life after 40", "Life after 40" },
		{ "3 x Welding", "3 x Welding" },
		{ " × ", "×" },
		{ "", "" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(cases); i++)
		expect_text(cases[i].description, stripe_plain_name(&arena, cases[i].description), cases[i].name);
}

static void
entries_of_the_balance_are_named(void **state)
{
	static const struct {
		const char *type, *reporting, *description, *category;
	} cases[] = {
		{ "charge", "charge", "", "charge" },
		{ "payment", "charge", "", "charge" },
		{ "refund", "refund", "", "refund" },
		{ "refund", "partial_capture_reversal", "", "refund" },
		{ "payment_failure_refund", "charge_failure", "", "refund" },
		{ "adjustment", "refund_failure", "", "refund" },
		{ "adjustment", "dispute", "Chargeback withdrawal", "dispute" },
		{ "adjustment", "dispute_reversal", "", "dispute" },
		{ "adjustment", "fee", "", "fee" },
		{ "stripe_fee", "fee", "Radar (2026-11-01 - 2026-11-30)", "fee" },
		{ "stripe_fee", "fee", "Terminal: active devices", "reader_fee" },
		{ "transfer", "transfer", "Active card READER fee", "reader_fee" },
		{ "stripe_fx_fee", "fee", "", "fee" },
		{ "reserve_transaction", "risk_reserved_funds", "", "reserve" },
		{ "reserved_funds", "connect_reserved_funds", "", "reserve" },
		{ "payment_network_reserve_hold", "network_cost", "", "reserve" },
		{ "payout_minimum_balance_hold", "payout_minimum_balance_hold", "", "reserve" },
		{ "payout_failure", "payout_reversal", "", "failed_payout" },
		{ "payout_cancel", "payout_reversal", "", "failed_payout" },
		{ "payout", "payout", "STRIPE PAYOUT", "payout" },
		{ "topup", "topup", "", "other" },
		{ "brand_new", "brand_new", "", "other" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(cases); i++)
		expect_text(arena_printf(&arena, "%s %s", cases[i].type, cases[i].reporting),
		    stripe_category(cases[i].type, cases[i].reporting, cases[i].description), cases[i].category);
}

static void
sets_keep_what_is_put_in(void **state)
{
	struct stripe_set set = { .arena = &arena }, again = { .arena = &arena };
	size_t i;

	(void)state;
	assert_null(stripe_set_find(&set, "in_1"));
	for (i = 0; i < 1000; i++)
		stripe_set_put(&set, arena_printf(&arena, "in_%zu", i), (int64_t)i);
	stripe_set_put(&set, "in_7", 77);
	assert_int_equal(set.count, 1000);
	for (i = 0; i < 1000; i++) {
		const struct stripe_entry *entry = stripe_set_find(&set, arena_printf(&arena, "in_%zu", i));

		assert_non_null(entry);
		assert_int_equal(entry->value, i == 7 ? 77 : i);
	}
	assert_null(stripe_set_find(&set, "in_1000"));
	stripe_set_read(&again, stripe_set_text(&arena, &set));
	assert_int_equal(again.count, 1000);
	stripe_set_read(&again, NULL);
	stripe_set_read(&again, "");
	stripe_set_read(&again, " a  b ");
	assert_int_equal(again.count, 1002);
}

static bool
never_goes_out(void *context)
{
	(void)context;
	return true;
}

static struct config_field *named; /* what the settings keep */
static size_t named_count;

/* An object out of text, as a document; nothing is asked of anybody. */
static int
read_object(int (*read)(struct stripe_site *, const struct stripe_item *, struct sales_document *, struct err *), const char *text,
    struct sales_document *document, struct err *err)
{
	static const char *labels[] = { "learner_email" };
	const struct config_source config = {
		.name = "pay", .role = "sale", .learner_email_labels = { labels, 1 }, .fields = named, .field_count = named_count
	};
	static const struct sales_sink sink = { .stopped = never_goes_out };
	const struct sales_source source = { .config = &config, .secret = "sk_live_x" };
	struct stripe_site site = { .source = &source, .config = &config, .sink = &sink, .live = true };
	struct stripe_item item = { .arena = &arena, .raw = { text, strlen(text) } };
	struct json *json;

	site.people.arena = site.learners.arena = &arena;
	expect_ok(text, json_parse(&arena, "object", text, strlen(text), &json, err), err);
	item.json = json;
	item.id = stripe_word(json, "id");
	return read(&site, &item, document, err);
}

/* kind, status, total, what is left over, paid; its payments; lines with product, quantity and net; learner; references */
static const char *
told(const struct sales_document *document)
{
	static const char *const statuses[] = { "paid", "unpaid", "cancelled", "test" };
	const char *text;
	size_t i;

	if (document->kind == NULL)
		return "none";
	text = arena_printf(&arena, "%s %s %s %lld %s left %lld paid %lld:", document->number, document->kind,
	    statuses[document->status], (long long)document->total_minor, document->currency,
	    (long long)document->unallocated_minor, (long long)document->paid_minor);
	for (i = 0; i < document->payment_count; i++)
		text = arena_printf(&arena, "%s pays %lld at %lld", text, (long long)document->payments[i].amount_minor,
		    (long long)document->payments[i].effective_us / 1000000);
	for (i = 0; i < document->line_count; i++)
		text = arena_printf(&arena, "%s; %s x %s %lld %s", text, document->lines[i].product_key,
		    document->lines[i].quantity, (long long)document->lines[i].net_minor,
		    document->lines[i].learner != NULL ? document->lines[i].learner->email : "-");
	for (i = 0; i < document->reference_count; i++)
		text = arena_printf(&arena, "%s, %s %s", text, document->references[i].name, document->references[i].value);
	return text;
}

#define INVOICE(more) \
	"{\"id\":\"in_1\",\"object\":\"invoice\",\"number\":\"W-1\",\"status\":\"paid\",\"currency\":\"usd\",\"created\":1000," \
	"\"total\":2180," \
	"\"subtotal\":2000,\"amount_due\":2180,\"customer_email\":\"ana@example.test\",\"livemode\":true,\"metadata\":{\"order\":" \
	"\"17\"}," \
	"\"status_transitions\":{\"finalized_at\":1100,\"paid_at\":1200}," more "}"
#define LINES(line) "\"lines\":{\"has_more\":false,\"data\":[" line "]}"
#define COMMON \
	"\"id\":\"il_1\",\"amount\":2000,\"quantity\":2,\"description\":\"2 × Welding (at $10.00 / " \
	"month)\",\"discount_amounts\":[{\"amount\":200}],"
#define OLD_INVOICE \
	INVOICE( \
	    "\"paid\":true,\"amount_paid\":2180,\"charge\":\"ch_1\",\"payment_intent\":\"pi_1\",\"subscription\":\"sub_1\"," \
	    "\"subscription_" \
	    "details\":{\"metadata\":{\"learner_email\":\"wei@example.test\"}},\"total_tax_amounts\":[{\"amount\":380," \
	    "\"inclusive\":false}]," LINES( \
		"{" COMMON \
		"\"price\":{\"id\":\"price_1\",\"product\":\"prod_1\"},\"tax_amounts\":[{\"amount\":380,\"inclusive\":false}]}"))
#define NEW_INVOICE \
	INVOICE("\"amount_paid\":2180,\"amount_overpaid\":0,\"parent\":{\"type\":\"subscription_details\",\"subscription_" \
		"details\":{\"subscription\":" \
		"\"sub_1\",\"metadata\":{\"learner_email\":\"wei@example.test\"}}},\"total_taxes\":[{\"amount\":380,\"tax_" \
		"behavior\":\"exclusive\"}]," \
		"\"payments\":{\"has_more\":false,\"data\":[{\"id\":\"inpay_1\",\"amount_paid\":2180,\"status\":\"paid\"," \
		"\"payment\":{\"payment_intent\":" \
		"\"pi_1\"},\"status_transitions\":{\"paid_at\":1200}}]}," LINES( \
		    "{" COMMON "\"pricing\":{\"type\":\"price_details\",\"price_details\":{\"price\":\"price_1\",\"product\":" \
		    "\"prod_1\"}},\"taxes\":[{\"amount\":380," \
		    "\"tax_behavior\":\"exclusive\"}]}"))

static void
both_shapes_of_an_invoice_say_the_same(void **state)
{
	struct sales_document document;
	struct err err = ERR_INIT;

	(void)state;
	expect_ok("old", read_object(stripe_invoice, OLD_INVOICE, &document, &err), &err);
	expect_text("old", told(&document),
	    "W-1 invoice paid 2180 USD left 0 paid 2180: pays 2180 at 1200; prod_1 x 2 2180 wei@example.test, transaction pi_1, "
	    "transaction ch_1, subscription sub_1, metadata.order 17");
	assert_int_equal(document.effective_us, 1100000000);
	expect_ok("new", read_object(stripe_invoice, NEW_INVOICE, &document, &err), &err);
	expect_text("new", told(&document),
	    "W-1 invoice paid 2180 USD left 0 paid 2180: pays 2180 at 1200; prod_1 x 2 2180 wei@example.test, subscription sub_1, "
	    "metadata.order 17, transaction pi_1");
	expect_text("its price", document.lines[0].variant_key, "price_1");
	expect_text("its name", document.lines[0].name, "Welding");
	assert_int_equal(document.lines[0].unit_price_minor, 1000);
}

/* The period of a subscription's line, in either shape; what was sold besides has none. */
static void
a_line_says_what_time_it_is_for(void **state)
{
#define PERIOD(start, end) "\"period\":{\"start\":" start ",\"end\":" end "},"
#define OF_INVOICE(line) INVOICE("\"amount_paid\":2180," LINES("{" COMMON line "}"))
	static const struct {
		const char *title, *text;
		int64_t from, to;    /* 0: none */
		const char *message; /* NULL: taken */
	} cases[] = {
		{ "of old", OF_INVOICE(PERIOD("1000", "9000") "\"type\":\"subscription\",\"subscription\":\"sub_1\""), 1000, 9000,
		    NULL },
		{ "of old, a change of plan",
		    OF_INVOICE(PERIOD("5000", "9000") "\"type\":\"invoiceitem\",\"proration\":true,\"subscription\":\"sub_1\""),
		    5000, 9000, NULL },
		{ "now",
		    OF_INVOICE(PERIOD("1000", "9000") "\"parent\":{\"type\":\"subscription_item_details\",\"invoice_item_details\":"
						      "null,\"subscription_item_details\":{"
						      "\"subscription\":\"sub_1\",\"proration\":false}}"),
		    1000, 9000, NULL },
		{ "now, a change of plan",
		    OF_INVOICE(PERIOD("5000", "9000") "\"parent\":{\"type\":\"invoice_item_details\",\"subscription_item_details\":"
						      "null,\"invoice_item_details\":{"
						      "\"subscription\":\"sub_1\",\"proration\":true}}"),
		    5000, 9000, NULL },
		{ "sold besides, at one moment",
		    OF_INVOICE(PERIOD("1000", "1000") "\"parent\":{\"invoice_item_details\":{\"subscription\":\"sub_1\"}}"), 0, 0,
		    NULL },
		{ "without a subscription", OF_INVOICE(PERIOD("1000", "9000") "\"type\":\"invoiceitem\",\"subscription\":null"), 0,
		    0, NULL },
		{ "without a period", OF_INVOICE("\"subscription\":\"sub_1\""), 0, 0, NULL },
		{ "a period that is null", OF_INVOICE("\"period\":null,\"subscription\":\"sub_1\""), 0, 0, NULL },
		{ "backwards", OF_INVOICE(PERIOD("9000", "1000") "\"subscription\":\"sub_1\""), 0, 0, NULL },
		{ "without an end", OF_INVOICE("\"period\":{\"start\":1000},\"subscription\":\"sub_1\""), 0, 0, NULL },
		{ "no moments", OF_INVOICE(PERIOD("-1", "9000") "\"subscription\":\"sub_1\""), 0, 0,
		    "invoice \"in_1\": line 1: \"period\": \"start\" is -1, no moment" },
	};
	struct sales_document document;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(cases); i++) {
		struct err err = ERR_INIT;
		int rc = read_object(stripe_invoice, cases[i].text, &document, &err);

		if (cases[i].message != NULL) {
			expect_err(cases[i].title, &err, ERR_DATA, cases[i].message);
			continue;
		}
		expect_ok(cases[i].title, rc, &err);
		if (document.lines[0].period_from_us != cases[i].from * 1000000 ||
		    document.lines[0].period_to_us != cases[i].to * 1000000)
			fail_msg("%s: %lld to %lld", cases[i].title, (long long)document.lines[0].period_from_us,
			    (long long)document.lines[0].period_to_us);
	}
}

#define SHORT(id, status, more) \
	"{\"id\":\"" id "\",\"status\":\"" status "\",\"currency\":\"usd\",\"created\":1000,\"livemode\":true," more "}"
#define PLAIN(id, amount, more) "{\"id\":\"" id "\",\"amount\":" amount ",\"description\":\"" id "\"" more "}"

static void
odd_invoices(void **state)
{
	static const struct {
		const char *title, *text, *told;
	} cases[] = {
		{ "a draft", SHORT("in_1", "draft", LINES("")), "none" },
		{ "void", SHORT("in_1", "void", "\"total\":500,\"amount_paid\":0," LINES(PLAIN("a", "500", ""))),
		    "in_1 invoice cancelled 500 USD left 0 paid 0:;  x 1 500 -" },
		{ "unused time is borne by the others, by what they cost",
		    SHORT("in_1", "open",
			"\"total\":700,\"amount_paid\":0," LINES(
			    PLAIN("a", "-300", "") "," PLAIN("b", "750", "") "," PLAIN("c", "250", ""))),
		    "in_1 invoice unpaid 700 USD left 0 paid 0:;  x 1 525 -;  x 1 175 -" },
		{ "a credit of its own", SHORT("in_1", "paid", "\"total\":-300,\"amount_paid\":0," LINES(PLAIN("a", "-300", ""))),
		    "in_1 invoice paid -300 USD left -300 paid 0:" },
		{ "more given than sold",
		    SHORT("in_1", "paid",
			"\"total\":-200,\"amount_paid\":0," LINES(PLAIN("a", "-300", "") "," PLAIN("b", "100", ""))),
		    "in_1 invoice paid -200 USD left -200 paid 0:;  x 1 0 -" },
		{ "usage in millions is one",
		    SHORT("in_1", "paid",
			"\"total\":90,\"amount_paid\":90,\"payments\":{\"has_more\":false,\"data\":[]}," LINES(
			    PLAIN("a", "90", ",\"quantity\":3000000"))),
		    "in_1 invoice paid 90 USD left 0 paid 90: pays 90 at 1000;  x 1 90 -" },
		{ "paid elsewhere, of old",
		    SHORT("in_1", "paid",
			"\"paid_out_of_band\":true,\"total\":90,\"amount_due\":90,\"amount_paid\":0," LINES(PLAIN("a", "90", ""))),
		    "in_1 invoice paid 90 USD left 0 paid 90: pays 90 at 1000;  x 1 90 -" },
		{ "tax that is in the price",
		    SHORT("in_1", "paid",
			"\"total\":90,\"amount_paid\":0,\"total_taxes\":[{\"amount\":15,\"tax_behavior\":"
			"\"inclusive\"}]," LINES(PLAIN("a", "90", ",\"taxes\":[{\"amount\":15,\"tax_behavior\":\"inclusive\"}]"))),
		    "in_1 invoice paid 90 USD left 0 paid 0:;  x 1 90 -" },
	};
	struct sales_document document;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(cases); i++) {
		struct err err = ERR_INIT;

		expect_ok(cases[i].title, read_object(stripe_invoice, cases[i].text, &document, &err), &err);
		expect_text(cases[i].title, told(&document), cases[i].told);
	}
}

static void
what_is_wrong_is_named(void **state)
{
	static const struct {
		const char *title;
		int (*read)(struct stripe_site *, const struct stripe_item *, struct sales_document *, struct err *);
		const char *text;
		enum err_code code;
		const char *message;
	} cases[] = {
		{ "an unknown status", stripe_invoice, SHORT("in_1", "deleted", LINES("")), ERR_DATA,
		    "invoice \"in_1\": \"status\" is \"deleted\", which is not known" },
		{ "an unknown currency", stripe_invoice,
		    "{\"id\":\"in_1\",\"status\":\"paid\",\"currency\":\"zzz\",\"created\":1,\"lines\":{}}", ERR_DATA,
		    "invoice \"in_1\": \"currency\": \"ZZZ\" is not an ISO 4217 currency" },
		{ "an amount as text", stripe_invoice, SHORT("in_1", "paid", "\"total\":\"5.00\"," LINES("")), ERR_DATA,
		    "invoice \"in_1\": member \"total\" is a string, not a number" },
		{ "a line without an amount", stripe_invoice, SHORT("in_1", "paid", LINES("{\"id\":\"il_1\"}")), ERR_DATA,
		    "invoice \"in_1\": line 1: member \"amount\" is missing" },
		{ "no moment", stripe_invoice, "{\"id\":\"in_1\",\"status\":\"paid\",\"currency\":\"usd\",\"created\":-5}",
		    ERR_DATA, "invoice \"in_1\": \"created\" is -5, no moment" },
		{ "lines that must be asked for", stripe_invoice,
		    SHORT("in_1", "paid", "\"lines\":{\"has_more\":true,\"data\":[]}"), ERR_INCOMPLETE,
		    "invoice \"in_1\": page 1 of /v1/invoices/in_1/lines: stopped on request" },
		{ "a charge in an odd unit", stripe_charge,
		    "{\"id\":\"ch_1\",\"status\":\"succeeded\",\"captured\":true,\"currency\":\"isk\",\"created\":1,\"amount_"
		    "captured\":150}",
		    ERR_DATA, "charge \"ch_1\": \"amount_captured\": 150 of ISK is part of the smallest unit there is" },
		{ "a credit note without a currency", stripe_credit_note, "{\"id\":\"cn_1\",\"status\":\"issued\",\"created\":1}",
		    ERR_DATA, "credit note \"cn_1\": member \"currency\" is missing" },
	};
	struct sales_document document;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(cases); i++) {
		struct err err = ERR_INIT;

		assert_int_equal(read_object(cases[i].read, cases[i].text, &document, &err), -1);
		expect_err(cases[i].title, &err, cases[i].code, cases[i].message);
	}
}

static void
sessions_and_charges(void **state)
{
	static const struct {
		const char *title;
		int (*read)(struct stripe_site *, const struct stripe_item *, struct sales_document *, struct err *);
		const char *text, *told;
	} cases[] = {
		{ "sold at the checkout", stripe_session,
		    SHORT("cs_1", "complete",
			"\"mode\":\"payment\",\"payment_status\":\"paid\",\"amount_total\":5900,\"amount_subtotal\":6000,"
			"\"total_details\":{\"amount_discount\":600,\"amount_shipping\":500,\"amount_tax\":0},\"payment_intent\":"
			"\"pi_1\",\"client_reference_id\":\"u 42\","
			"\"customer_details\":{\"email\":\"b@example.test\",\"name\":\"B\"},\"custom_fields\":[{\"key\":\"learner_"
			"email\",\"label\":{\"custom\":\"E-mail\"},"
			"\"type\":\"text\",\"text\":{\"value\":\"wei@example.test\"}}],\"line_items\":{\"has_more\":false,\"data\":"
			"[{\"id\":\"li_1\",\"amount_subtotal\":6000,"
			"\"amount_total\":5400,\"quantity\":2,\"description\":\"CPR\",\"price\":{\"id\":\"price_1\",\"product\":"
			"\"prod_1\"}}]}"),
		    "cs_1 order paid 5900 USD left 0 paid -9223372036854775808:; prod_1 x 2 5400 wei@example.test, transaction "
		    "pi_1, reference u 42" },
		{ "a field of another type", stripe_session,
		    SHORT("cs_1", "complete",
			"\"mode\":\"payment\",\"payment_status\":\"unpaid\",\"amount_total\":0,\"customer_email\":\"b@example."
			"test\",\"custom_fields\":"
			"[{\"key\":\"learner_email\",\"type\":\"dropdown\",\"dropdown\":{\"value\":\"x@example.test\"},\"text\":"
			"null}],\"line_items\":{\"has_more\":false,"
			"\"data\":[{\"id\":\"li_1\",\"amount_subtotal\":0,\"amount_total\":0,\"quantity\":1,\"price\":{\"id\":"
			"\"p\",\"product\":{\"id\":\"prod_2\"}}}]}"),
		    "cs_1 order unpaid 0 USD left 0 paid -9223372036854775808:; prod_2 x 1 0 x@example.test" },
		{ "not complete", stripe_session, SHORT("cs_1", "open", "\"mode\":\"payment\""), "none" },
		{ "of a subscription", stripe_session, SHORT("cs_1", "complete", "\"mode\":\"subscription\""), "none" },
		{ "with an invoice", stripe_session, SHORT("cs_1", "complete", "\"mode\":\"payment\",\"invoice\":\"in_1\""),
		    "none" },
		{ "taken in part", stripe_charge,
		    SHORT("ch_1", "succeeded",
			"\"captured\":true,\"amount\":2000,\"amount_captured\":1500,\"receipt_email\":\"r@example.test\",\"payment_"
			"intent\":\"pi_1\""),
		    "ch_1 payment paid 1500 USD left 0 paid -9223372036854775808:;  x 1 1500 -, transaction ch_1, transaction "
		    "pi_1" },
		{ "not taken yet", stripe_charge,
		    SHORT("ch_1", "succeeded", "\"captured\":false,\"amount\":2000,\"receipt_email\":\"r@example.test\""),
		    "ch_1 payment unpaid 2000 USD left 0 paid -9223372036854775808:;  x 1 2000 -, transaction ch_1" },
		{ "failed", stripe_charge, SHORT("ch_1", "failed", "\"amount\":2000"), "none" },
		{ "a void note", stripe_credit_note, SHORT("cn_1", "void", "\"total\":5"), "none" },
		{ "a note, in part outside", stripe_credit_note,
		    SHORT("cn_1", "issued",
			"\"invoice\":\"in_1\",\"number\":\"CN-1\",\"total\":600,\"subtotal\":500,\"out_of_band_amount\":100,"
			"\"lines\":{\"has_more\":false,\"data\":"
			"[{\"id\":\"c\",\"amount\":500,\"quantity\":1,\"invoice_line_item\":\"il_1\",\"taxes\":[{\"amount\":100,"
			"\"tax_behavior\":\"exclusive\"}]}]}"),
		    "CN-1 credit_note paid -600 USD left 0 paid -100:;  x -1 -600 -, invoice in_1" },
	};
	struct sales_document document;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(cases); i++) {
		struct err err = ERR_INIT;

		expect_ok(cases[i].title, read_object(cases[i].read, cases[i].text, &document, &err), &err);
		expect_text(cases[i].title, told(&document), cases[i].told);
	}
}

/* Custom fields, tax numbers, the business and metadata of a session; the same of an invoice and its lines. */
static void
fields_that_are_named_are_kept(void **state)
{
	struct config_field fields[] = { FIELD("tax_id", "tax_id"), FIELD("company", "company", "firm"),
		FIELD("affiliation", "Hospital or school", "hospital") };
	struct sales_document document;
	struct err err = ERR_INIT;

	(void)state;
	named = fields;
	named_count = COUNT_OF(fields);
	expect_ok("session",
	    read_object(stripe_session,
		SHORT("cs_1", "complete",
		    "\"mode\":\"payment\",\"payment_status\":\"paid\",\"amount_total\":0,\"customer_details\":{\"email\":\"b@"
		    "example.test\","
		    "\"business_name\":\"Acme\",\"tax_ids\":[{\"type\":\"eu_vat\",\"value\":\"ESB1\"},{\"type\":\"es_cif\","
		    "\"value\":\"B1\"}]},"
		    "\"custom_fields\":[{\"key\":\"h\",\"label\":{\"custom\":\"Hospital or "
		    "school\"},\"type\":\"dropdown\",\"dropdown\":"
		    "{\"value\":\"mary\"}}],\"metadata\":{\"firm\":\"Other\",\"hospital\":\"late\",\"secret\":\"x\"},"
		    "\"line_items\":{\"has_more\":false,\"data\":[]}"),
		&document, &err),
	    &err);
	expect_text("session", fields_text(&arena, &document.fields), "affiliation=mary, company=Acme, tax_id=ESB1");
	expect_ok("invoice",
	    read_object(stripe_invoice,
		SHORT("in_1", "open",
		    "\"total\":500,\"amount_paid\":0,\"customer_email\":\"b@example.test\",\"customer_tax_ids\":[{\"value\":\"B2\"}"
		    "],"
		    "\"custom_fields\":[{\"name\":\"Firm\",\"value\":\"Acme\"}]," LINES(
			PLAIN("a", "500", ",\"metadata\":{\"hospital\":\"St. Mary\"}"))),
		&document, &err),
	    &err);
	expect_text("invoice", fields_text(&arena, &document.fields), "company=Acme, tax_id=B2");
	expect_text("its line", fields_text(&arena, &document.lines[0].fields), "affiliation=St. Mary");
	expect_ok("charge",
	    read_object(stripe_charge,
		SHORT("ch_1", "succeeded",
		    "\"captured\":true,\"amount\":2000,\"amount_captured\":2000,\"receipt_email\":\"r@example.test\",\"metadata\":{"
		    "\"firm\":"
		    "\"Acme\"},\"billing_details\":{\"tax_id\":\"B3\"}"),
		&document, &err),
	    &err);
	expect_text("charge", fields_text(&arena, &document.fields), "tax_id=B3, company=Acme");
	named_count = 0;
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(amounts_are_brought_to_the_currency_s_own_unit),
		cmocka_unit_test(descriptions_lose_what_is_no_name),
		cmocka_unit_test(entries_of_the_balance_are_named),
		cmocka_unit_test(sets_keep_what_is_put_in),
		cmocka_unit_test(both_shapes_of_an_invoice_say_the_same),
		cmocka_unit_test(a_line_says_what_time_it_is_for),
		cmocka_unit_test(odd_invoices),
		cmocka_unit_test(what_is_wrong_is_named),
		cmocka_unit_test(sessions_and_charges),
		cmocka_unit_test(fields_that_are_named_are_kept),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	arena_done(&arena);
	return failed;
}
