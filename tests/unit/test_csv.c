/* Files of separated values: rows as they stand, numbers and dates as people write them, and the documents that the presets make of the
 * exports they are for. The folder they come in is proven by tests/scenarios/23_csv.sh. */
#include <stdio.h>
#include <stdlib.h>

#include "expect.h"

#include "../../lib/sales/csv_source.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/text.h"
#include "fields.h"

static struct arena arena;
static struct buf out;

/* Rows as [line:cell|cell]. */
static int
print_row(void *context, const struct csv_row *row, struct err *err)
{
	size_t i;

	(void)context;
	(void)err;
	buf_printf(&out, "[%lld:", (long long)row->line);
	for (i = 0; i < row->count; i++)
		buf_printf(&out, "%s%s", i > 0 ? "|" : "", row->cells[i]);
	buf_char(&out, ']');
	return 0;
}

static FILE *
file_of(const char *bytes, size_t len)
{
	FILE *file = tmpfile();

	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, len, file), len);
	rewind(file);
	return file;
}

static void
rows_come_as_they_stand(void **state)
{
#define BYTES(text) text, sizeof(text) - 1
	static const struct {
		const char *title, *bytes;
		size_t len;
		const char *encoding;
		char separator;
		const char *rows, *message; /* of these one is NULL */
	} cases[] = {
		{ "commas", BYTES("a,b\n1,2\n"), NULL, 0, "[1:a|b][2:1|2]", NULL },
		{ "no line end at the end", BYTES("a,b\n1,2"), NULL, 0, "[1:a|b][2:1|2]", NULL },
		{ "CRLF and CR", BYTES("a,b\r\n1,2\r3,4\r"), NULL, 0, "[1:a|b][2:1|2][3:3|4]", NULL },
		{ "semicolons are sniffed", BYTES("a;b;\"c,d,e,f\"\n1;2;3\n"), NULL, 0, "[1:a|b|c,d,e,f][2:1|2|3]", NULL },
		{ "tabs are sniffed, empty cells stay", BYTES("a\tb\tc\n1\t\t3\n"), NULL, 0, "[1:a|b|c][2:1||3]", NULL },
		{ "declared before sniffed", BYTES("a,b;c\n"), NULL, ';', "[1:a,b|c]", NULL },
		{ "quotes, doubled", BYTES("a,\"he said \"\"yes\"\"\"\n"), NULL, 0, "[1:a|he said \"yes\"]", NULL },
		{ "line breaks in quotes; the row begins where it begins", BYTES("a,b\n\"x\ny\r\nz\",2\n3,4\n"), NULL, 0,
		    "[1:a|b][2:x\ny\r\nz|2][5:3|4]", NULL },
		{ "blank rows are left out", BYTES("\n\na,b\n,\n \n1,2\n,,\n"), NULL, 0, "[3:a|b][6:1|2]", NULL },
		{ "a mark of UTF-8", BYTES("\xef\xbb\xbf\"Date\",b\n"), "windows-1252", 0, "[1:Date|b]", NULL },
		{ "UTF-16, little end first",
		    BYTES("\xff\xfe"
			  "a\0\t\0\xe9\0\r\0\n\0"
			  "1\0\t\0"
			  "2\0"),
		    NULL, 0, "[1:a|é][2:1|2]", NULL },
		{ "Windows-1252", BYTES("a;b\nM\xfcller;\x80\n"), "windows-1252", 0, "[1:a|b][2:Müller|€]", NULL },
		{ "not UTF-8", BYTES("a;b\nM\xfcller;1\n"), NULL, 0, NULL,
		    "f, line 2: it holds bytes that are not UTF-8; say in which encoding the file is" },
		{ "not Windows-1252", BYTES("a;b\nx;\x81\n"), "windows-1252", 0, NULL,
		    "f, line 2: it holds bytes that are not windows-1252" },
		{ "NUL", BYTES("a;b\nx;\0\n"), NULL, 0, NULL,
		    "f, line 2: it holds a NUL byte: this is no text file, or one in UTF-16 without a mark" },
		{ "a stray quote", BYTES("a,b\n1,5\" disk\n"), NULL, 0, NULL,
		    "f, line 2: a quote stands inside a cell that does not begin with one, or text follows a closing quote" },
		{ "text after a quote", BYTES("a,b\n\"1\"x,2\n"), NULL, 0, NULL,
		    "f, line 2: a quote stands inside a cell that does not begin with one, or text follows a closing quote" },
		{ "a quote that is not closed", BYTES("a,b\n1,\"2\n3,4\n"), NULL, 0, NULL,
		    "f, line 2: a quote in this row is not closed" },
		{ "the end is cut off in a character",
		    BYTES("\xff\xfe"
			  "a\0b"),
		    NULL, 0, NULL, "f, line 1: the file ends in the middle of a character" },
		{ "empty", BYTES(""), NULL, 0, "", NULL },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(cases); i++) {
		const struct csv_format format = { cases[i].encoding, cases[i].separator };
		FILE *file = file_of(cases[i].bytes, cases[i].len);
		struct err err = ERR_INIT;
		int rc;

		buf_reset(&out);
		rc = csv_read(file, "f", &format, print_row, NULL, &err);
		(void)fclose(file);
		if (cases[i].message != NULL) {
			expect_err(cases[i].title, &err, ERR_DATA, cases[i].message);
			continue;
		}
		expect_ok(cases[i].title, rc, &err);
		expect_text(cases[i].title, out.data, cases[i].rows);
	}
}

/* Blocks are 64 KiB: a row, a character and a line end must come whole over their edges. */
static void
blocks_have_no_edges(void **state)
{
	static const struct csv_format windows = { "windows-1252", ',' }, utf8 = { NULL, ',' };
	size_t shift, rows;

	(void)state;
	for (shift = 0; shift < 4; shift++) {
		struct err err = ERR_INIT;
		struct buf text, expected;
		FILE *file;

		buf_init(&text, 1 << 20);
		buf_init(&expected, 1 << 20);
		buf_printf(&text, "%.*s,b\r\n", (int)shift + 1, "aaaa");
		buf_printf(&expected, "[1:%.*s|b]", (int)shift + 1, "aaaa");
		for (rows = 2; rows < 9000; rows++) {
			buf_printf(&text, "%zu,\"é\r\n\"\r\n", rows);
			buf_printf(&expected, "[%zu:%zu|é\r\n]", 2 * rows - 2, rows);
		}
		buf_reset(&out);
		file = file_of(text.data, text.len);
		expect_ok("utf-8", csv_read(file, "f", &utf8, print_row, NULL, &err), &err);
		(void)fclose(file);
		expect_text("utf-8", out.data, expected.data);
		/* The same bytes read as two characters each. */
		file = file_of(text.data, text.len);
		buf_reset(&out);
		expect_ok("windows-1252", csv_read(file, "f", &windows, print_row, NULL, &err), &err);
		(void)fclose(file);
		assert_true(out.len > expected.len);
		buf_done(&text);
		buf_done(&expected);
	}
}

static void
numbers_are_read_as_people_write_them(void **state)
{
	static const struct {
		const char *text;
		char decimal;
		const char *plain; /* NULL: refused */
	} cases[] = {
		{ "264.57", '.', "264.57" },
		{ "1,234.56", '.', "1234.56" },
		{ "1.234,56", ',', "1234.56" },
		{ "1.130,68 €", ',', "1130.68" },
		{ "$ 12.00", '.', "12.00" },
		{ "EUR 1 234 567,5", ',', "1234567.5" },
		{ "12,50 EUR", ',', "12.50" },
		{ "1\u00a0234,50", ',', "1234.50" },
		{ "1'234.50", '.', "1234.50" },
		{ "-28,51", ',', "-28.51" },
		{ "\u221228,51", ',', "-28.51" },
		{ "28.51-", '.', "-28.51" },
		{ "(28.51)", '.', "-28.51" },
		{ "7", '.', "7" },
		{ "007", '.', "007" },
		{ "1.130,68", '.', NULL },
		{ "1,13", '.', NULL },
		{ "12,34,567", '.', NULL },
		{ "1.234.56", ',', NULL },
		{ "1,234 567", '.', NULL },
		{ "1234,567.00", '.', NULL },
		{ "1.", '.', NULL },
		{ ".5", '.', NULL },
		{ "", '.', NULL },
		{ "-", '.', NULL },
		{ "--1", '.', NULL },
		{ "-(1)", '.', NULL },
		{ "1-2", '.', NULL },
		{ "(1", '.', NULL },
		{ "1.2E+15", '.', NULL },
		{ "Dana Buyer", '.', NULL },
		{ "0x10", '.', NULL },
		{ "123456789012345678901234567890123", '.', NULL },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(cases); i++) {
		struct err err = ERR_INIT;
		const char *plain = NULL;

		assert_int_equal(
		    csv_number(&arena, cases[i].text, cases[i].decimal, &plain, &err), cases[i].plain != NULL ? 0 : -1);
		expect_text(cases[i].text, plain, cases[i].plain);
	}
}

static void
dates_have_the_declared_form(void **state)
{
	static const struct {
		const char *text, *form, *utc; /* NULL: refused */
	} cases[] = {
		{ "7/25/2018 21:06", "%m/%d/%Y %H:%M", "2018-07-25T19:06:00Z" },
		{ "25/7/2018 21:06", "%m/%d/%Y %H:%M", NULL },
		{ "2021-03-04 10:11:12 -0500", "%Y-%m-%d %H:%M:%S %z", "2021-03-04T15:11:12Z" },
		{ "03.08.2026 16:05:11", "%d.%m.%Y %H:%M:%S", "2026-08-03T14:05:11Z" },
		{ "31-02-2026", "%d-%m-%Y", NULL },
		{ "20-11-2026", "%d-%m-%Y", "2026-11-19T23:00:00Z" },
		{ "20-11-2026 10:00", "%d-%m-%Y", NULL },
		{ "2026-08-03T10:05:00Z", "iso", "2026-08-03T10:05:00Z" },
		{ "2026-08-03 10:05", "iso", "2026-08-03T08:05:00Z" },
		{ "2026-08-03", "iso", "2026-08-02T22:00:00Z" },
		{ "03/08/2026", "iso", NULL },
		{ "1785751511", "epoch", "2026-08-03T10:05:11Z" },
		{ "46237.5", "excel", "2026-08-03T10:00:00Z" },
		{ "44775.5", "excel1904", "2026-08-03T10:00:00Z" },
		{ "0", "excel", NULL },
		{ "46237,5", "excel", NULL },
		{ "99999999999", "excel", NULL },
		/* The hour that spring leaves out, and the one that autumn has twice. */
		{ "2026-03-29 02:30", "iso", "2026-03-29T01:30:00Z" },
		{ "2026-10-25 02:30", "iso", "2026-10-25T00:30:00Z" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(cases); i++) {
		const struct config_list forms = { (const char *[]){ cases[i].form }, 1 };
		struct err err = ERR_INIT;
		int64_t us = 0;

		if (csv_moment(cases[i].text, &forms, "Europe/Madrid", &us, &err) != 0)
			us = INT64_MIN;
		expect_text(cases[i].text, us == INT64_MIN ? NULL : clock_iso(&arena, us / 1000000), cases[i].utc);
	}
}

/* A document in one line. */
static int
print_document(void *context, const struct sales_document *d, struct err *err)
{
	static const char *const statuses[] = { "paid", "unpaid", "cancelled", "test" };
	size_t i;

	(void)context;
	(void)err;
	buf_printf(&out, "%s %s %s %s %s %lld", d->kind, d->external_id, clock_iso(&arena, d->effective_us / 1000000),
	    statuses[d->status], d->currency, (long long)d->total_minor);
	if (d->refunded_minor != 0 && d->refunded_minor != SALES_UNKNOWN)
		buf_printf(&out, " refunded %lld", (long long)d->refunded_minor);
	if (d->corrects != NULL)
		buf_printf(&out, " corrects %s", d->corrects);
	if (d->unallocated_minor != 0)
		buf_printf(&out, " unallocated %lld", (long long)d->unallocated_minor);
	if (d->buyer != NULL)
		buf_printf(&out, " by %s <%s>", d->buyer->name, d->buyer->email);
	for (i = 0; i < d->reference_count; i++)
		buf_printf(&out, " [%s %s]", d->references[i].name, d->references[i].value);
	if (d->fields.count > 0)
		buf_printf(&out, " {%s}", fields_text(&arena, &d->fields));
	for (i = 0; i < d->line_count; i++) {
		buf_printf(&out, "; %s x %s/%s/%s/%s = %lld", d->lines[i].quantity, d->lines[i].product_key, d->lines[i].sku,
		    d->lines[i].variant_key, d->lines[i].name, (long long)d->lines[i].net_minor);
		if (d->lines[i].learner != NULL)
			buf_printf(&out, " for %s <%s>", d->lines[i].learner->name, d->lines[i].learner->email);
		if (d->lines[i].fields.count > 0)
			buf_printf(&out, " {%s}", fields_text(&arena, &d->lines[i].fields));
	}
	buf_char(&out, '\n');
	return 0;
}

struct sheet {
	const char *title;
	struct config_source config;
	const char *text;
	const char *expected; /* documents; or what is wrong, line by line; or the error */
};

static void
expect_sheet(const struct sheet *sheet)
{
	const struct sales_sink sink = { .document = print_document };
	struct config_source config = sheet->config;
	const struct sales_source source = { .config = &config, .currency = "EUR" };
	struct drop_faults faults = { .arena = ARENA_INIT };
	FILE *file = file_of(sheet->text, strlen(sheet->text));
	struct err err = ERR_INIT;
	size_t i;

	config.zone = config.zone != NULL ? config.zone : "Europe/Madrid";
	config.decimal = config.decimal != NULL ? config.decimal : ".";
	config.separator = config.separator != NULL ? config.separator : "auto";
	config.role = config.role != NULL ? config.role : "sale";
	buf_reset(&out);
	if (csv_orders(file, "f", &source, &faults, &sink, &err) != 0) {
		buf_reset(&out);
		buf_text(&out, err.message);
	} else if (faults.count > 0) {
		buf_reset(&out);
		for (i = 0; i < faults.kept; i++)
			buf_printf(&out, "%s\n", faults.lines[i]);
	}
	expect_text(sheet->title, out.data, sheet->expected);
	(void)fclose(file);
	arena_done(&faults.arena);
}

#define LABELS(...) \
	{ \
		(const char *[]){ __VA_ARGS__ }, sizeof((const char *[]){ __VA_ARGS__ }) / sizeof(const char *) \
	}

static void
presets_read_their_exports(void **state)
{
	const struct sheet sheets[] = {
		{ "squarespace: later rows leave the order's cells empty",
		    { .preset = "squarespace", .tax_on_top = true, .learner_email_labels = LABELS("Learner email") },
		    "Order ID,Email,Financial Status,Paid at,Currency,Subtotal,Shipping,Taxes,Amount Refunded,Total,Discount "
		    "Code,Discount Amount,"
		    "Created at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku,Lineitem variant,Billing "
		    "Name,Cancelled at,Payment Reference,"
		    "Product Form: Learner email\n"
		    "01042,hr@acme.example,PAID,8/3/2026 10:05,EUR,270.00,0.00,21.57,0.00,264.57,SUMMER10,27.00,8/3/2026 10:05,2,"
		    "\"Basic Life Support, online\",60.00,BLS-2026,English,Dana Buyer,,ch_A1,wei.zhang@example.com\n"
		    "01042,,,,,,,,,,,,,1,Advanced Cardiac Life Support,150.00,ACLS-2026,,,,,joao.silva@example.com\n",
		    "order 01042 2026-08-03T08:05:00Z paid EUR 26457 by Dana Buyer <hr@acme.example> [transaction ch_A1]; 2 x "
		    "/BLS-2026/English/Basic "
		    "Life Support, online"
		    " = 11759 for  <wei.zhang@example.com>; 1 x /ACLS-2026//Advanced Cardiac Life Support = 14698 for  "
		    "<joao.silva@example.com>\n" },
		{ "stripe: failed attempts are left out, part was given back",
		    { .preset = "stripe", .role = "payment", .zone = "UTC" },
		    "id,Description,Created (UTC),Amount,Amount Refunded,Currency,Mode,Status,Customer Email,course "
		    "(metadata),learner_email (metadata),Invoice ID,PaymentIntent ID,order_id (metadata)\r\n"
		    "ch_A1,Subscription update,2026-08-01 "
		    "00:01,20.00,5.00,eur,Live,Paid,learner@example.com,BLS-2026,wei.zhang@example.com,in_A1,pi_A1,1042\r\n"
		    "ch_B1,Subscription update,2026-08-01 00:02,20.00,0.00,eur,Live,Failed,b@example.com,,,,,\r\n"
		    "ch_C1,Try,2026-08-01 00:03:30,20.00,0.00,eur,Test,Paid,c@example.com,,,,,\r\n",
		    "payment ch_A1 2026-08-01T00:01:00Z paid EUR 2000 refunded 500 by  <learner@example.com> [transaction ch_A1] "
		    "[transaction pi_A1] [invoice in_A1] [metadata.course BLS-2026] [metadata.order_id 1042]; 1 x "
		    "/BLS-2026//Subscription update = 2000 for"
		    "  <wei.zhang@example.com>\n"
		    "payment ch_C1 2026-08-01T00:03:30Z test EUR 2000 by  <c@example.com> [transaction ch_C1]; 1 x ///Try = "
		    "2000\n" },
		{ "woocommerce: a row per item, the order's cells repeated", { .preset = "woocommerce" },
		    "order_id,order_number,order_date,status,order_total,shipping_total,order_currency,transaction_id,billing_"
		    "email,"
		    "billing_first_name,billing_last_name,"
		    "item_name,item_sku,item_quantity,item_total\n"
		    "77,1077,2026-08-03 12:00:00,completed,108.00,8.00,EUR,pi_77,d@acme.example,Dana,Buyer,Course A,A,2,60.00\n"
		    "77,1077,2026-08-03 12:00:00,completed,108.00,8.00,EUR,pi_77,d@acme.example,Dana,Buyer,Course B,B,1,40.00\n",
		    "order 77 2026-08-03T10:00:00Z paid EUR 10800 by Dana Buyer <d@acme.example> [transaction pi_77]; 2 x "
		    "/A//Course A = 6000; 1 x "
		    "/B//Course B = 4000\n" },
		{ "woocommerce: lines packed into a cell", { .preset = "woocommerce" },
		    "order_id;status;order_date;order_total;customer_email;line_items\n"
		    "78;wc-refunded;2026-08-03 12:00:00;108.00;d@acme.example;\"name:Course: "
		    "A|product_id:34|sku:A|quantity:2|total:68.00;"
		    "name:Course B|product_id:35|sku:|quantity:1|total:40.00;\"\n",
		    "order 78 2026-08-03T10:00:00Z paid EUR 10800 refunded 10800 by  <d@acme.example>; 2 x 34/A//Course: A = 6800; "
		    "1 x 35///Course B ="
		    " 4000\n" },
		{ "paypal: German, a refund of its own, what is no sale left out",
		    { .preset = "paypal", .role = "payment", .decimal = ",", .dates = LABELS("%d.%m.%Y %H:%M:%S") },
		    "\xef\xbb\xbf\"Datum\",\"Uhrzeit\",\"Zeitzone\",\"Name\",\"Typ\",\"Status\",\"Währung\",\"Brutto\",\"Gebühr\","
		    "\"Netto\","
		    "\"Absender E-Mail-Adresse\",\"Transaktionscode\",\"Zugehöriger Transaktionscode\",\"Rechnungsnummer\"\n"
		    "\"03.08.2026\",\"16:05:11\",\"CEST\",\"Dana "
		    "Buyer\",\"Website-Zahlung\",\"Abgeschlossen\",\"EUR\",\"1.130,68\",\"-28,51\",\"1.102,17\","
		    "\"dana@acme.example\",\"8AB\",\"\",\"WC-1042\"\n"
		    "\"04.08.2026\",\"09:00:00\",\"CEST\",\"\",\"Allgemeine "
		    "Abbuchung\",\"Abgeschlossen\",\"EUR\",\"-900,00\",\"0,00\",\"-900,00\",\"\",\"7CD\",\"\",\"\"\n"
		    "\"05.08.2026\",\"10:00:00\",\"CEST\",\"Dana "
		    "Buyer\",\"Rückzahlung\",\"Abgeschlossen\",\"EUR\",\"-65,34\",\"1,50\",\"-63,84\",\"\",\"9XY\","
		    "\"8AB\",\"WC-1042\"\n",
		    NULL },
		{ "facturascripts: 0 and 1",
		    { .preset = "facturascripts",
			.role = "invoice",
			.decimal = ",",
			.columns = { .name = "= Course", .buyer_email = "correo" } },
		    "codigo;numero2;fecha;nombrecliente;total;pagada;correo\nFAC2026A1;1042;20-11-2026;José;121,00;1;jose@example."
		    "org\n"
		    "FAC2026A2;;20-11-2026;Ana;60,50;0;ana@example.org\n",
		    "invoice FAC2026A1 2026-11-19T23:00:00Z paid EUR 12100 by José <jose@example.org> [reference 1042]; 1 x "
		    "///Course = 12100\n"
		    "invoice FAC2026A2 2026-11-19T23:00:00Z unpaid EUR 6050 by Ana <ana@example.org>; 1 x ///Course = 6050\n" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(sheets); i++) {
		struct sheet sheet = sheets[i];

		if (sheet.expected == NULL)
			sheet.expected = "payment 8AB 2026-08-03T14:05:11Z paid EUR 113068 by Dana Buyer <dana@acme.example> "
					 "[transaction 8AB]; 1 x /// = 113068\n"
					 "credit_note 9XY 2026-08-05T08:00:00Z paid EUR -6534 corrects 8AB by Dana Buyer <> "
					 "[transaction 9XY]; -1 x /// = -6534\n";
		expect_sheet(&sheet);
	}
}

/* What a form's column says is the line's; the rest is the document's, unless rows differ. Only what is named is kept. */
static void
fields_that_are_named_are_kept(void **state)
{
	struct config_field fields[] = { FIELD("affiliation", "Hospital or school", "hospital"), FIELD("company", "company"),
		FIELD("tax_id", "tax_id", "NIF"), FIELD("dept", "Department") };
#define FIELDS .fields = fields, .field_count = COUNT_OF(fields)
	const struct sheet sheets[] = {
		{ "squarespace: the product's form and the checkout's", { .preset = "squarespace", FIELDS },
		    "Order ID,Email,Financial Status,Currency,Total,Created at,Lineitem quantity,Lineitem name,Lineitem price,"
		    "Product Form: HOSPITAL or  school,Checkout Form: NIF,Product Form: Emergency contact\n"
		    "1,a@x.org,PAID,EUR,30.00,8/3/2026 10:05,1,A,10.00,St. Mary,B123,Eve\n"
		    "1,,,,,,1,B,20.00,,,Adam\n"
		    "2,a@x.org,PAID,EUR,10.00,8/3/2026 10:05,1,A,10.00,,,\n",
		    "order 1 2026-08-03T08:05:00Z paid EUR 3000 by  <a@x.org> {tax_id=B123}; 1 x ///A = 1000 {affiliation=St. "
		    "Mary};"
		    " 1 x ///B = 2000\n"
		    "order 2 2026-08-03T08:05:00Z paid EUR 1000 by  <a@x.org>; 1 x ///A = 1000\n" },
		{ "woocommerce: the company, meta fields of the order and of its items", { .preset = "woocommerce", FIELDS },
		    "order_id,order_date,status,order_total,order_currency,billing_email,billing_company,meta:NIF,item_name,"
		    "item_quantity,item_total,meta:Department\n"
		    "7,2026-08-03 12:00:00,completed,30.00,EUR,d@acme.example,Acme SL,B9,A,1,10.00,Ward 1\n"
		    "7,2026-08-03 12:00:00,completed,30.00,EUR,d@acme.example,Acme SL,B9,B,1,20.00,Ward 2\n"
		    "8,2026-08-03 12:00:00,completed,30.00,EUR,d@acme.example,,,A,1,10.00,Ward 1\n"
		    "8,2026-08-03 12:00:00,completed,30.00,EUR,d@acme.example,,,B,1,20.00,Ward 1\n",
		    "order 7 2026-08-03T10:00:00Z paid EUR 3000 by  <d@acme.example> {company=Acme SL, tax_id=B9}; 1 x ///A = 1000 "
		    "{dept=Ward 1}; 1 x ///B = 2000 {dept=Ward 2}\n"
		    "order 8 2026-08-03T10:00:00Z paid EUR 3000 by  <d@acme.example> {dept=Ward 1}; 1 x ///A = 1000; 1 x ///B = "
		    "2000\n" },
		{ "stripe and any other: metadata, columns that the settings name, the first label that says something",
		    { .preset = "stripe", .role = "payment", .zone = "UTC", .columns = { .company = "Firm" }, FIELDS },
		    "id,Created (UTC),Amount,Currency,Status,Customer Email,Firm,hospital (metadata),Hospital or school "
		    "(metadata)\n"
		    "ch_1,2026-08-01 00:01,20.00,eur,Paid,l@x.org,Acme,Second,First\nch_2,2026-08-01 "
		    "00:01,20.00,eur,Paid,l@x.org,,Second,\n",
		    "payment ch_1 2026-08-01T00:01:00Z paid EUR 2000 by  <l@x.org> [transaction ch_1] [metadata.hospital Second] "
		    "[metadata.Hospital or school First] {company=Acme, affiliation=First}; 1 x /// = 2000\n"
		    "payment ch_2 2026-08-01T00:01:00Z paid EUR 2000 by  <l@x.org> [transaction ch_2] [metadata.hospital Second] "
		    "{affiliation=Second}; 1 x /// = 2000\n" },
		{ "rows of an order that name two companies", { .preset = "woocommerce", FIELDS },
		    "order_id,order_date,status,order_total,billing_company,item_name,item_total\n"
		    "7,2026-08-03 12:00:00,completed,30.00,Acme,A,10.00\n7,2026-08-03 12:00:00,completed,30.00,Other,B,20.00\n",
		    "row 3, column \"billing_company\": \"Other\", but row 2 of the same order says \"Acme\"\n" },
		{ "nothing is named, nothing is kept", { .preset = "woocommerce" },
		    "order_id,order_date,status,order_total,billing_company,item_name,item_total\n"
		    "7,2026-08-03 12:00:00,completed,10.00,Acme,A,10.00\n",
		    "order 7 2026-08-03T10:00:00Z paid EUR 1000; 1 x ///A = 1000\n" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(sheets); i++)
		expect_sheet(&sheets[i]);
}

static void
a_row_without_an_id_is_known_by_what_it_says(void **state)
{
	static const char one[] =
	    "Submitted,Name,Email,Interest\n2026-08-03 10:00,Ana,ana@example.org,BLS\n46237.5,Bo,bo@example.org,ACLS\n,,,\n";
	static const char other[] =
	    "Interest,Email,Name,Submitted\nACLS,bo@example.org,Bo B.,46237.5\nBLS,ana@example.org,Ana,2026-08-03 10:00\n"
	    "BLS,ana@example.org,Ana,2026-08-03 10:00\n";
	const struct sales_sink sink = { .document = print_document };
	struct config_source config = {
		.preset = "sheet", .zone = "Europe/Madrid", .decimal = ".", .separator = "auto", .role = "sale"
	};
	const struct sales_source source = { .config = &config, .currency = "EUR" };
	struct drop_faults faults = { .arena = ARENA_INIT };
	struct err err = ERR_INIT;
	char first[26], second[26];
	FILE *file = file_of(one, sizeof(one) - 1);

	(void)state;
	buf_reset(&out);
	expect_ok("one", csv_orders(file, "f", &source, &faults, &sink, &err), &err);
	(void)fclose(file);
	assert_int_equal(faults.count, 0);
	assert_int_equal(strncmp(out.data, "order row-", 10), 0);
	(void)snprintf(first, sizeof(first), "%.24s", out.data + 10);
	assert_non_null(strstr(out.data, " 2026-08-03T08:00:00Z paid EUR 0 by Ana <ana@example.org>; 1 x ///BLS = 0\n"));
	assert_non_null(strstr(out.data, " 2026-08-03T10:00:00Z paid EUR 0 by Bo <bo@example.org>; 1 x ///ACLS = 0\n"));
	/* Columns and rows in another order, a row twice: the same orders, each once. */
	buf_reset(&out);
	file = file_of(other, sizeof(other) - 1);
	expect_ok("other", csv_orders(file, "f", &source, &faults, &sink, &err), &err);
	(void)fclose(file);
	assert_int_equal(faults.count, 0);
	(void)snprintf(second, sizeof(second), "%.24s", strstr(strchr(out.data, '\n'), "row-") + 4);
	expect_text("id", second, first);
	assert_null(strstr(strchr(strchr(out.data, '\n') + 1, '\n'), "order"));
}

static void
what_is_wrong_is_told_row_by_row(void **state)
{
	const struct config_source plain = { .columns = { .order = "id",
						 .status = "status",
						 .created = "date",
						 .total = "total",
						 .sku = "sku",
						 .quantity = "qty",
						 .line_total = "price",
						 .refunded = "refunded",
						 .buyer_email = "mail" },
		.statuses = { .paid = LABELS("paid"), .partial = LABELS("partial"), .unpaid = LABELS("open") },
		.dates = LABELS("%Y-%m-%d") };
#define HEAD "id,status,date,total,sku,qty,price,refunded,mail\n"
	struct sheet sheets[] = {
		{ "unknown status", plain, HEAD "1,done,2026-08-03,10.00,A,1,10.00,,a@x.org\n",
		    "row 2, column \"status\": \"done\" is in no list of \"statuses\"\n" },
		{ "empty status", plain, HEAD "1,,2026-08-03,10.00,A,1,10.00,,a@x.org\n",
		    "row 2, column \"status\": \"\" is in no list of \"statuses\"\n" },
		{ "partial without an amount", plain, HEAD "1,partial,2026-08-03,10.00,A,1,10.00,,a@x.org\n",
		    "row 2, column \"status\": \"partial\", but no column says how much was given back\n" },
		{ "date, amount, quantity: each row is named", plain,
		    HEAD "1,paid,03/08/"
			 "2026,10.00,A,1,10.00,,a@x.org\n2,paid,2026-08-03,ten,A,1,10.00,,a@x.org\n3,paid,2026-08-03,10.00,A,1,10."
			 "005,,a@x.org\n",
		    "row 2, column \"date\": \"03/08/2026\" is not a date of the form \"%Y-%m-%d\"\n"
		    "row 3, column \"total\": \"ten\" is not a number with the decimal mark \".\"\n"
		    "row 4, column \"price\": \"10.005\" is not an amount in EUR: it has more than 2 decimals\n" },
		{ "cells are missing", plain, HEAD "1,paid,2026-08-03,10.00,A,1\n", "row 2: it has 6 cells, the header has 9\n" },
		{ "no id", plain, HEAD ",paid,2026-08-03,10.00,A,1,10.00,,a@x.org\n",
		    "row 2, column \"id\": it is empty, longer than 200 bytes or holds control characters\n" },
		{ "rows of an order disagree", plain,
		    HEAD "1,paid,2026-08-03,10.00,A,1,4.00,,a@x.org\n1,paid,2026-08-03,11.00,B,1,6.00,,a@x.org\n",
		    "row 3, column \"total\": \"11.00\", but row 2 of the same order says \"10.00\"\n" },
		{ "an order torn apart", plain,
		    HEAD "1,paid,2026-08-03,4.00,A,1,4.00,,a@x.org\n2,paid,2026-08-03,4.00,A,1,4.00,,a@x.org\n1,paid,2026-08-03,4."
			 "00,B,1,4.00,,a@x.org\n",
		    "row 4, column \"id\": the order stood further up already, with others between\n" },
		{ "negative", plain, HEAD "1,paid,2026-08-03,-10.00,A,1,10.00,,a@x.org\n",
		    "row 2, column \"total\": it is negative, and no column says of which order it is given back\n" },
		{ "another shop's file", plain, "order_key,foo\n1,2\n", "f, row 1: there is no column \"id\"" },
		{ "a name twice", plain, "id,status,date,total,sku,qty,price,refunded,mail,Total\n",
		    "f, row 1: column \"total\" comes 2 times: say which one, as in \"total#1\"" },
		{ "nothing", plain, "\n", "f is empty" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(sheets); i++)
		expect_sheet(&sheets[i]);
	sheets[0].config.columns.total = "Total#2";
	sheets[0].title = "the second of equal names";
	sheets[0].text =
	    "id,status,date,total,sku,qty,price,refunded,mail,Total\n1,paid,2026-08-03,1.00,A,1,10.00,,a@x.org,10.00\n";
	sheets[0].expected = "order 1 2026-08-02T22:00:00Z paid EUR 1000 by  <a@x.org>; 1 x /A// = 1000\n";
	expect_sheet(&sheets[0]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_come_as_they_stand),
		cmocka_unit_test(blocks_have_no_edges),
		cmocka_unit_test(numbers_are_read_as_people_write_them),
		cmocka_unit_test(dates_have_the_declared_form),
		cmocka_unit_test(presets_read_their_exports),
		cmocka_unit_test(fields_that_are_named_are_kept),
		cmocka_unit_test(a_row_without_an_id_is_known_by_what_it_says),
		cmocka_unit_test(what_is_wrong_is_told_row_by_row),
	};
	int failed;

	buf_init(&out, (size_t)1 << 22);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	buf_done(&out);
	arena_done(&arena);
	return failed;
}
