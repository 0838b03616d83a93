#!/bin/bash
# Exchange rates: what a central bank publishes, in two layouts; what is wrong with a file is named and nothing of it counts; a rate that is known
# does not change by itself. Sales, invoices and payments in several currencies are compared and added up with them, and never without.
now=2026-11-20T12:00:00Z
. "$(dirname "$0")/lib.sh"
echo 'products = ( { source = "web"; match = "sku:MATH-*"; site = "campus"; courses = ("MATH-101"); term = "P2Y"; } );' >"$dir/rules.conf"
start --seed contract --now "$now"
control sql "sql=DELETE FROM shop.orders" >/dev/null
mkdir "$dir/web" "$dir/books" "$dir/pay" "$dir/ecb"
form='columns = { order = "id"; status = "status"; created = "sold"; currency = "currency"; total = "total"; refunded = "refunded"; sku = "sku"; name = "sku";
	buyer_email = "email"; transaction = "payment"; }; statuses = { paid = ("paid"); unpaid = ("unpaid"); cancelled = ("cancelled"); test = ("test"); }; dates = ("iso"); max_age = "P30D";'
sources() { # sources [TOLERANCE]: of what settles
	more_sources=", { name = \"web\"; kind = \"csv\"; folder = \"$dir/web\"; $form },
	{ name = \"books\"; kind = \"csv\"; role = \"invoice\"; folder = \"$dir/books\"; unlinked = \"own\"; $1 $form },
	{ name = \"pay\"; kind = \"csv\"; role = \"payment\"; folder = \"$dir/pay\"; unlinked = \"own\"; $1 $form },
	{ name = \"ecb\"; kind = \"rates\"; role = \"rates\"; folder = \"$dir/ecb\"; publisher = \"European Central Bank\"; base = \"EUR\"; max_age = \"P30D\"; }"
	write_conf
}
sources ''
hold
put() { cat >"$1" && touch -d '10 minutes ago' "$1"; }
rates() { sql "SELECT coalesce(string_agg(concat_ws(' ', to_char(day, 'MM-DD'), currency, rate), ', ' ORDER BY day, currency), '') FROM rule.rate_known"; }
pull() { run ctok-pull-sales --source ecb "$@"; }

# The bank's own file: newest first, N/A for none, a comma at the end, and columns of currencies that are no more.
put "$dir/ecb/1.csv" <<'CSV'
Date,USD,JPY,CYP,TND,GBP,
2026-11-13,1.1525,178.05,N/A,3.3871,0.8812,
2026-11-10,1.1601,179.1,N/A,N/A,0.8799,
CSV
pull
expect "a matrix is taken" "0 11-10 GBP 0.8799, 11-10 JPY 179.1, 11-10 USD 1.1601, 11-13 GBP 0.8812, 11-13 JPY 178.05, 11-13 TND 3.3871, 11-13 USD 1.1525" "$code $(rates)"
printf 'date,currency,rate\n2026-11-14,USD,1.15\n2026-11-13,USD,1.1525\n' | put "$dir/ecb/2.csv"
pull
expect "so is a list, and what is known already is nothing new" "0 8 1.15 European Central Bank EUR" "$code $(sql "SELECT count(*) OVER (), rate, publisher, base FROM ctok.rate ORDER BY day DESC, version DESC LIMIT 1" | tr -s '|\t' ' ')"
bad() { # bad TITLE PATTERN: the file ecb/bad.csv is rejected for that reason, and nothing of it counts
	touch -d '10 minutes ago' "$dir/ecb/bad.csv"
	pull
	expect "$1" "12 1 8" "$code $(cat "$dir/ecb/rejected/"*.why.txt 2>/dev/null | grep -c "$2") $(sql "SELECT count(*) FROM ctok.rate")"
	rm -rf "$dir/ecb/rejected"
}
printf 'Date,USD,GBP,\n2026-11-16,1.2,0.9,\n2026-11-17,1.2x,-0.9,\n2026-11-18,0,0.9\n16.11.2026,1.2,0.9,\n2027-11-18,1.2,0.9,\n' >"$dir/ecb/bad.csv"
touch -d '10 minutes ago' "$dir/ecb/bad.csv"
pull
expect "each bad row is named" "12 5 8" "$code $(grep -c '^row 3: USD: "1.2x" is not a number\|^row 3: GBP: "-0.9" is no rate\|^row 4: it has 3 cells\|^row 5: "16.11.2026" is not a date\|^row 6: "2027-11-18" is a day to come' "$dir/ecb/rejected/bad.csv.why.txt") $(sql "SELECT count(*) FROM ctok.rate")"
rm -rf "$dir/ecb/rejected"
printf 'Date,USD,USSR,\n2026-11-16,1.2,0.9,\n' >"$dir/ecb/bad.csv"
bad "a column of no currency" 'column 3: "USSR" is not an ISO 4217 currency'
printf 'Date,USD,EUR\n2026-11-16,1.2,1\n' >"$dir/ecb/bad.csv"
bad "a column of the base" 'column 3: EUR is the base'
printf 'Day;USD\n2026-11-16;1.2\n' >"$dir/ecb/bad.csv"
bad "another header" 'its first row is neither date, currency, rate, nor Date and a currency above each further column'
printf 'date,currency,rate\n2026-11-16,USD,1.2\n2026-11-16,USD,1.3\n' >"$dir/ecb/bad.csv"
bad "two rates of a day" '^row 3: USD of 2026-11-16 is 1.3 here, and 1.2 in row 2$'
printf 'Date,USD,GBP\n2026-11-13,1.1526,0.8812\n2026-11-16,1.2,0.9\n' >"$dir/ecb/bad.csv"
bad "another rate than the one that is known" '^row 2: USD of 2026-11-13 is 1.1526 here, and 1.1525 as it was taken on 2026-11-20: a rate that is known does not change (ctok-pull-sales --full takes corrections)$'
printf 'date,currency,rate\n2026-11-14,USD,1.1400\n2026-11-14,USD,1.14\n' | put "$dir/ecb/3.csv"
pull --full
expect "a correction that a person lets in is the next version, and counts" "0 9 1.1400 2" "$code $(sql "SELECT count(*) FROM ctok.rate") $(sql "SELECT rate || ' ' || version FROM ctok.rate WHERE day = '2026-11-14' ORDER BY version DESC LIMIT 1")"

# id | what was sold, invoiced and paid: amount, currency, day. The rate of the 12th is the 10th's; of before the 10th there is none.
head='id,status,sold,currency,total,refunded,sku,email,payment'
for source in web books pay; do echo "$head" >"$dir/$source.csv"; done
doc() { echo "$2,${7:-paid},2026-11-${5}T10:00:00Z,$4,$3,${6:-0},MATH-1,l$2@example.test,ch_$2" >>"$dir/$1.csv"; }
doc web 01 100.00 EUR 10; doc pay 01 116.01 USD 10                   # to the cent
doc web 02 100.00 EUR 12; doc pay 02 117.00 USD 12                   # 100.85: within 1 %
doc web 03 100.00 EUR 12; doc pay 03 118.00 USD 12                   # 101.72: not
doc web 04 100.00 EUR 13; doc books 04 17805 JPY 13; doc pay 04 88.12 GBP 13
doc web 05 100.00 USD 13; doc pay 05 76.46 GBP 13                    # neither is the base: 100 / 1.1525 * 0.8812 = 76.46
doc web 06 100.00 EUR 05; doc pay 06 116.01 USD 05                   # no rate
doc web 07 100.00 EUR 10 30.00; doc pay 07 116.01 USD 10 34.80       # a refund that both tell
doc web 08 100.00 EUR 10; doc pay 08 60.00 EUR 10; doc pay 08b 46.40 USD 10; sed -i 's/ch_08b$/ch_08/' "$dir/pay.csv"
doc web 09 100.00 USD 13 20.00
doc web 10 100.00 EUR 20; doc pay 10 100.00 USD 20 0 test
doc web 11 100.00 EUR 10; doc pay 11 116.01 USD 10 116.01            # given back by one side only
doc web 12 50.000 TND 13                                             # three decimals
for source in web books pay; do put "$dir/$source/1.csv" <"$dir/$source.csv"; done
found() { sql "SELECT coalesce(string_agg(f.class || ' ' || f.risk_minor || ' ' || f.detail, '; ' ORDER BY f.class), '') FROM ctok.finding f JOIN ctok.document d USING (tenant_id, document_id)
	WHERE f.cleared_at IS NULL AND f.class LIKE 'DEAL%' AND d.number = '$1'"; }
night
expect "rates alone compare nothing: nobody said how far off is all right" 'DEAL_CURRENCY_DIFFERS 10000 sold in EUR, payment 01 in USD: 100.00 EUR at 1 EUR = 1.1601 USD (2026-11-10, European Central Bank), and source "pay" has no tolerance' "$(found 01)"
expect "and where there is none, that is said" 'sold in EUR, payment 06 in USD: no rate of USD and EUR on 2026-11-05 is known' "$(found 06 | grep -o 'sold in.*')"
sources 'tolerance = "1";'
night
expect "with a tolerance they agree: to the cent, within it, with invoice and payment in two currencies, across the base, refunds, some of each" ": : : : : " \
	"$(found 01): $(found 02): $(found 04): $(found 05): $(found 07): $(found 08)"
expect "beyond it the finding names amounts, rate, day and publisher" "DEAL_AMOUNT_DIFFERS 172 sold for 100.00 EUR, payment 03 for 101.72 EUR (118.00 USD; 1 EUR = 1.1601 USD (2026-11-10, European Central Bank))" "$(found 03)"
expect "without a rate it is as before" "DEAL_CURRENCY_DIFFERS 10000 sold in EUR, payment 06 in USD: no rate of USD and EUR on 2026-11-05 is known" "$(found 06)"
expect "a test is told as that, and a refund that one side tells" "DEAL_TEST_DIFFERS DEAL_REFUND_MISSING 10000" "$(found 10 | cut -d' ' -f1) $(found 11 | cut -d' ' -f1,2)"
cells() { /usr/bin/python3 -c '
import glob, openpyxl, sys
rows = openpyxl.load_workbook(sorted(glob.glob(sys.argv[1]))[-1], read_only=True, data_only=True)[sys.argv[2]].iter_rows(values_only=True)
print("; ".join(" ".join("-" if c is None else str(c) for c in r) for r in rows if r[int(sys.argv[3])] is not None and str(r[int(sys.argv[3])]).strip() == sys.argv[4]))' "$dir/state/report/*.xlsx" "$@"; }
expect "a sale in the currency of the books is revenue as it is; its payment stands in its currency, with the rate" \
	"03 web 2026-11-12 00:00:00 Differs EUR 100 - - 03 101.72 0 0 1.72 100 EUR 1 EUR = 1.1601 USD (2026-11-10, European Central Bank)" "$(cells Deals 0 03)"
expect "one of another currency is revenue at its day's rate" \
	"05 web 2026-11-13 00:00:00 Agrees USD 100 - - 05 100 0 0 0 86.77 EUR 1 EUR = 1.1525 USD (2026-11-13, European Central Bank); 1 EUR = 0.8812 GBP = 1.1525 USD (2026-11-13, European Central Bank)" "$(cells Deals 0 05)"
expect "what has no rate is not compared, and said" "06 web 2026-11-05 00:00:00 Differs EUR 100 - - 06 - 0 - 0 100 EUR no rate known" "$(cells Deals 0 06)"
expect "Rates lists what was used: two sales of 100 USD, one with 20 given back" "2026-11-13 00:00:00 USD 2 180 1 EUR = 1.1525 USD 2026-11-13 00:00:00 European Central Bank 156.18 EUR" "$(cells Rates 1 USD | tr ';' '\n' | grep '11-13 00:00:00 USD' | sed 's/^ //')"
expect "and what lacks" "2026-11-05 00:00:00 USD 1 116.01 no rate known - - - EUR" "$(cells Rates 1 USD | tr ';' '\n' | grep 'no rate' | sed 's/^ //')"
# control TITLE: currency and engine's figure of the lines of that title.
control_lines() { /usr/bin/python3 -c '
import glob, openpyxl, sys
rows = openpyxl.load_workbook(sorted(glob.glob(sys.argv[1]))[-1], read_only=True, data_only=True)["Control"].iter_rows(values_only=True)
print(", ".join("%s %s" % (r[2], r[3]) for r in rows if r[0] is not None and r[0].strip() == sys.argv[2]))' "$dir/state/report/*.xlsx" "$1"; }
expect "revenue by currency" "EUR 870, GBP 0, JPY 0, TND 50, USD 180" "$(control_lines Revenue)"
expect "and in the currency of the books, each sale at its day's rate, and all together" "EUR 870, EUR 0, EUR 0, EUR 14.76, EUR 156.18: EUR 1040.94" \
	"$(control_lines 'in the currency of the books'): $(control_lines 'Revenue, all currencies')"
/usr/bin/python3 tests/support/check_workbook.py "$(find "$dir/state" -name '*.xlsx' | sort | tail -1)" >"$dir/out" 2>&1
expect "the book ties in another reader, too" 0 $?
rows_before=$(rows)
night
expect "a quiet night" "$rows_before" "$(rows)"

# What nothing converts is never added up.
doc web 13 10.00 CHF 13
{ echo "$head"; tail -1 "$dir/web.csv"; } | put "$dir/web/2.csv"
night
expect "one sale without a rate, and there is no sum" "Revenue, all currencies - EUR - - - - - Not added up: rates are missing." "$(cells Control 0 'Revenue, all currencies')"
more_sources="$more_sources, { name = \"ecb2\"; kind = \"rates\"; role = \"rates\"; folder = \"$dir/ecb\"; publisher = \"Us\"; base = \"EUR\"; }"
write_conf
admin check
expect "one publisher" "78 1" "$code $(grep -c 'source "ecb2" tells exchange rates, and so does "ecb": a tenant has one publisher' "$dir/out")"
more_sources=", { name = \"ecb\"; kind = \"rates\"; role = \"rates\"; folder = \"$dir/ecb\"; tolerance = \"101\"; }"
sed -i 's/source = "web"/source = "ecb"/' "$dir/rules.conf"
write_conf
admin check
expect "what is missing or wrong is named at once" "78 3" "$code $(grep -c 'setting "publisher" of a rates source is missing\|setting "base" of a rates source is missing\|"101" is not a percentage from 0 to 100' "$dir/out")"
finish
