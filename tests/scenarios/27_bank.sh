#!/bin/bash
# Statements of a bank account: camt.053 in two versions and a bank's own CSV; what is wrong with a file is named and nothing of it counts; payouts
# that arrived, that did not, and money that no payout explains.
now=2026-11-20T04:00:00Z
. "$(dirname "$0")/lib.sh"
echo 'products = ( { source = "shop"; match = "sku:X"; exclude = true; } );' >"$dir/rules.conf"
mkdir -p "$dir/bank" "$dir/bank2"
more_sources=", { name = \"giro\"; kind = \"bank\"; role = \"bank\"; folder = \"$dir/bank\"; payouts = (\"*stripe*\", \"*PayPal*\"); max_age = \"P9D\"; },
  { name = \"giro2\"; kind = \"bank\"; role = \"bank\"; folder = \"$dir/bank2\"; format = \"csv\"; payouts = (\"*stripe*\"); decimal = \",\"; dates = (\"%d.%m.%Y\"); max_age = \"P9D\";
    columns = { created = \"Buchungstag\"; total = \"Betrag\"; reference = \"Verwendungszweck\"; }; }"
start --seed contract --now 2026-11-20T04:00:00Z
control sql "sql=DELETE FROM shop.orders" >/dev/null
hold
put() { cat >"$1" && touch -d '10 minutes ago' "$1"; } # (what was written to just now is left for the next night)
ntry() { # ntry AMOUNT CRDT|DBIT DAY REFERENCE TEXT [STATUS]
	echo "<Ntry><Amt Ccy=\"EUR\">$1</Amt><CdtDbtInd>$2</CdtDbtInd><Sts>${6:-BOOK}</Sts><BookgDt><Dt>$3</Dt></BookgDt><ValDt><Dt>$3</Dt></ValDt>
 ${4:+<AcctSvcrRef>$4</AcctSvcrRef>}<NtryDtls><TxDtls><Refs><EndToEndId>NOTPROVIDED</EndToEndId></Refs>
 <RltdPties><Dbtr><Nm>Somebody &amp; Sons</Nm></Dbtr></RltdPties><RmtInf><Ustrd>$5</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>"
}
stmt() { # stmt VERSION OPENING CLOSING: entries from standard input
	echo "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.$1\"><BkToCstmrStmt><GrpHdr><MsgId>M1</MsgId></GrpHdr>
<Stmt><Id>STMT-$2</Id><ElctrncSeqNb>7</ElctrncSeqNb><Acct><Id><IBAN>ES9121000418450200051332</IBAN></Id><Ccy>EUR</Ccy></Acct>
<Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy=\"EUR\">$2</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-11-02</Dt></Dt></Bal>
<Bal><Tp><CdOrPrtry><Cd>CLAV</Cd></CdOrPrtry></Tp><Amt Ccy=\"EUR\">1.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-11-18</Dt></Dt></Bal>
<Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy=\"EUR\">$3</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-11-18</Dt></Dt></Bal>"
	cat
	echo "</Stmt></BkToCstmrStmt></Document>"
}
entries() { sql "SELECT coalesce(string_agg(to_char(booked_at AT TIME ZONE 'Europe/Madrid', 'MM-DD') || ' ' || amount_minor || ' ' || text, '; ' ORDER BY booked_at, amount_minor), '') FROM ctok.bank_entry e JOIN ctok.source s USING (source_id) WHERE s.name = '$1'"; }
open_findings() { sql "SELECT coalesce(string_agg(class || ' ' || risk_minor || ' ' || detail, '; ' ORDER BY class, risk_minor), '') FROM ctok.finding WHERE cleared_at IS NULL AND class IN ('PAYOUT_MISSING', 'BANK_UNTIED')"; }

{ ntry 120.50 CRDT 2026-11-04 R1 'STRIPE PAYOUT po_1'; ntry 900.00 CRDT 2026-11-05 R2 'Rent of Mr Private'; ntry 10.00 DBIT 2026-11-06 R1 'Stripe payout po_9 returned'
	ntry 55.00 CRDT 2026-11-07 R4 'Stripe pending' PDNG; ntry 70.00 CRDT 2026-11-09 '' 'PAYPAL TRANSFER'; ntry 70.00 CRDT 2026-11-09 '' 'PAYPAL TRANSFER'; } | stmt 02 1000.00 2150.50 | put "$dir/bank/a.xml"
{ ntry 33.00 CRDT 2026-11-12T09:00:00+01:00 R5 'Stripe' | sed 's/<Sts>BOOK<.Sts>/<Sts><Cd>BOOK<\/Cd><\/Sts>/; s/<BookgDt><Dt>\(.*\)<\/Dt><\/BookgDt><ValDt>.*/<BookgDt><DtTm>\1<\/DtTm><\/BookgDt>/'; } | stmt 08 2150.50 2183.50 | put "$dir/bank/b.xml"
printf 'Buchungstag;Betrag;Verwendungszweck\n03.11.2026;1.200,00;STRIPE po_2\n04.11.2026;-12,00;Kaffee\n' | put "$dir/bank2/x.csv"
run ctok-pull-sales
expect "what looks like payouts is kept, of pending ones and of other people nothing" "0 11-04 12050 Somebody & Sons STRIPE PAYOUT po_1" \
	"$code $(entries giro | cut -d';' -f1 | sed 's/NOTPROVIDED //')"
expect "sums returned, two that are alike, a moment for a day" "6 11-06 -1000 11-09 7000 11-09 7000 11-12 3300" \
	"$(sql "SELECT count(*) FROM ctok.bank_entry") $(entries giro | tr ';' '\n' | awk 'NR > 1 { printf "%s%s %s", s, $1, $2; s = " " }')"
expect "a bank's own CSV" "11-03 120000 STRIPE po_2" "$(entries giro2)"
expect "nobody's name or rent lies anywhere" 0 "$(sql "SELECT count(*) FROM ctok.bank_entry WHERE text ILIKE '%private%' OR text ILIKE '%kaffee%'")"
expect "the files are done" "a.xml" "$(ls "$dir/bank/done" 2>/dev/null | head -1)"
cp "$dir/bank/done/a.xml" "$dir/bank/again.xml" && sed -i 's/<MsgId>M1/<MsgId>M2/' "$dir/bank/again.xml" && touch -d '10 minutes ago' "$dir/bank/again.xml"
run ctok-pull-sales
expect "a statement that overlaps brings nothing twice" "0 6" "$code $(sql "SELECT count(*) FROM ctok.bank_entry")"

# What a statement says of its own movements must be so: how many, of how much, in and out.
summary() { # summary ALL SUM IN OUT: behind the balances
	sed "0,/<Ntry>/s|<Ntry>|<TxsSummry><TtlNtries><NbOfNtries>$1</NbOfNtries><Sum>$2</Sum></TtlNtries><TtlCdtNtries><NbOfNtries>$3</NbOfNtries></TtlCdtNtries><TtlDbtNtries><NbOfNtries>$4</NbOfNtries></TtlDbtNtries></TxsSummry><Ntry>|"
}
two() { { ntry 30.00 CRDT 2026-11-13 R11 'rent'; ntry 5.00 DBIT 2026-11-13 R12 'fee'; } | stmt 02 "$1" "$2"; }
two 100.00 125.00 | summary 2 35.00 1 1 | put "$dir/bank/t1.xml"
two 125.00 150.00 | summary 3 35.00 1 1 | put "$dir/bank/t2.xml"
two 150.00 175.00 | summary 2 30.00 1 1 | put "$dir/bank/t3.xml"
two 175.00 200.00 | summary 2 35.00 1 0 | put "$dir/bank/t4.xml"
run ctok-pull-sales --source giro
expect "a statement with fewer movements than it declares is refused" "12 t1.xml" "$code $(ls "$dir/bank/done" | grep '^t')"
expect "and says what it declares" 'statement "STMT-125.00" declares 3 movements (TtlNtries), and has 2
statement "STMT-150.00" declares movements of 30.00 EUR (TtlNtries), and has 35.00 EUR
statement "STMT-175.00" declares 0 movements (TtlDbtNtries), and has 1' "$(cat "$dir"/bank/rejected/t?.xml.why.txt | grep -o 'statement .*')"
rm -r "$dir/bank/rejected"

# Payouts as a provider told them.
payout() { echo "SELECT '$1', '$2', $3::bigint, '$4'"; }
sql "INSERT INTO ctok.payout (tenant_id, source_id, external_id, status, listed, amount_minor, currency, created_at, arrival_at, known_at)
	SELECT ctok.current_tenant(), (SELECT source_id FROM ctok.source WHERE name = 'shop'), id, status, false, amount, 'EUR', day::timestamptz, day::timestamptz, now()
	FROM (SELECT 'po_1' AS id, 'paid' AS status, 12050 AS amount, '2026-11-03' AS day UNION ALL SELECT 'po_2', 'paid', 120000, '2026-11-03'
	UNION ALL SELECT 'po_3', 'paid', 3300, '2026-11-11' UNION ALL SELECT 'po_4', 'paid', 4400, '2026-11-05' UNION ALL SELECT 'po_5', 'failed', 5500, '2026-11-05'
	UNION ALL SELECT 'po_6', 'paid', 7000, '2026-11-09' UNION ALL SELECT 'po_7', 'paid', 9900, '2026-11-19') p" >/dev/null
run ctok-reconcile
expect "statements that end before a week is over do not miss a payout" "0 0" "$code $(open_findings | grep -c PAYOUT_MISSING)"
ntry 1.00 CRDT 2026-11-18 R8 'Stripe' | stmt 02 5.00 6.00 | put "$dir/bank/later.xml"
printf 'Buchungstag;Betrag;Verwendungszweck\n18.11.2026;2,00;STRIPE later\n' | put "$dir/bank2/later.csv"
run ctok-pull-sales
run ctok-reconcile
ntry 98.50 CRDT 2026-11-10 R9 'Stripe po_8, fee taken' | stmt 02 6.00 104.50 | put "$dir/bank/fee.xml"
sql "INSERT INTO ctok.payout (tenant_id, source_id, external_id, status, listed, amount_minor, currency, created_at, arrival_at, known_at)
	SELECT ctok.current_tenant(), (SELECT source_id FROM ctok.source WHERE name = 'shop'), 'po_8', 'paid', false, 10000, 'EUR', '2026-11-09', '2026-11-09', now()" >/dev/null
run ctok-pull-sales
run ctok-reconcile
run ctok-report
sheet() { /usr/bin/python3 -c '
import glob, openpyxl, sys
rows = openpyxl.load_workbook(sorted(glob.glob(sys.argv[1]))[-1], read_only=True, data_only=True)["Payouts"].iter_rows(values_only=True)
print("; ".join(" ".join("-" if c is None else str(c).replace(" 00:00:00", "") for c in (r[0], r[3], *r[15:19])) for r in rows if str(r[0]).startswith("po_")))' "$dir/state/report/*.xlsx"; }
expect "the sheet has the bank's day and amount beside each payout, and the difference" \
	"po_1 2026-11-03 120.5 2026-11-04 120.5 0; po_2 2026-11-03 1200 2026-11-03 1200 0; po_4 2026-11-05 44 - - -; po_5 2026-11-05 55 - - -; po_6 2026-11-09 70 2026-11-09 70 0; po_8 2026-11-09 100 2026-11-10 98.5 1.5; po_3 2026-11-11 33 2026-11-12 33 0; po_7 2026-11-19 99 - - -" \
	"$(sheet | tr ';' '\n' | sed 's/^ //' | sort -s -k2,2 | paste -sd';' | sed 's/;/; /g')"
expect "what the bank calls by the payout's id and another amount is a difference, not a payout that is missing and money of nobody" \
	"PAYOUT_BANK_DIFFERS 150 po_8, paid out 100.00 EUR, at the bank 98.50 EUR on 2026-11-10" \
	"$(sql "SELECT string_agg(class || ' ' || risk_minor || ' ' || detail, '; ') FROM ctok.finding WHERE cleared_at IS NULL AND (class LIKE 'PAYOUT_B%' OR detail LIKE '%11-10%')")"
expect "one that did not arrive, and money that nothing explains" "0 BANK_UNTIED 1000 booked 2026-11-06; BANK_UNTIED 7000 booked 2026-11-09; PAYOUT_MISSING 4400 po_4, announced for 2026-11-05" \
	"$code $(open_findings)"

# What is no whole statement is none.
bad() { # bad TITLE PATTERN: the file bank/bad.xml is rejected with that reason
	touch -d '10 minutes ago' "$dir/bank/bad.xml"
	run ctok-pull-sales
	expect "$1" "12 1 9" "$code $(cat "$dir/bank/rejected/"*.why.txt 2>/dev/null | grep -c "$2") $(sql "SELECT count(*) FROM ctok.bank_entry")"
	rm -rf "$dir/bank/rejected"
}
ntry 5.00 CRDT 2026-11-18 R9 Stripe | stmt 02 1.00 7.00 >"$dir/bank/bad.xml"
bad "movements that do not add up" 'it opens with 1.00 EUR, its movements add up to 5.00 EUR, and it closes with 7.00 EUR'
ntry 5.00 CRDT 2026-11-18 R9 Stripe | stmt 02 1.00 6.00 | head -c 900 >"$dir/bank/bad.xml"
bad "a file cut off" 'line [0-9]*: not XML: no element found\|line [0-9]*: not XML: unclosed token'
echo '<!DOCTYPE a [<!ENTITY x "boom">]><Document><BkToCstmrStmt/></Document>' >"$dir/bank/bad.xml"
bad "a document type" 'it declares a document type'
echo '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.054.001.02"><BkToCstmrDbtCdtNtfctn/></Document>' >"$dir/bank/bad.xml"
bad "another message" 'is no bank statement: camt.053 begins with'
ntry 5.001 CRDT 2026-11-18 R9 Stripe | stmt 02 1.00 6.00 >"$dir/bank/bad.xml"
bad "an amount that the currency has not" 'statement "STMT-1.00", movement 1: '
echo 'Buchungstag;Betrag;Text' >"$dir/bank2/y.csv"
touch -d '10 minutes ago' "$dir/bank2/y.csv"
run ctok-pull-sales
expect "a column that is not there" "12 1" "$code $(cat "$dir/bank2/rejected/"*.why.txt | grep -c 'column "Verwendungszweck" is not there')"
sed -i 's/source = "shop"; match = "sku:X"; exclude/source = "giro"; match = "sku:X"; exclude/' "$dir/rules.conf"
admin check
expect "a bank sells nothing" "78 1" "$code $(grep -c 'setting "source": "giro" is a bank account, which sells nothing' "$dir/out")"
finish
