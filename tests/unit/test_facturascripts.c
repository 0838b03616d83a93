/* FacturaScripts: values as it writes them, and what the rows of an invoice add up to. What goes over the wire is proven by
 * tests/scenarios/21_facturascripts.sh, on the recorded answers. */
#include <stdio.h>
#include <stdlib.h>

#include "expect.h"

#include "../../lib/sales/facturascripts.h"
#include "base/clock.h"
#include "base/text.h"
#include "fields.h"

static struct arena arena;

static void
numbers_lose_their_exponents(void **state)
{
	static const struct {
		const char *text, *plain; /* NULL: refused */
	} cases[] = {
		{ "571", "571" },
		{ "-139.76", "-139.76" },
		{ "1.5e-3", "0.0015" },
		{ "-1.5E-3", "-0.0015" },
		{ "1.0e+25", "10000000000000000000000000" },
		{ "12.345e1", "123.45" },
		{ "12e0", "12" },
		{ "5.684341886080802e-14", "0.00000000000005684341886080802" },
		{ "1e-99", "0" },
		{ "1e31", NULL },
		{ "1e99999999999999999999", NULL },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(cases); i++) {
		struct err err = ERR_INIT;
		const char *plain = NULL;

		assert_int_equal(fs_plain(&arena, cases[i].text, &plain, &err), cases[i].plain != NULL ? 0 : -1);
		expect_text(
		    cases[i].text, plain != NULL ? plain : "(refused)", cases[i].plain != NULL ? cases[i].plain : "(refused)");
	}
}

static void
decimals_are_rounded_half_up(void **state)
{
	static const struct {
		const char *text;
		int places;
		int64_t value; /* INT64_MIN: refused */
	} cases[] = {
		{ "21", 4, 210000 },
		{ "5.2", 4, 52000 },
		{ "33.33335", 4, 333334 },
		{ "-0.5", 0, -1 },
		{ "0.4999999", 0, 0 },
		{ "24.259999999999998", 2, 2426 },
		{ "1.005", 2, 101 },
		{ "", 2, INT64_MIN },
		{ "-", 2, INT64_MIN },
		{ "1,5", 2, INT64_MIN },
		{ "1.2.3", 2, INT64_MIN },
		{ "1.99999x", 2, INT64_MIN },
		{ "99999999999999999999", 0, INT64_MIN },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(cases); i++) {
		struct err err = ERR_INIT;
		int64_t value = INT64_MIN;

		if (fs_scaled(cases[i].text, cases[i].places, &value, &err) == 0 && value != cases[i].value)
			fail_msg("%s: %lld", cases[i].text, (long long)value);
		assert_int_equal(value, cases[i].value);
	}
}

static void
dates_come_in_both_orders(void **state)
{
	static const struct {
		const char *date, *hour, *message; /* NULL: taken */
		int64_t utc;
	} cases[] = {
		{ "20-11-2026", "10:40:43", NULL, 1795167643 },
		{ "2026-11-20", "10:40:43", NULL, 1795167643 },
		{ "20-11-2026 10:40:43", NULL, NULL, 1795167643 },
		{ "2026-11-20 10:39:44", "", NULL, 1795167584 },
		{ "01-07-2026", NULL, NULL, 1782856800 },
		{ "29-02-2028", "00:00:00", NULL, 1835391600 },
		{ "31-02-2026", NULL, "the calendar has no \"31-02-2026 \"", 0 },
		{ "29-02-2026", "09:00:00", "the calendar has no \"29-02-2026 09:00:00\"", 0 },
		{ "20-11-2026", "24:00:00", "the calendar has no \"20-11-2026 24:00:00\"", 0 },
		{ "20/11/2026", NULL, "\"20/11/2026\" is not a date like 20-11-2026 or 2026-11-20", 0 },
		{ "20-11-26", NULL, "\"20-11-26\" is not a date like 20-11-2026 or 2026-11-20", 0 },
		{ "", NULL, "\"\" is not a date like 20-11-2026 or 2026-11-20", 0 },
		{ "20-11-2026T10:40:43", NULL, "\"20-11-2026T10:40:43\" is not a date like 20-11-2026 or 2026-11-20", 0 },
		{ "20-11-2026", "9:00", "\"9:00\" is not a time like 10:40:43", 0 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(cases); i++) {
		struct err err = ERR_INIT;
		int64_t us = 0;

		if (cases[i].message != NULL) {
			assert_int_equal(fs_moment("Europe/Madrid", cases[i].date, cases[i].hour, &us, &err), -1);
			expect_err(cases[i].date, &err, ERR_DATA, cases[i].message);
			continue;
		}
		expect_ok(cases[i].date, fs_moment("Europe/Madrid", cases[i].date, cases[i].hour, &us, &err), &err);
		assert_int_equal(us, cases[i].utc * 1000000);
	}
}

static void
notes_name_a_learner(void **state)
{
	static const struct {
		const char *notes, *email, *name;
	} cases[] = {
		{ "", "", "" },
		{ "pagado por transferencia", "", "" },
		{ "ana@example.org", "ana@example.org", "" },
		{ "Alumna: Ana Ruiz <ana@example.org>, urgente", "ana@example.org", " Ana Ruiz " },
		{ "Ref. 12\r\nAna Ruiz <ana@example.org>\r\nBea <bea@example.org>", "ana@example.org", "Ana Ruiz " },
		{ "escribir a mailto:ana@example.org.", "ana@example.org", "" },
		{ "(ana@example.org; bea@example.org)", "ana@example.org", "" },
		{ "@", "@", "" },
	};
	const char *name;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(cases); i++) {
		expect_text(cases[i].notes, fs_note_address(&arena, cases[i].notes, &name), cases[i].email);
		expect_text(cases[i].notes, name, cases[i].name);
	}
}

static struct config_field fields[] = { FIELD("tax_id", "tax_id"), FIELD("office", "numero2", "observaciones"),
	FIELD("seat", "codimpuesto") };

/* An invoice out of texts: its head, its lines, its receipts and their payments. */
static int
read_invoice(const char *head_text, const char *lines_text, const char *receipts_text, const char *payments_text,
    struct sales_document *document, struct err *err)
{
	static const struct config_source config = {
		.name = "erp", .zone = "Europe/Madrid", .paid_percent = 100, .fields = fields, .field_count = COUNT_OF(fields)
	};
	const char *const texts[] = { lines_text, receipts_text, payments_text };
	static const char *const keys[][2] = { { "idlinea", "idfactura" }, { "idrecibo", "idfactura" }, { "idpago", "idrecibo" } };
	const struct fs_known known = { .client_email = NULL };
	struct fs_parts parts[3];
	struct fs_head head;
	struct json *json;
	struct fs_row row;
	size_t i, j;

	expect_ok("head", json_parse(&arena, "head", head_text, strlen(head_text), &json, err), err);
	row = (struct fs_row){ 2, json, { head_text, strlen(head_text) } };
	for (i = 0; i < 3; i++) {
		struct json_raw *raw;
		struct fs_part *items;
		size_t count;

		expect_ok("part", json_parse(&arena, "part", texts[i], strlen(texts[i]), &json, err), err);
		expect_ok("rows", json_raw_items(&arena, texts[i], strlen(texts[i]), NULL, &raw, &count, err), err);
		items = ARENA_ARRAY(&arena, count, struct fs_part);
		for (j = 0; j < count; j++) {
			items[j] = (struct fs_part){ .json = &json->items[j], .raw = raw[j] };
			expect_ok("key", fs_number(&json->items[j], keys[i][0], &items[j].id, err), err);
			expect_ok("owner", fs_number(&json->items[j], keys[i][1], &items[j].owner, err), err);
		}
		parts[i] = (struct fs_parts){ items, count };
	}
	return fs_head(&config, &row, &head, err) != 0 ||
		       fs_invoice(&arena, &config, &row, &head, parts[0], parts[1], parts[2], &known, document, err) != 0
		   ? -1
		   : 0;
}

#define HEAD(total, net, more) \
	"{\"idfactura\":2,\"codigo\":\"F2026A1\",\"idempresa\":1,\"codcliente\":\"1\",\"nombrecliente\":\"X\",\"fecha\":\"20-11-" \
	"2026\",\"hora\":" \
	"\"10:40:43\",\"editable\":false,\"pagada\":false,\"coddivisa\":\"EUR\",\"total\":" total ",\"neto\":" net \
	",\"netosindto\":" net ",\"totaliva\":0,\"totalrecargo\":0,\"totalirpf\":0,\"totalsuplidos\":0" more "}"
#define LINE(id, quantity, net, more) \
	"{\"idlinea\":" id \
	",\"idfactura\":2,\"idproducto\":10,\"referencia\":\"A\",\"descripcion\":\"Curso\",\"cantidad\":" quantity \
	",\"pvpunitario\":1,\"pvptotal\":" net more "}"
#define PAYMENT(id, amount, custom) \
	"{\"idpago\":" id ",\"idrecibo\":5,\"importe\":" amount \
	",\"fecha\":\"20-11-2026\",\"hora\":\"10:40:43\",\"customid\":" custom "}"
#define RECEIPT(id, amount, paid) "{\"idrecibo\":" id ",\"idfactura\":2,\"importe\":" amount ",\"pagado\":" paid "}"

/* kind, status, paid, the lines' nets, what is left over, what it refers to besides its client */
static const char *
told(const struct sales_document *document)
{
	const char *text =
	    arena_printf(&arena, "%s %s %s paid %lld:", document->kind, document->corrects != NULL ? document->corrects : "-",
		document->status == SALES_PAID ? "paid" : "unpaid", (long long)document->paid_minor);
	size_t i;

	for (i = 0; i < document->line_count; i++)
		text = arena_printf(&arena, "%s %lld", text, (long long)document->lines[i].net_minor);
	text = arena_printf(&arena, "%s, other %lld", text, (long long)document->unallocated_minor);
	for (i = 0; i < document->reference_count; i++)
		if (strcmp(document->references[i].name, "client") != 0)
			text = arena_printf(&arena, "%s, %s %s", text, document->references[i].name, document->references[i].value);
	return text;
}

static void
an_invoice_says_what_it_belongs_to(void **state)
{
	struct sales_document document;
	struct err err = ERR_INIT;

	(void)state;
	expect_ok("read",
	    read_invoice(HEAD("20", "20", ",\"numero2\":\" 1042 \""), "[" LINE("1", "1", "20", "") "]",
		"[" RECEIPT("5", "20", "true") "]",
		"[" PAYMENT("1", "20", "\"ch_A1\"") "," PAYMENT("2", "-20", "\"ch_A1\"") "," PAYMENT("3", "20", "null") "]",
		&document, &err),
	    &err);
	expect_text("told", told(&document), "invoice - paid paid 2000: 2000, other 0, transaction ch_A1, numero2 1042");
	expect_text("fields", fields_text(&arena, &document.fields), "office=1042");
	expect_text("its client", document.references[document.reference_count - 1].name, "client");
	expect_text("by its code", document.references[document.reference_count - 1].value, "1");
	expect_ok("read",
	    read_invoice(HEAD("20", "20", ",\"cifnif\":\"B00000018\",\"numero2\":null,\"observaciones\":\"Madrid\""),
		"[" LINE("1", "1", "20", ",\"codimpuesto\":\"IVA21\"") "]", "[]", "[]", &document, &err),
	    &err);
	expect_text("a tax number, any column", fields_text(&arena, &document.fields), "tax_id=B00000018, office=Madrid");
	expect_text("a line's column", fields_text(&arena, &document.lines[0].fields), "seat=IVA21");
}

static void
totals_are_split_and_payment_is_decided(void **state)
{
	static const struct {
		const char *title, *head, *lines, *receipts, *told;
	} cases[] = {
		{ "taxes of each line", HEAD("571", "550", ""),
		    "[" LINE("1", "1", "100", ",\"iva\":21") "," LINE("2", "2", "450", ",\"iva\":0") "]",
		    "[" RECEIPT("1", "571", "true") "]", "invoice - paid paid 57100: 12100 45000, other 0" },
		{ "surcharge, and what is withheld", HEAD("111.2", "100", ""),
		    "[" LINE("1", "1", "100", ",\"iva\":21,\"recargo\":5.2,\"irpf\":15") "]", "[]",
		    "invoice - unpaid paid 0: 11120, other 0" },
		{ "a cost that is passed on bears no tax", HEAD("131", "100", ""),
		    "[" LINE("1", "1", "100", ",\"iva\":21") "," LINE("2", "1", "10", ",\"iva\":21,\"suplido\":true") "]", "[]",
		    "invoice - unpaid paid 0: 12100 1000, other 0" },
		{ "two discounts of the invoice, one after the other",
		    HEAD("87.21", "72.0739", ",\"dtopor1\":10,\"dtopor2\":\"5\""), "[" LINE("1", "1", "84.30", ",\"iva\":21") "]",
		    "[]", "invoice - unpaid paid 0: 8721, other 0" },
		{ "three equal shares of ten", HEAD("10", "10", ""),
		    "[" LINE("9", "1", "3.33", "") "," LINE("10", "1", "3.33", "") "," LINE("11", "1", "3.33", "") "]", "[]",
		    "invoice - unpaid paid 0: 334 333 333, other 0" },
		{ "totals that are not the lines'", HEAD("20", "10", ""), "[" LINE("1", "1", "10", "") "]", "[]",
		    "invoice - unpaid paid 0: 1000, other 1000" },
		{ "a line that only takes off is a discount", HEAD("90", "90", ""),
		    "[" LINE("1", "1", "60", "") "," LINE(
			"2", "1", "40", "") ",{\"idlinea\":3,\"idfactura\":2,\"idproducto\":null,\"referencia\":null,"
					    "\"descripcion\":\"Dto\",\"cantidad\":-1,\"pvpunitario\":10,\"pvptotal\":-10}]",
		    "[]", "invoice - unpaid paid 0: 5400 3600, other 0" },
		{ "one that takes back goods keeps its price", HEAD("60", "60", ""),
		    "[" LINE("1", "1", "100", "") "," LINE("2", "-1", "-40", "") "]", "[]",
		    "invoice - unpaid paid 0: 10000 -4000, other 0" },
		{ "two receipts, one paid", HEAD("1000", "1000", ""), "[" LINE("1", "4", "1000", "") "]",
		    "[" RECEIPT("5", "400", "true") "," RECEIPT("6", "600", "false") "]",
		    "invoice - unpaid paid 40000: 100000, other 0" },
		{ "receipts that exceed the total", HEAD("10", "10", ""), "[" LINE("1", "1", "10", "") "]",
		    "[" RECEIPT("5", "10.01", "true") "]", "invoice - paid paid 1001: 1000, other 0" },
		{ "the receipts are believed, not the flag",
		    "{\"idfactura\":2,\"codigo\":\"A\",\"fecha\":\"20-11-2026\",\"editable\":0,\"pagada\":true,"
		    "\"coddivisa\":\"EUR\",\"total\":10,\"neto\":10,\"netosindto\":10}",
		    "[" LINE("1", "1", "10", "") "]", "[" RECEIPT("5", "10", "false") "]",
		    "invoice - unpaid paid 0: 1000, other 0" },
		{ "without receipts the flag is",
		    "{\"idfactura\":2,\"codigo\":\"A\",\"fecha\":\"20-11-2026\",\"editable\":0,\"pagada\":true,"
		    "\"coddivisa\":\"EUR\",\"total\":10,\"neto\":10,\"netosindto\":10}",
		    "[" LINE("1", "1", "10", "") "]", "[]", "invoice - paid paid 1000: 1000, other 0" },
		{ "what costs nothing is paid", HEAD("0", "0", ""), "[" LINE("1", "1", "0", ",\"iva\":21") "]", "[]",
		    "invoice - paid paid 0: 0, other 0" },
		{ "a credit note", HEAD("-225", "-225", ",\"idfacturarect\":1"),
		    "[" LINE("4", "-1", "-225", ",\"idlinearect\":2") "]", "[" RECEIPT("2", "-225", "true") "]",
		    "credit_note 1 paid paid -22500: -22500, other 0" },
		{ "one that is not paid back yet", HEAD("-225", "-225", ",\"idfacturarect\":1"),
		    "[" LINE("4", "-1", "-225", "") "]", "[" RECEIPT("2", "-225", "false") "]",
		    "credit_note 1 unpaid paid 0: -22500, other 0" },
		{ "one that names nothing", HEAD("-5", "-5", ""), "[]", "[]", "credit_note - unpaid paid 0:, other -500" },
		{ "numbers as they come out of doubles",
		    HEAD("99.99499999999999", "99.99499999999999", ",\"dtopor1\":5.684341886080802e-14"),
		    "[" LINE("1", "1", "99.99499999999999", "") "]", "[" RECEIPT("5", "99.995", "false") "]",
		    "invoice - unpaid paid 0: 9999, other 0" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(cases); i++) {
		struct sales_document document;
		struct err err = ERR_INIT;

		expect_ok(
		    cases[i].title, read_invoice(cases[i].head, cases[i].lines, cases[i].receipts, "[]", &document, &err), &err);
		expect_text(cases[i].title, told(&document), cases[i].told);
	}
}

#define DUE(id, amount, paid, day) \
	"{\"idrecibo\":" id ",\"idfactura\":2,\"importe\":" amount ",\"pagado\":" paid ",\"vencimiento\":" day "}"

/* The first day on which something was to be paid and is not: its end, in the site's zone. */
static void
what_is_not_paid_is_due_at_the_end_of_a_day(void **state)
{
	static const struct {
		const char *title, *receipts, *due;
	} cases[] = {
		{ "not paid, the day before winter time", "[" DUE("5", "10", "false", "\"24-10-2026\"") "]",
		    "2026-10-24T22:00:00Z" },
		{ "the day that has 25 hours", "[" DUE("5", "10", "false", "\"25-10-2026\"") "]", "2026-10-25T23:00:00Z" },
		{ "the earliest that is left",
		    "[" DUE("5", "2", "true", "\"01-10-2026\"") "," DUE("6", "4", "false", "\"2026-12-31\"") "," DUE(
			"7", "4", "false", "\"30-11-2026\"") "]",
		    "2026-11-30T23:00:00Z" },
		{ "all is paid", "[" DUE("5", "10", "true", "\"01-10-2026\"") "]", "" },
		{ "no day", "[" DUE("5", "10", "false", "null") "," DUE("6", "10", "false", "\"\"") "]", "" },
		{ "money that goes back is not owed to us", "[" DUE("5", "-10", "false", "\"01-10-2026\"") "]", "" },
	};
	struct sales_document document;
	struct err err = ERR_INIT;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(cases); i++) {
		expect_ok(cases[i].title,
		    read_invoice(HEAD("10", "10", ""), "[" LINE("1", "1", "10", "") "]", cases[i].receipts, "[]", &document, &err),
		    &err);
		expect_text(cases[i].title, document.rest_due_us == 0 ? "" : clock_iso(&arena, document.rest_due_us / 1000000),
		    cases[i].due);
	}
	assert_int_equal(read_invoice(HEAD("10", "10", ""), "[" LINE("1", "1", "10", "") "]",
			     "[" DUE("5", "10", "false", "\"soon\"") "]", "[]", &document, &err),
	    -1);
	expect_err("garbage", &err, ERR_DATA,
	    "invoice \"F2026A1\" (id 2): receipt 5: \"vencimiento\": \"soon\" is not a date like 20-11-2026 or 2026-11-20");
}

/* A quote with its lines, as words; or what is wrong with it. */
static const char *
quote_words(const char *head, const char *lines)
{
	static const struct config_source config = { .name = "erp", .zone = "Europe/Madrid", .paid_percent = 100 };
	struct sales_expected *list = NULL;
	struct json *head_json, *line_json;
	struct err err = ERR_INIT;
	const char *text = "";
	struct fs_offer offer;
	struct fs_part *items;
	struct fs_row row;
	size_t count = 0, i;

	expect_ok("head", json_parse(&arena, "head", head, strlen(head), &head_json, &err), &err);
	expect_ok("lines", json_parse(&arena, "lines", lines, strlen(lines), &line_json, &err), &err);
	row = (struct fs_row){ 7, head_json, { head, strlen(head) } };
	items = ARENA_ARRAY(&arena, line_json->count, struct fs_part);
	for (i = 0; i < line_json->count; i++) {
		items[i] = (struct fs_part){ .owner = 7, .json = &line_json->items[i] };
		expect_ok("id", fs_number(items[i].json, "idlinea", &items[i].id, &err), &err);
	}
	if (fs_offer(&config, &row, "quote", &offer, &err) != 0 ||
	    fs_expected(&arena, &config, head_json, &offer, "quote", (struct fs_parts){ items, line_json->count }, NULL, &list,
		&count, &err) != 0)
		return arena_printf(&arena, "%s", err.message);
	for (i = 0; i < count; i++)
		text = arena_printf(&arena, "%s%s/%s %s x %s %lld %s%s;", text, list[i].number, list[i].line_key, list[i].quantity,
		    list[i].sku, (long long)list[i].net_minor, list[i].currency,
		    list[i].until_us == SALES_UNKNOWN
			? ""
			: arena_printf(&arena, " to %s", clock_iso(&arena, list[i].until_us / 1000000)));
	return text;
}

#define QUOTE(total, more) \
	"{\"idpresupuesto\":7,\"codigo\":\"PRE2026A7\",\"idempresa\":1,\"codcliente\":\"1\",\"nombrecliente\":\"X\",\"fecha\":" \
	"\"20-11-2026\"," \
	"\"hora\":\"10:40:43\",\"editable\":true,\"coddivisa\":\"EUR\",\"total\":" total ",\"neto\":" total \
	",\"netosindto\":" total more "}"

static void
what_is_left_of_a_quote_is_expected(void **state)
{
	static const struct {
		const char *title, *head, *lines, *says;
	} cases[] = {
		{ "until the end of its last day", QUOTE("121", ",\"finoferta\":\"20-12-2026\""),
		    "[" LINE("1", "1", "100", ",\"iva\":21") "]", "PRE2026A7/1 1 x A 12100 EUR to 2026-12-20T23:00:00Z;" },
		{ "without one it holds on; the discount is shared", QUOTE("90", ",\"finoferta\":null"),
		    "[" LINE("1", "1", "60", "") "," LINE(
			"2", "2", "40", "") ",{\"idlinea\":3,\"idproducto\":null,\"referencia\":null,\"descripcion\":\"Dto\","
					    "\"cantidad\":-1,\"pvpunitario\":10,"
					    "\"pvptotal\":-10}]",
		    "PRE2026A7/1 1 x A 5400 EUR;PRE2026A7/2 2 x A 3600 EUR;" },
		{ "less what became an invoice", QUOTE("100", ""), "[" LINE("1", "3", "100", ",\"servido\":1") "]",
		    "PRE2026A7/1 2 x A 6667 EUR;" },
		{ "all of it did", QUOTE("100", ""), "[" LINE("1", "3", "100", ",\"servido\":3") "]", "" },
		{ "part of one", QUOTE("100", ""), "[" LINE("1", "2.5", "100", ",\"servido\":1") "]",
		    "PRE2026A7/1 1.500000 x A 6000 EUR;" },
		{ "nothing asked for", QUOTE("0", ""), "[]", "" },
		{ "a day that is none", QUOTE("1", ",\"finoferta\":\"31-02-2027\""), "[]",
		    "quote \"PRE2026A7\" (id 7): \"finoferta\": the calendar has no \"31-02-2027 \"" },
		{ "a last day that is a list", QUOTE("1", ",\"finoferta\":[1]"), "[]",
		    "quote \"PRE2026A7\" (id 7): \"finoferta\" is an array, not text" },
		{ "served less than nothing", QUOTE("1", ""), "[" LINE("1", "1", "1", ",\"servido\":-1") "]",
		    "quote \"PRE2026A7\" (id 7): line 1: \"servido\" is less than 0" },
		{ "served is text", QUOTE("1", ""), "[" LINE("1", "1", "1", ",\"servido\":\"all\"") "]",
		    "quote \"PRE2026A7\" (id 7): line 1: \"servido\": \"all\" is not a decimal number" },
		{ "a total that is none", QUOTE("[]", ""), "[]",
		    "quote \"PRE2026A7\" (id 7): \"total\": the amount is an array, not a number or a string" },
		{ "no state", "{\"codigo\":\"A\",\"fecha\":\"20-11-2026\"}", "[]",
		    "quote 7: \"editable\" is missing, not true or false" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(cases); i++)
		expect_text(cases[i].title, quote_words(cases[i].head, cases[i].lines), cases[i].says);
}

static void
a_client_is_disabled_since_a_day(void **state)
{
	static const struct config_source config = { .name = "erp", .zone = "Europe/Madrid" };
	static const struct {
		const char *row, *says;
	} cases[] = {
		{ "{\"codcliente\":\"007\",\"debaja\":true,\"fechabaja\":\"18-11-2026\"}", "007 disabled 2026-11-17T23:00:00Z" },
		{ "{\"codcliente\":7,\"debaja\":1,\"fechabaja\":null}", "7 disabled" },
		{ "{\"codcliente\":\"7\",\"debaja\":false,\"fechabaja\":null}", "7" },
		{ "{\"codcliente\":\"7\",\"debaja\":\"yes\",\"fechabaja\":null}",
		    "client \"7\": \"debaja\" is a string, not true or false" },
		{ "{\"codcliente\":\"7\",\"fechabaja\":null}", "client \"7\": \"debaja\" is missing, not true or false" },
		{ "{\"codcliente\":\"7\",\"debaja\":true,\"fechabaja\":\"00-00-0000\"}",
		    "client \"7\": \"fechabaja\": the calendar has no \"00-00-0000 \"" },
		{ "{\"codcliente\":{},\"debaja\":true}", "client: \"codcliente\" is an object, not text" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(cases); i++) {
		struct sales_client client;
		struct err err = ERR_INIT;
		struct json *row;
		bool disabled = false;

		expect_ok("row", json_parse(&arena, "row", cases[i].row, strlen(cases[i].row), &row, &err), &err);
		if (fs_client(&config, row, &client, &disabled, &err) != 0) {
			expect_err(cases[i].row, &err, ERR_DATA, cases[i].says);
			continue;
		}
		expect_text(cases[i].row,
		    arena_printf(&arena, "%s%s%s", client.key, disabled ? " disabled" : "",
			client.disabled_us == SALES_UNKNOWN
			    ? ""
			    : arena_printf(&arena, " %s", clock_iso(&arena, client.disabled_us / 1000000))),
		    cases[i].says);
	}
}

static void
quantities_are_doubles_too(void **state)
{
	struct sales_document document;
	struct err err = ERR_INIT;

	(void)state;
	expect_ok("invoice",
	    read_invoice(HEAD("0", "0", ""),
		"[" LINE("1", "3.0000000000000004", "0", "") "," LINE("2", "0.30000000000000004", "0", "") "," LINE(
		    "3", "-2", "0", "") "]",
		"[]", "[]", &document, &err),
	    &err);
	expect_text("whole", document.lines[0].quantity, "3");
	expect_text("part", document.lines[1].quantity, "0.300000");
	expect_text("negative", document.lines[2].quantity, "-2");
}

static void
payments_keep_their_moments_and_rows_their_text(void **state)
{
	struct sales_document document;
	struct err err = ERR_INIT;

	(void)state;
	expect_ok("invoice",
	    read_invoice(HEAD("571", "571", ""), "[" LINE("1", "1", "571", "") "]", "[" RECEIPT("1", "571", "true") "]",
		"[{\"idpago\":1,\"idrecibo\":1,\"importe\":571,\"fecha\":\"20-11-2026\",\"hora\":\"10:41:04\"},"
		"{\"idpago\":2,\"idrecibo\":1,\"importe\":-571,\"fecha\":\"20-11-2026\",\"hora\":\"10:41:04\"},"
		"{\"idpago\":9,\"idrecibo\":3,\"importe\":1,\"fecha\":\"20-11-2026\",\"hora\":\"10:41:04\"}]",
		&document, &err),
	    &err);
	assert_int_equal(document.payment_count, 2);
	expect_text("key", document.payments[1].key, "2");
	assert_int_equal(document.payments[1].amount_minor, -57100);
	assert_int_equal(document.payments[1].effective_us, 1795167664 * INT64_C(1000000));
	expect_text("what tells versions apart", arena_strndup(&arena, document.content, document.content_len),
	    "{\"factura\":" HEAD("571", "571", "") ",\"lineas\":[" LINE("1", "1", "571", "") "],\"recibos\":[" RECEIPT("1", "571",
		"true") "],\"pagos\":["
			"{\"idpago\":1,\"idrecibo\":1,\"importe\":571,\"fecha\":\"20-11-2026\",\"hora\":\"10:41:04\"},"
			"{\"idpago\":2,\"idrecibo\":1,\"importe\":-571,\"fecha\":\"20-11-2026\",\"hora\":\"10:41:04\"}]}");
	expect_text("payload", arena_strndup(&arena, document.payload, document.payload_len),
	    arena_printf(&arena, "%.*s,\"contactos\":[]}", (int)document.content_len - 1, document.content));
}

static void
what_cannot_be_names_the_invoice(void **state)
{
	static const struct {
		const char *head, *lines, *message;
	} cases[] = {
		{ HEAD("1e31", "1", ""), "[]", "invoice \"F2026A1\" (id 2): \"total\": \"1e31\" is too large a number" },
		{ HEAD("true", "1", ""), "[]",
		    "invoice \"F2026A1\" (id 2): \"total\": the amount is true or false, not a number or a string" },
		{ HEAD("1", "1", ",\"dtopor1\":101000"), "[]", "invoice \"F2026A1\" (id 2): \"dtopor1\" is 101000 percent" },
		{ HEAD("1", "1", ""), "[" LINE("7", "\"x\"", "1", "") "]",
		    "invoice \"F2026A1\" (id 2): line 7: \"cantidad\": \"x\" is not a decimal number" },
		{ HEAD("1", "1", ""), "[" LINE("7", "1e9", "1", "") "]",
		    "invoice \"F2026A1\" (id 2): line 7: \"cantidad\" is beyond 100000" },
		{ HEAD("1", "1", ""), "[" LINE("7", "1", "1", ",\"suplido\":\"perhaps\"") "]",
		    "invoice \"F2026A1\" (id 2): line 7: \"suplido\" is a string, not true or false" },
		{ HEAD("1", "1", ""), "[" LINE("7", "1", "1e30", "") "]",
		    "invoice \"F2026A1\" (id 2): line 7: \"pvptotal\": \"1000000000000000000000000000000\" is too large a number" },
		{ "{\"codigo\":\"\",\"fecha\":\"20-11-2026\",\"editable\":false}", "[]",
		    "invoice 2: \"codigo\" is empty, longer than 200 bytes or holds control characters" },
		{ "{\"codigo\":\"A\",\"fecha\":\"20-13-2026\",\"editable\":false}", "[]",
		    "invoice 2: \"fecha\": the calendar has no \"20-13-2026 \"" },
		{ "{\"codigo\":\"A\",\"fecha\":\"20-11-2026\"}", "[]", "invoice 2: \"editable\" is missing, not true or false" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(cases); i++) {
		struct sales_document document;
		struct err err = ERR_INIT;

		assert_int_equal(read_invoice(cases[i].head, cases[i].lines, "[]", "[]", &document, &err), -1);
		expect_err(cases[i].message, &err, ERR_DATA, cases[i].message);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_lose_their_exponents),
		cmocka_unit_test(decimals_are_rounded_half_up),
		cmocka_unit_test(dates_come_in_both_orders),
		cmocka_unit_test(notes_name_a_learner),
		cmocka_unit_test(an_invoice_says_what_it_belongs_to),
		cmocka_unit_test(totals_are_split_and_payment_is_decided),
		cmocka_unit_test(what_is_not_paid_is_due_at_the_end_of_a_day),
		cmocka_unit_test(what_is_left_of_a_quote_is_expected),
		cmocka_unit_test(a_client_is_disabled_since_a_day),
		cmocka_unit_test(quantities_are_doubles_too),
		cmocka_unit_test(payments_keep_their_moments_and_rows_their_text),
		cmocka_unit_test(what_cannot_be_names_the_invoice),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	arena_done(&arena);
	return failed;
}
