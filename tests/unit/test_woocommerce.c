/* WooCommerce: what its orders and refunds say, by the contract. What goes over the wire is proven by tests/scenarios/25_woocommerce.sh, on the
 * same answers. */
#include <stdio.h>
#include <stdlib.h>

#include "expect.h"

#include "../../lib/sales/woocommerce.h"
#include "base/clock.h"
#include "base/text.h"
#include "fields.h"
#include "sales/markup.h"

static struct arena arena;

static const char *names[] = { "learner name", "Alumno.name", "_billing_alumno" };
static const char *emails[] = { "Learner e-mail", "Learner email", "Alumno.email", "_billing_alumno_email" };
static const char *references[] = { "purchase_order" };
static const struct config_source config = {
	.name = "woo",
	.kind = "woocommerce",
	.learner_name_labels = { names, COUNT_OF(names) },
	.learner_email_labels = { emails, COUNT_OF(emails) },
	.reference_labels = { references, COUNT_OF(references) },
};

static char *
fixture(const char *name, size_t *ret_len)
{
	const char *path = arena_printf(&arena, "tests/fixtures/woocommerce/%s", name);
	char *text = arena_alloc(&arena, 65536);
	FILE *file = fopen(path, "r");

	if (file == NULL)
		fail_msg("\"%s\" cannot be read", path);
	*ret_len = fread(text, 1, 65535, file);
	assert_in_range(*ret_len, 1, 65534);
	(void)fclose(file);
	return text;
}

static struct json *
parse(const char *text, size_t len)
{
	struct err err = ERR_INIT;
	struct json *json = NULL;

	expect_ok("JSON", json_parse(&arena, "it", text, len, &json, &err), &err);
	return json;
}

/* The list in a file, or the item of that id. */
static const struct json *
read_fixture(const char *name)
{
	size_t len;
	const char *text = fixture(name, &len);

	return parse(text, len);
}

static const struct json *
find(const char *name, int64_t id)
{
	const struct json *list = read_fixture(name);
	struct err err = ERR_INIT;
	int64_t found;
	size_t i;

	for (i = 0; i < list->count; i++)
		if (json_int(&list->items[i], "id", &found, &err) == 0 && found == id)
			return &list->items[i];
	fail_msg("%s has no order %lld", name, (long long)id);
	return NULL;
}

static const char *
say_contact(const struct sales_contact *contact)
{
	return contact == NULL ? "-" : arena_printf(&arena, "%s<%s>", contact->name, contact->email);
}

static const char *
say_moment(int64_t us)
{
	return arena_strndup(&arena, clock_iso(&arena, us / 1000000), 19);
}

/* A document in words. */
static const char *
say(const struct sales_document *d)
{
	static const char *const statuses[] = { "paid", "unpaid", "cancelled", "test" };
	const char *text;
	size_t i;

	text = arena_printf(&arena, "%s %s%s%s %s %s %lld shipping %lld tax %lld discount %lld paid %lld other %lld by %s", d->kind,
	    d->number, d->corrects != NULL ? " of " : "", d->corrects != NULL ? d->corrects : "", statuses[d->status], d->currency,
	    (long long)d->total_minor, (long long)d->shipping_minor, (long long)d->tax_minor, (long long)d->discount_minor,
	    (long long)d->paid_minor, (long long)d->unallocated_minor, say_contact(d->buyer));
	for (i = 0; i < d->line_count; i++) {
		const struct sales_line *l = &d->lines[i];

		text = arena_printf(&arena, "%s | %s%s%s %s/%s/%s \"%s\" %s x %lld = %lld for %s", text, l->key,
		    l->corrects != NULL ? " of " : "", l->corrects != NULL ? l->corrects : "", l->variant_key, l->product_key,
		    l->sku, l->name, l->quantity, (long long)l->unit_price_minor, (long long)l->net_minor, say_contact(l->learner));
	}
	for (i = 0; i < d->payment_count; i++)
		text = arena_printf(&arena, "%s | %s %lld at %s", text, d->payments[i].key, (long long)d->payments[i].amount_minor,
		    say_moment(d->payments[i].effective_us));
	for (i = 0; i < d->reference_count; i++)
		text = arena_printf(&arena, "%s | %s=%s", text, d->references[i].name, d->references[i].value);
	return text;
}

/* Every order of the samples, from the contract: `total` and `total_tax` are what was charged for a line, after coupons. */
static void
orders_are_what_the_contract_says(void **state)
{
	static const struct {
		const char *file;
		int64_t id;
		const char *expected;
	} cases[] = {
		{ "orders.json", 1042,
		    "order 1042 paid EUR 13068 shipping 0 tax 2268 discount 1452 paid 13068 other 0 by Dana "
		    "Buyer<dana@acme.example> | 501 "
		    "35/34/BLS-2026 \"Basic Life Support – Language: English\" 2 x 7260 = 13068 for <wei.zhang@example.com> | paid "
		    "13068 at "
		    "2026-08-03T14:05:13 | transaction=ch_A1 | metadata.purchase_order=PO-7781" },
		{ "orders.json", 1043,
		    "order 1043 paid EUR 13068 shipping 0 tax 2268 discount 1452 paid 13068 other 0 by Dana "
		    "Buyer<dana@acme.example> | 501 "
		    "35/34/BLS-2026 \"Basic Life Support – Language: English\" 2 x 7260 = 13068 for <wei.zhang@example.com> | paid "
		    "13068 at "
		    "2026-08-03T14:05:13 | transaction=ch_A1 | metadata.purchase_order=PO-7781" },
		{ "orders.json", 1044,
		    "order 1044 paid EUR 13068 shipping 0 tax 2268 discount 1452 paid 13068 other 0 by Dana "
		    "Buyer<dana@acme.example> | 501 "
		    "35/34/BLS-2026 \"Basic Life Support – Language: English\" 2 x 7260 = 13068 for <wei.zhang@example.com> | paid "
		    "13068 at "
		    "2026-08-03T14:05:13 | transaction=ch_A1 | metadata.purchase_order=PO-7781" },
		{ "orders.json", 1045,
		    "order 1045 unpaid EUR 13068 shipping 0 tax 2268 discount 1452 paid 0 other 0 by Dana Buyer<dana@acme.example> "
		    "| 501 "
		    "35/34/BLS-2026 \"Basic Life Support – Language: English\" 2 x 7260 = 13068 for <wei.zhang@example.com> | "
		    "metadata.purchase_order=PO-7781" },
		{ "orders.json", 1046,
		    "order 1046 cancelled EUR 13068 shipping 0 tax 2268 discount 1452 paid 0 other 0 by Dana "
		    "Buyer<dana@acme.example> | 501 "
		    "35/34/BLS-2026 \"Basic Life Support – Language: English\" 2 x 7260 = 13068 for <wei.zhang@example.com> | "
		    "transaction=ch_A1 | "
		    "metadata.purchase_order=PO-7781" },
		{ "orders.json", 1047, "ignored" },
		{ "old-shape.json", 6001,
		    "order 6001 paid USD 2935 shipping 1000 tax 135 discount 0 paid 2935 other 0 by Mara Lindt<mara@lindt.example> "
		    "| 315 /93/ "
		    "\"First aid kit\" 2 x 300 = 645 for - | 316 23/22/TRA-2 \"Trainer course – Level: 2, Track: B\" 1 x 1200 = "
		    "1290 for - | paid "
		    "2935 at 2025-03-22T19:28:08" },
		/* Completed by hand: nobody says when it was paid. */
		{ "old-shape.json", 6002,
		    "order 6002 paid USD 3900 shipping 1000 tax 0 discount 0 paid 3900 other 0 by Mara Lindt<mara@lindt.example> | "
		    "311 /87/ "
		    "\"Poster\" 1 x 900 = 900 for - | 313 /34/ \"Night course\" 1 x 2000 = 2000 for -" },
		/* 121.00 in lines, less a discount of 8.00, and a cent of rounding; the learner of a line, and the order's for the others. */
		{ "odd.json", 7001,
		    "order INV/2026-0007 paid EUR 11501 shipping 200 tax 2101 discount 800 paid 11501 other 0 by Mara "
		    "Lindt<mara@lindt.example> | "
		    "701 // \"Gone & forgotten\" 1 x 3333 = 3767 for Olu Ade<olu@ade.example> | 702 /40/MATH-1 \"Math I\" 1 x 3333 "
		    "= 3767 for Olu "
		    "Ade<olu@ade.example> | 703 /41/MATH-2 \"Math II\" 1 x 3334 = 3767 for Iva Novák<iva@novak.example> | paid "
		    "11501 at "
		    "2026-09-01T08:00:04" },
		{ "odd.json", 7002, "ignored" },
		{ "odd.json", 7003,
		    "order 7003 cancelled JPY 12000 shipping 0 tax 0 discount 0 paid 0 other 0 by Mara Lindt<mara@lindt.example> | "
		    "721 /42/YEN "
		    "\"Yen course\" 1 x 12000 = 12000 for -" },
		{ "odd.json", 7004,
		    "order 7004 cancelled EUR 4033 shipping 0 tax 700 discount 0 paid 4033 other 0 by Mara "
		    "Lindt<mara@lindt.example> | 731 "
		    "/40/MATH-1 \"Math I\" 1 x 3333 = 4033 for - | paid 4033 at 2026-09-04T08:01:00" },
		{ "odd.json", 7005,
		    "order 7005 paid EUR 8067 shipping 0 tax 1400 discount 0 paid 8067 other 0 by Mara Lindt<mara@lindt.example> | "
		    "741 /40/MATH-1 "
		    "\"Math I\" 1 x 3333 = 4033 for - | 742 /41/MATH-2 \"Math II\" 1 x 3334 = 4034 for - | paid 8067 at "
		    "2026-09-06T08:01:00" },
		{ "odd.json", 7006,
		    "order 7006 unpaid EUR 4033 shipping 0 tax 700 discount 0 paid 0 other 0 by Mara Lindt<mara@lindt.example> | "
		    "751 /40/MATH-1 "
		    "\"Math I\" 1 x 3333 = 4033 for -" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(cases); i++) {
		struct err err = ERR_INIT;
		struct woo_order order;

		expect_ok(cases[i].file, woo_order(&arena, &config, find(cases[i].file, cases[i].id), &order, &err), &err);
		expect_text(cases[i].file, order.ignored ? "ignored" : say(&order.document), cases[i].expected);
	}
}

/* Refunds by their moments, each with the line that it names and how many of it. */
static void
refunds_are_credit_notes(void **state)
{
	static const struct {
		const char *file;
		int64_t id;
		const char *refunds, *expected;
	} cases[] = {
		{ "orders.json", 1043, "refunds-1043.json",
		    "credit_note 1043-1050 of 1043 paid EUR -6534 shipping 0 tax 0 discount 0 paid -6534 other 0 by - | 601 of 501 "
		    "35/34/BLS-2026 "
		    "\"Basic Life Support – Language: English\" -1 x -6534 = -6534 for - | 1050 -6534 at 2026-08-05T08:00:00\n" },
		{ "orders.json", 1044, "refunds-1044.json",
		    "credit_note 1044-1051 of 1044 paid EUR -13068 shipping 0 tax 0 discount 0 paid -13068 other 0 by - | amount "
		    "// \"Refund\" -1 x "
		    "-13068 = -13068 for - | 1051 -13068 at 2026-08-03T14:05:13\n" },
		/* The earlier one first; the other says nothing but an amount. */
		{ "old-shape.json", 6002, "refunds-6002.json",
		    "credit_note 6002-6004 of 6002 paid USD -900 shipping 0 tax 0 discount 0 paid -900 other 0 by - | 314 of 311 "
		    "/87/ \"Poster\" -1 "
		    "x -900 = -900 for - | 6004 -900 at 2025-03-21T19:55:37\n"
		    "credit_note 6002-6006 of 6002 paid USD -1000 shipping 0 tax 0 discount 0 paid -1000 other 0 by - | amount // "
		    "\"Refund\" -1 x "
		    "-1000 = -1000 for - | 6006 -1000 at 2025-03-21T20:07:11\n" },
		{ "odd.json", 7005, "refunds-7005.json",
		    "credit_note 7005-7050 of 7005 paid EUR -8067 shipping 0 tax 0 discount 0 paid -8067 other 0 by - | amount // "
		    "\"Refund\" -1 x "
		    "-8067 = -8067 for - | 7050 -8067 at 2026-09-07T09:00:00\n" },
		/* Goodwill, and then the rest of the line's price: only the second takes the unit back. */
		{ "odd.json", 7007, "refunds-7007.json",
		    "credit_note 7007-7070 of 7007 paid EUR -1033 shipping 0 tax 0 discount 0 paid -1033 other 0 by - | 7570 of "
		    "761 /40/MATH-1 "
		    "\"Math I\" 0 x -1033 = -1033 for - | 7070 -1033 at 2026-09-10T09:00:00\n"
		    "credit_note 7007-7071 of 7007 paid EUR -3000 shipping 0 tax 0 discount 0 paid -3000 other 0 by - | 7571 of "
		    "761 /40/MATH-1 "
		    "\"Math I\" -1 x -3000 = -3000 for - | 7071 -3000 at 2026-09-11T09:00:00\n" },
	};
	size_t i, j;

	(void)state;
	for (i = 0; i < COUNT_OF(cases); i++) {
		const struct json *list = read_fixture(cases[i].refunds);
		struct json_raw *raw = ARENA_ARRAY(&arena, list->count, struct json_raw);
		struct sales_document *notes = NULL;
		struct err err = ERR_INIT;
		struct woo_order order;
		const char *text = "";

		expect_ok(cases[i].file, woo_order(&arena, &config, find(cases[i].file, cases[i].id), &order, &err), &err);
		expect_ok(cases[i].refunds, woo_refunds(&arena, &order, list->items, raw, list->count, &notes, &err), &err);
		for (j = 0; j < list->count; j++)
			text = arena_printf(&arena, "%s%s\n", text, say(&notes[j]));
		expect_text(cases[i].refunds, text, cases[i].expected);
	}
}

static void
a_refund_that_is_not_listed_is_missed(void **state)
{
	struct sales_document *notes = NULL;
	struct err err = ERR_INIT;
	struct woo_order order;

	(void)state;
	expect_ok("order", woo_order(&arena, &config, find("orders.json", 1043), &order, &err), &err);
	assert_int_equal(woo_refunds(&arena, &order, NULL, NULL, 0, &notes, &err), -1);
	expect_err(
	    "none", &err, ERR_INCOMPLETE, "order \"1043\": the order knows refund 1050, which is not in the list of its refunds");
}

/* ${text} with the first ${from} replaced by ${to}. */
static const char *
edit(const char *text, const char *from, const char *to)
{
	const char *at = strstr(text, from);

	if (at == NULL)
		fail_msg("there is no \"%s\" to replace", from);
	return arena_printf(&arena, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
}

#define SMALL \
	"{\"id\":7,\"number\":\"7\",\"status\":\"completed\",\"currency\":\"EUR\",\"date_created_gmt\":\"2026-01-02T03:04:05\"," \
	"\"date_modified_gmt\":\"2026-01-02T03:04:06\",\"date_paid_gmt\":null,\"total\":\"10.00\",\"total_tax\":\"0.00\"," \
	"\"prices_include_tax\":true,\"billing\":{\"email\":\"a@b.example\"},\"meta_data\":[],\"line_items\":[{\"id\":1,\"name\":" \
	"\"A\"," \
	"\"product_id\":2,\"variation_id\":0,\"quantity\":1,\"subtotal\":\"10.00\",\"subtotal_tax\":\"0\",\"total\":\"10.00\"," \
	"\"total_tax\":\"0\",\"sku\":\"A\",\"meta_data\":[]}],\"refunds\":[]}"

static void
what_is_wrong_is_named(void **state)
{
	static const struct {
		const char *from, *to, *message;
	} cases[] = {
		{ "\"id\":7", "\"id\":\"x\"", "\"id\": \"x\" is not a whole number" },
		{ "\"id\":7", "\"id\":0", "\"id\" is 0, not an id" },
		{ "\"number\":\"7\"", "\"number\":{}", "\"number\" is an object, not text" },
		{ "completed", "partially-paid",
		    "order \"7\" (id 7): its status \"partially-paid\" is in no list of \"statuses\"" },
		{ "03:04:05", "33:04:05",
		    "order \"7\" (id 7): \"date_created_gmt\": \"2026-01-02T33:04:05Z\" is not a date and time: the calendar has "
		    "no such date or time" },
		{ "\"total\":\"10.00\",\"total_tax\":\"0.00\"", "\"total_tax\":\"0.00\"",
		    "order \"7\" (id 7): \"total\" is missing" },
		{ "\"total\":\"10.00\",\"total_tax\":\"0.00\"", "\"total\":\"-1\"", "order \"7\" (id 7): \"total\" is negative" },
		{ "\"EUR\"", "\"EURO\"", "order \"7\" (id 7): \"total\": \"EURO\" is not an ISO 4217 currency" },
		{ "\"prices_include_tax\":true", "\"x\":1",
		    "order \"7\" (id 7): \"prices_include_tax\" is missing, not true or false" },
		{ "\"line_items\":", "\"lines\":", "order \"7\" (id 7): member \"line_items\" is missing" },
		{ "\"quantity\":1", "\"quantity\":\"two\"",
		    "order \"7\" (id 7): line 1: \"quantity\": quantity \"two\" is not a decimal number" },
		{ "\"total\":\"10.00\",\"total_tax\":\"0\"", "\"total\":\"1,00\"",
		    "order \"7\" (id 7): line 1: \"total\": \"1,00\" is not an amount in EUR: only digits and one point may follow "
		    "the first digit" },
		{ "\"sku\":\"A\",\"meta_data\":[]", "\"sku\":\"A\",\"meta_data\":[1]",
		    "order \"7\" (id 7): line 1: item 1 of \"meta_data\" is a number, not an object" },
		{ "\"email\":\"a@b.example\"", "\"email\":5",
		    "order \"7\" (id 7): \"billing\": member \"email\" is a number, not a string" },
	};
	struct woo_order order;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(cases); i++) {
		const char *text = edit(SMALL, cases[i].from, cases[i].to);
		struct err err = ERR_INIT;

		assert_int_equal(woo_order(&arena, &config, parse(text, strlen(text)), &order, &err), -1);
		expect_err(cases[i].from, &err, ERR_DATA, cases[i].message);
	}
}

/* What the settings say of statuses goes before what is usual. */
static void
statuses_are_configured(void **state)
{
	static const char *paid[] = { "completed" }, *unpaid[] = { "Processing", "partially-paid" }, *any[] = { "*" },
			  *expected[] = { "on-hold" };
	struct config_source own = config;
	static const struct {
		const char *status, *expected;
	} cases[] = { { "completed", "paid" }, { "processing", "unpaid" }, { "partially-paid", "unpaid" },
		{ "on-hold", "expected" }, { "checkout-draft", "ignored" }, { "anything", "unpaid" } };
	struct err err = ERR_INIT;
	struct woo_order order;
	size_t i;

	(void)state;
	own.statuses.paid = (struct config_list){ paid, 1 };
	own.statuses.unpaid = (struct config_list){ unpaid, 2 };
	own.statuses.expected = (struct config_list){ expected, 1 };
	for (i = 0; i < COUNT_OF(cases); i++) {
		const char *text = edit(SMALL, "completed", cases[i].status);

		if (i + 1 == COUNT_OF(cases)) {
			own.statuses.unpaid = (struct config_list){ any, 1 };
			own.statuses.paid = (struct config_list){ NULL, 0 };
		}
		expect_ok(cases[i].status, woo_order(&arena, &own, parse(text, strlen(text)), &order, &err), &err);
		expect_text(cases[i].status,
		    order.ignored                         ? "ignored"
		    : order.document.expected             ? "expected"
		    : order.document.status == SALES_PAID ? "paid"
							  : "unpaid",
		    cases[i].expected);
	}
}

/* A status that says refunded although the refunds are not there: void, and no money is made up. */
static void
refunded_without_refunds_is_cancelled(void **state)
{
	const char *text = edit(SMALL, "completed", "refunded");
	struct err err = ERR_INIT;
	struct woo_order order;

	(void)state;
	expect_ok("order", woo_order(&arena, &config, parse(text, strlen(text)), &order, &err), &err);
	assert_int_equal(order.document.status, SALES_CANCELLED);
	assert_int_equal(order.document.paid_minor, 1000);
}

/* More than rounding is told. */
static void
totals_that_differ_stay_apart(void **state)
{
	const char *text = edit(SMALL, "\"total\":\"10.00\",\"total_tax\":\"0.00\"", "\"total\":\"10.02\",\"total_tax\":\"0.00\"");
	struct err err = ERR_INIT;
	struct woo_order order;

	(void)state;
	expect_ok("order", woo_order(&arena, &config, parse(text, strlen(text)), &order, &err), &err);
	assert_int_equal(order.document.unallocated_minor, 2);
	assert_int_equal(order.document.lines[0].net_minor, 1000);
}

static void
fields_hold_anything(void **state)
{
	static const struct {
		const char *fields, *expected;
	} cases[] = {
		{ "[{\"key\":\"Learner email\",\"value\":\" a@b.example \"}]", "a@b.example" },
		{ "[{\"key\":\"x\",\"display_key\":\"LEARNER EMAIL\",\"value\":\"a@b.example\"}]", "a@b.example" },
		{ "[{\"key\":\"Learner email\",\"value\":\"\"},{\"key\":\"Learner e-mail\",\"value\":\"b@b.example\"}]",
		    "b@b.example" },
		{ "[{\"key\":\"Learner email\",\"value\":5}]", "5" },
		{ "[{\"key\":\"Learner email\",\"value\":null},{\"key\":\"Learner email\",\"value\":true}]", "" },
		{ "[{\"key\":\"Learner email\",\"value\":[null,{\"a\":1},[\"c@b.example\",\"d\"]]}]", "c@b.example" },
		{ "[{\"key\":\"Learner email\",\"value\":{\"email\":\"x\"}}]", "" },
		{ "[{\"key\":\"Alumno\",\"value\":{\"name\":\"x\",\"email\":\"e@b.example\"}}]", "e@b.example" },
		{ "[{\"key\":\"Alumno\",\"value\":[{\"email\":\"f@b.example\"},{\"email\":\"g\"}]}]", "f@b.example" },
		{ "[{\"key\":\"Alumno\",\"value\":\"text\"}]", "" },
		{ "[{\"key\":\"\",\"value\":\"x\"},{\"value\":\"y\"},{}]", "" },
		{ "null", "" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(cases); i++) {
		const char *text = arena_printf(&arena, "{\"meta_data\":%s}", cases[i].fields), *found;
		struct err err = ERR_INIT;

		expect_ok(
		    cases[i].fields, woo_meta(&arena, parse(text, strlen(text)), &config.learner_email_labels, &found, &err), &err);
		expect_text(cases[i].fields, found, cases[i].expected);
	}
}

/* The company of the billing address, and meta fields of any shape, of the order and of each line. */
static void
fields_that_are_named_are_kept(void **state)
{
	struct config_field fields[] = { FIELD("company", "company"), FIELD("tax_id", "_billing_nif"),
		FIELD("affiliation", "Hospital", "Alumno.school") };
	const struct config_source named = { .name = "woo", .fields = fields, .field_count = COUNT_OF(fields) };
	static const char text[] = "{\"id\":7,\"number\":\"7\",\"status\":\"processing\",\"currency\":\"EUR\",\"date_created_gmt\":"
				   "\"2026-05-01T10:00:00\","
				   "\"date_paid_gmt\":null,\"prices_include_tax\":false,\"total\":\"20.00\",\"billing\":{\"email\":"
				   "\"d@x.org\",\"company\":"
				   "\"Acme &amp; Co\",\"phone\":\"1\"},\"meta_data\":[{\"key\":\"_billing_nif\",\"value\":\" "
				   "B00000018 \"},{\"key\":\"_other\","
				   "\"value\":\"x\"}],\"line_items\":[{\"id\":1,\"quantity\":1,\"total\":\"10.00\",\"total_tax\":"
				   "\"0.00\",\"price\":10,\"meta_data\":[{\"key\":"
				   "\"Alumno\",\"value\":{\"name\":\"Ana\",\"school\":\"North\"}}]},{\"id\":2,\"quantity\":1,"
				   "\"total\":\"10.00\",\"total_tax\":\"0.00\",\"price\":10,\"meta_data\":[{\"key\":"
				   "\"Alumno\",\"value\":{\"school\":\"North\"}},{\"key\":\"h\",\"display_key\":\"Hospital\","
				   "\"value\":[\"St. Mary\"]}]}]}";
	const struct json *from = parse(text, strlen(text));
	struct woo_order order;
	struct err err = ERR_INIT;

	(void)state;
	expect_ok("named", woo_order(&arena, &named, from, &order, &err), &err);
	expect_text("order", fields_text(&arena, &order.document.fields), "company=Acme & Co, tax_id=B00000018");
	expect_text("first line", fields_text(&arena, &order.document.lines[0].fields), "affiliation=North");
	expect_text("second line", fields_text(&arena, &order.document.lines[1].fields), "affiliation=St. Mary");
	expect_ok("not named", woo_order(&arena, &config, from, &order, &err), &err);
	assert_int_equal(order.document.fields.count + order.document.lines[0].fields.count, 0);
}

static void
markup_is_read(void **state)
{
	static const struct {
		const char *text, *expected;
	} cases[] = {
		{ NULL, "" },
		{ "A &ndash; B &amp; C", "A – B & C" },
		{ "&#8211;&#x2013;&#X2014;", "––—" },
		{ "Ma<em class=\"x\">th</em> I<br/>", "Math I" },
		{ "a < b > c & d; &nosuch; &; &#; &#x; &#0; &#xD800; &#1114112;",
		    "a < b > c & d; &nosuch; &; &#; &#x; &#0; &#xD800; &#1114112;" },
		{ "<b", "<b" },
		{ "&amp;lt;", "&lt;" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(cases); i++)
		expect_text(cases[i].expected, sales_markup(&arena, cases[i].text), cases[i].expected);
}

static void
looking_at_an_order_changes_nothing(void **state)
{
	static const char a[] =
	    "{\"id\":7,\"date_modified\":\"2026-01-02T04:00:00\",\"x\":{\"date_modified\":\"in\"},\"date_modified_gmt\":null}";
	static const char b[] =
	    "{\"id\":7,\"date_modified\":\"2026-05-05T05:\\\"00\",\"x\":{\"date_modified\":\"in\"},\"date_modified_gmt\":\"z\"}";
	static const char c[] = "{\"id\":7,\"date_modified\":null,\"x\":{\"date_modified\":\"IN\"},\"date_modified_gmt\":\"z\"}";
	const char *of_a = woo_content(&arena, (struct json_raw){ a, strlen(a) }).text;

	(void)state;
	expect_text("without times of change", of_a, "{\"id\":7,,\"x\":{\"date_modified\":\"in\"},}");
	expect_text("touched", woo_content(&arena, (struct json_raw){ b, strlen(b) }).text, of_a);
	assert_string_not_equal(woo_content(&arena, (struct json_raw){ c, strlen(c) }).text, of_a);
}

static int
clean(void **state)
{
	(void)state;
	arena_reset(&arena);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(orders_are_what_the_contract_says, clean),
		cmocka_unit_test_setup(refunds_are_credit_notes, clean),
		cmocka_unit_test_setup(a_refund_that_is_not_listed_is_missed, clean),
		cmocka_unit_test_setup(what_is_wrong_is_named, clean),
		cmocka_unit_test_setup(statuses_are_configured, clean),
		cmocka_unit_test_setup(refunded_without_refunds_is_cancelled, clean),
		cmocka_unit_test_setup(totals_that_differ_stay_apart, clean),
		cmocka_unit_test_setup(fields_hold_anything, clean),
		cmocka_unit_test_setup(fields_that_are_named_are_kept, clean),
		cmocka_unit_test_setup(markup_is_read, clean),
		cmocka_unit_test_setup(looking_at_an_order_changes_nothing, clean),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
