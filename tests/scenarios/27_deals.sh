#!/bin/bash
# Deals: a sale that three systems know is one sale, with one access and one revenue; and each way in which the three can contradict each other is
# found by its name. The table below plants them.
now=2026-11-20T12:00:00Z
. "$(dirname "$0")/lib.sh"
fixtures=tests/fixtures/facturascripts
echo 'links = ( { from = "erp"; field = "numero2"; pattern = "^WEB-([0-9]+)$"; to = "shop"; }, { from = "books"; field = "reference"; pattern = "^WEB-([0-9]+)$"; to = "web"; },
             { from = "pay"; field = "metadata.order_id"; to = "shop"; } );
      products = ( { source = "shop"; match = "sku:MATH-*"; site = "campus"; courses = ("MATH-101"); term = "P2Y"; },
             { source = "web"; match = "sku:MATH-*"; site = "campus"; courses = ("MATH-101"); term = "P2Y"; },
             { source = "books"; match = "sku:MATH-*"; site = "campus"; courses = ("MATH-101"); term = "P2Y"; },
             { source = "web2"; match = "sku:MATH-*"; site = "campus"; courses = ("MATH-101"); term = "P2Y"; } );' >"$dir/rules.conf"
start --seed contract --now 2026-11-20T09:41:24Z
mkdir "$dir/web" "$dir/web2" "$dir/books" "$dir/pay"
form='columns = { order = "id"; status = "status"; created = "sold"; currency = "currency"; total = "total"; refunded = "refunded"; sku = "sku"; name = "sku";
	buyer_email = "email"; transaction = "payment"; reference = "ref"; };
	statuses = { paid = ("paid"); unpaid = ("unpaid"); cancelled = ("cancelled"); test = ("test"); }; dates = ("iso"); max_age = "P30D";'
more_sources=", { name = \"erp\"; kind = \"facturascripts\"; role = \"invoice\"; url = \"$url\"; token = \"file:$dir/sandbox/fs.token\"; sweep_days = 1;
	ca_file = \"$dir/sandbox/ca.pem\"; allow_private = (\"127.0.0.1\", \"localhost\"); settles = (\"shop\"); },
	{ name = \"web\"; kind = \"csv\"; folder = \"$dir/web\"; $form }, { name = \"web2\"; kind = \"csv\"; folder = \"$dir/web2\"; $form },
	{ name = \"books\"; kind = \"csv\"; role = \"invoice\"; folder = \"$dir/books\"; settles = (\"web\"); wait = \"P2D\"; $form },
	{ name = \"pay\"; kind = \"csv\"; role = \"payment\"; folder = \"$dir/pay\"; settles = (\"shop\", \"web\", \"web2\", \"books\"); wait = \"P2D\"; $form }"
write_conf
hold

# nn | sale | invoices | payments | what is found. A document is its total, then what is not as usual: a currency, a status, r30 (30.00 given back), #nn (it names
# that sale), #nn/mm (its number names the one and its payment the other sale). "-": there is none.
plants=$(grep -v '^ *$' <<'TABLE'
01 | 100           | 100           | 100           |
02 | 100           | 60 40         | 30 70         |
03 | 100 r30       | 100 r30       | 100 r30       |
04 | 100 cancelled r100 | 100 r100 | 100 r100      |
05 | 100 test      | -             | 100 test      |
06 | 0             | -             | -             |
07 | 100           | -             | 100           | INVOICE_MISSING
11 | 100           | 90            | 100           | DEAL_AMOUNT_DIFFERS
12 | 100           | 110           | 100           | DEAL_AMOUNT_DIFFERS
13 | 100           | 100           | 90            | DEAL_AMOUNT_DIFFERS
14 | 100           | 100           | 110           | DEAL_AMOUNT_DIFFERS
15 | 100           | 90            | 80            | DEAL_AMOUNT_DIFFERS DEAL_AMOUNT_DIFFERS
16 | 100           | 100           | 30 60         | DEAL_AMOUNT_DIFFERS
17 | 100           | 100 USD       | 100           | DEAL_CURRENCY_DIFFERS
18 | 100           | 100           | 100 USD       | DEAL_CURRENCY_DIFFERS
19 | 100           | -             | 100           | INVOICE_MISSING
20 | 100           | 100           | -             | PAYMENT_MISSING
21 | 100           | -             | -             | INVOICE_MISSING PAYMENT_MISSING
22 | -             | -             | 100           | PAYMENT_WITHOUT_SALE
23 | -             | 100           | -             | INVOICE_WITHOUT_SALE
24 | -             | 100           | 100           | INVOICE_WITHOUT_SALE PAYMENT_WITHOUT_SALE
43 | -             | 100#43/43     | 100           | INVOICE_WITHOUT_SALE
25 | 100           | 100 100       | 100           | DEAL_INVOICED_TWICE
26 | 100           | 100           | 100 100       | DEAL_PAID_TWICE
27 | 100           | 100 90#27/28  | 100           | DEAL_UNCLEAR
28 | 100           | 100           | 100           |
29 | 100           | 100           | 100 50#01/02  | DEAL_UNCLEAR
30 | 100 cancelled | 100           | -             | DEAL_CANCELLED_DIFFERS
31 | 100 cancelled | 100 r100      | 100           | DEAL_CANCELLED_DIFFERS
32 | 100 test      | -             | 100           | DEAL_TEST_DIFFERS
33 | 100           | 100           | 100 test      | DEAL_TEST_DIFFERS
34 | 100 r30       | 100 r30       | 100           | DEAL_REFUND_MISSING
35 | 100           | 100           | 100 r30       | DEAL_REFUND_MISSING
36 | 100 r30       | 100           | 100 r30       | DEAL_REFUND_MISSING
37 | 100 r30       | 100 r30       | 100 r60       | DEAL_REFUNDED_TWICE
38 | 100 r30       | 100 r30       | 100 r40       | DEAL_REFUND_DIFFERS
39 | 100 unpaid    | 100           | 100           | DEAL_PAID_DIFFERS DEAL_PAID_DIFFERS
40 | 100           | 100 unpaid    | 100           | DEAL_PAID_DIFFERS
41 | 100           | 100           | 100 unpaid    | DEAL_PAID_DIFFERS
42 | 100 twice     | 100           | 100           | DEAL_UNCLEAR SALE_TWICE
TABLE
)
head='id,status,sold,currency,total,refunded,sku,email,payment,ref'
for source in web web2 books pay; do echo "$head" >"$dir/$source.csv"; done
# document SOURCE ID NN WORDS…: one row of a source's file, out of words of the table.
document() {
	local source=$1 id=$2 nn=$3 total=${4%%#*} currency=EUR status=paid refunded=0 number=$3 payment=$3 names=${4#*#} word
	[ "$names" = "$4" ] || { number=${names%/*} payment=${names#*/}; }
	for word in "${@:5}"; do
		case $word in
		USD) currency=USD ;;
		r*) refunded=${word#r} ;;
		twice) document web2 "$nn" "$nn" "$total" ;;
		*) status=$word ;;
		esac
	done
	# The payment's id is what sales and payments know; invoices name the sale. One that names two says both.
	[ "$source" != pay ] || [ "$names" = "$4" ] || payment="$number ch_$payment"
	[ "$source" != books ] || [ "$names" != "$4" ] || payment=
	echo "$id,$status,2026-11-10T10:00:00Z,$currency,$total.00,$refunded.00,MATH-1,l$nn@example.test,${payment:+ch_$payment},WEB-$number" >>"$dir/$source.csv"
}
# side SOURCE NN WORDS: its documents; each begins with a number.
side() {
	local source=$1 nn=$2 k=0 words=() word
	for word in $3 end; do
		case $word in
		[0-9]* | end) if [ ${#words[@]} -gt 0 ]; then
			k=$((k + 1))
			document "$source" "$nn$([ "$source" = web ] || echo "-$source-$k")" "$nn" "${words[@]}"
		fi
			words=("$word") ;;
		-) ;;
		*) words+=("$word") ;;
		esac
	done
}
while IFS='|' read -r nn sale invoices payments _; do
	nn=${nn// /}
	side web "$nn" "$sale"
	side books "$nn" "$invoices"
	side pay "$nn" "$payments"
done <<<"$plants"
for source in web web2 books pay; do
	mv "$dir/$source.csv" "$dir/$source/1.csv"
	touch -d '10 minutes ago' "$dir/$source/1.csv"
done

# The same through the wire: the shop's order 500, an invoice of the ERP that bears its number, and a payment that names it in a free field.
control sql "sql=DELETE FROM shop.orders" >/dev/null
order 500 MATH-1 ana@example.test 'Ana Díaz' 571.00 2026-11-10T10:00:00.5Z
for table in facturaclientes lineafacturaclientes reciboclientes pagoclientes clientes contactos empresas; do
	control fs "resource=$table" "rows@$fixtures/$table-list.json" >/dev/null
done
control sql "sql=DELETE FROM fs.row WHERE resource = 'facturaclientes' AND id <> '2'" >/dev/null
control fs resource=facturaclientes 'rows={"idfactura":2,"numero2":"WEB-500"}' >/dev/null
printf '%s,order_id (metadata)\nch_500,paid,2026-11-10T10:00:30Z,EUR,571.00,0.00,MATH-1,ana@example.test,ch_500,,500\n' "$head" >"$dir/pay/2.csv"
touch -d '10 minutes ago' "$dir/pay/2.csv"

tied() { sql "SELECT string_agg(concat_ws(' ', control, currency, expected, actual), ', ') FROM rule.control_now WHERE expected <> actual"; }
deal() { sql "SELECT string_agg(concat_ws(' ', s.name, d.number, m.part), ', ' ORDER BY m.part DESC, d.number) FROM ctok.deal_document m
	JOIN ctok.document d USING (tenant_id, document_id) JOIN ctok.source s ON s.source_id = d.source_id
	WHERE m.deal_id = (SELECT document_id FROM ctok.document WHERE number = '$1' AND source_id IN (SELECT source_id FROM ctok.source WHERE name IN ('shop', 'web')))"; }
entitled() { sql "SELECT string_agg(concat_ws(' ', s.name, d.number), ', ') FROM ctok.entitlement e JOIN ctok.person p USING (tenant_id, person_id) JOIN ctok.document d USING (tenant_id, document_id)
	JOIN ctok.source s ON s.source_id = d.source_id WHERE p.email = '$1'"; }
deals() { sql "SELECT md5(concat((SELECT string_agg(t::text, '|' ORDER BY t::text) FROM ctok.deal_document t), (SELECT string_agg(t::text, '|' ORDER BY t::text) FROM ctok.deal_key t),
	(SELECT string_agg(t::text, '|' ORDER BY t::text) FROM ctok.deal_unclear t)))"; }
found() { sql "SELECT string_agg(f.class, ' ' ORDER BY f.class) FROM ctok.finding f JOIN ctok.document d USING (tenant_id, document_id)
	WHERE f.cleared_at IS NULL AND (f.class LIKE 'DEAL%' OR f.class ~ '^(SALE_TWICE|(INVOICE|PAYMENT)_)') AND d.number ~ '^$1(-|\$)'"; }

night
expect "all ties" ": 0" "$(tied): $code"
expect "shop, ERP and payment: one deal" "shop 500 sale, pay ch_500 payment, erp F2026A1 invoice" "$(deal 500)"
expect "one entitlement" "shop 500" "$(entitled ana@example.test)"
expect "one revenue" "57100" "$(sql "SELECT sum(total_minor) FROM rule.document_revenue WHERE number IN ('500', 'F2026A1', 'ch_500')")"
while IFS='|' read -r nn sale invoices payments classes; do
	nn=${nn// /}
	expect "plant $nn: $(echo "$sale |$invoices |$payments" | tr -s ' ')" "$(echo $classes)" "$(found "$nn")"
done <<<"$plants"
expect "33 of them differ" 33 "$(grep -c '[A-Z]$' <<<"$plants")"
expect "an invoice gives no access where its sale does, although there is a rule for it; one without a sale is a sale of its own" \
	"23-books-1 24-books-1 43-books-1" "$(sql "SELECT string_agg(d.number, ' ' ORDER BY d.number) FROM ctok.entitlement e JOIN ctok.document d USING (tenant_id, document_id) JOIN ctok.source s ON s.source_id = d.source_id WHERE s.role <> 'sale'")"
expect "what settles is excluded by rule" "excluded" "$(sql "SELECT string_agg(DISTINCT class, ' ') FROM rule.unit_class WHERE code = 'SETTLES'")"
expect "each sale is revenue once: 33 of 100, one that two shops sold, three invoices, and the one of 571; tests are none" 427100 "$(sql "SELECT sum(total_minor) FROM rule.document_revenue WHERE currency = 'EUR'")"
sheet() { /usr/bin/python3 -c '
import glob, openpyxl, sys
rows = openpyxl.load_workbook(sorted(glob.glob(sys.argv[1]))[-1], read_only=True)["Deals"].iter_rows(values_only=True)
print("; ".join(" ".join("-" if c is None else str(c) for c in r[3:]) for r in rows if str(r[0]) == sys.argv[2]))' "$dir/state/report/*.xlsx" "$1"; }
expect "the workbook has a three-way line" "Agrees EUR 571 F2026A1 571 ch_500 571 0 0 0 571 EUR -" "$(sheet 500)"
# bridge TITLE: the engine's figure, and the check, of a line below the controls, in EUR.
bridge() { /usr/bin/python3 -c '
import glob, openpyxl, sys
rows = openpyxl.load_workbook(sorted(glob.glob(sys.argv[1]))[-1], read_only=True, data_only=True)["Control"].iter_rows(values_only=True)
print(*[" ".join(str(r[i]) for i in (3, 7) if r[i] is not None) for r in rows if str(r[0]).strip() == sys.argv[2] and r[2] == "EUR"])' "$dir/state/report/*.xlsx" "$1"; }
expect "from what was sold, once, over what settles it and tests to all that was charged: it ties" "4271 $(sql "SELECT to_char((sum(total_minor) FILTER (WHERE status <> 'test') - 427100) / 100.0, 'FM999999.##') FROM ctok.document WHERE currency = 'EUR'" | sed 's/[.]$//') 400 0" \
	"$(bridge Sold) $(bridge 'plus invoices and payments of sales') $(bridge 'plus test orders') $(bridge Charged | cut -d' ' -f2)"
expect "what was given back of sales is given back once, of five that were refunded and one that was cancelled" "250 4021 0" "$(bridge 'less given back') $(bridge Revenue)"
/usr/bin/python3 tests/support/check_workbook.py "$(find "$dir/state" -name '*.xlsx' | sort | tail -1)" >"$dir/out" 2>&1
expect "and it ties in another reader, too" 0 $?
expect "it tells what differs" "Differs EUR 100 15-books-1 90 15-pay-1 80 0 0 20 100 EUR -" "$(sheet 15)"
admin explain ana@example.test
expect "explain tells of the partners" 2 "$(grep -c 'settled by invoice F2026A1 of source "erp": 571.00 EUR, paid\|settled by payment ch_500 of source "pay": 571.00 EUR, paid' "$dir/out")"
expect "who settles must be fresh, too, before access ends" "books erp pay shop web web2" "$(sql "SELECT string_agg(DISTINCT s.name, ' ' ORDER BY s.name) FROM rule.source_needed n JOIN ctok.source s ON s.source_id = n.source_id")"
deals_before=$(deals)
run ctok-reconcile --full
expect "from scratch it is the same" "$deals_before" "$(deals)"

# Live. Nobody loses access because two systems disagree, nor because an invoice goes unpaid: access follows the sale.
admin go-live --since 2026-01-01
night
enrolled() { control sql "sql=SELECT 'n=' || count(*) AS t FROM mdl_user_enrolments e JOIN mdl_user u ON u.id = e.userid WHERE e.status = 0 AND u.email LIKE '%@example.test' AND u.email ~ '^(ana|l[0-9]+)@'" | grep -o 'n=[0-9]*'; }
active=$(enrolled)
expect "all that is sold and paid has access" "$(sql "SELECT 'n=' || count(DISTINCT person_id) FROM ctok.entitlement WHERE revoked_at IS NULL")" "$active"
# news SOURCE FILE, rows on standard input.
news() { { echo "$head"; cat; } >"$dir/$1/$2.csv"; touch -d '10 minutes ago' "$dir/$1/$2.csv"; }
row() { echo "$1,$2,2026-11-10T10:00:00Z,EUR,$3,$4,MATH-1,x@example.test,$5,$6"; }
now=2026-11-21T12:00:00Z write_conf
control clock now=2026-11-21T12:00:00Z >/dev/null
control fs resource=facturaclientes 'rows={"idfactura":2,"pagada":false}' >/dev/null
control fs resource=reciboclientes 'rows={"idrecibo":1,"pagado":false,"fechapago":null}' >/dev/null
control fs resource=pagoclientes 'rows={"idpago":7,"idrecibo":1,"importe":-571,"fecha":"21-11-2026","hora":"10:00:00","codpago":"TRANS"}' >/dev/null
{ row 01-books-1 unpaid 100.00 0.00 '' WEB-01; row 11-books-1 paid 100.00 0.00 '' WEB-11; row 19-books-1 paid 100.00 0.00 '' WEB-19; row 27-books-2 paid 90.00 0.00 '' WEB-01; row 43-books-1 paid 100.00 0.00 '' WEB-43; } | news books 2
row 23 paid 100.00 0.00 '' '' | news web 2
{ row 01-pay-1 paid 100.00 100.00 ch_01 ''; row 07-pay-1 paid 100.00 0.00 ch_97 ''; row 20-pay-1 paid 100.00 0.00 ch_20 ''; row 22-pay-1 paid 100.00 0.00 ch_28 ''; row 29-pay-2 paid 50.00 0.00 'ch_99' ''; } | news pay 3
night
expect "an invoice unpaid and money given back by the provider end nothing" "$active: " "$(enrolled): $(tied)"
expect "they are findings" "DEAL_INVOICED_TWICE DEAL_PAID_DIFFERS DEAL_REFUND_MISSING" "$(found 01)"
expect "of the wire's, too" "DEAL_PAID_DIFFERS" "$(found 500)"
expect "what was put right is none any more; a partner that came, one that moved, one that names nobody now" \
	": : : DEAL_PAID_TWICE: : PAYMENT_WITHOUT_SALE" "$(found 11): $(found 19): $(found 20): $(found 28): $(found 27): $(found 29)"
deals_before=$(deals)
run ctok-reconcile --full
expect "whom an invoice's key led to is alone without it" "INVOICE_WITHOUT_SALE PAYMENT_WITHOUT_SALE" "$(found 43)"
expect "a sale is alone when what settled it was another's" "INVOICE_MISSING PAYMENT_MISSING PAYMENT_WITHOUT_SALE" "$(found 07)"
expect "linked when both gave access already: both keep it, and a person is told" "DEAL_ACCESS_TWICE PAYMENT_MISSING" "$(found 23)"
expect "found bit by bit it is what is found at once" "$deals_before" "$(deals)"
rows_before=$(rows)
night
expect "a quiet night" "$rows_before: $active" "$(rows): $(enrolled)"
finish
