#!/bin/bash
# ctok-admin map: products without a rule with what waits on them, rules that could be theirs, and which rule a product falls under.
now=2026-11-20T12:00:00Z
. "$(dirname "$0")/lib.sh"
echo 'products = ( { source = "shop"; match = "sku:MATH-*"; site = "campus"; courses = ("MATH-101"); },
             { source = "shop"; match = "sku:T-*"; site = "campus"; courses = ("MATH-101"); }, { source = "shop"; match = "sku:*-T"; exclude = true; } );' >"$dir/rules.conf"
start --seed contract --now 2026-11-20T09:41:24Z
hold
control sql "sql=DELETE FROM shop.orders" >/dev/null
admin map
expect "before anything was read" "0 acme: every product that was sold has its rule" "$code $(cat "$dir/out")"
order 1 MATH-1 ana@example.test 'Ana Díaz' 99.00 2026-11-18T10:00:00.5Z
order 2 CPR-2Y bo@example.test 'Bo Li' 40.00 2026-11-18T10:00:00.5Z '' '' 2
order 3 MUG cy@example.test 'Cy Ng' 12.50 2026-11-19T10:00:00.5Z
order 4 T-T di@example.test 'Di Wu' 5.00 2026-11-19T10:00:00.5Z
run ctok-pull-sales
run ctok-pull-moodle
run ctok-reconcile
admin map
expect "those without a rule, the most money first" "0
shop  sku:CPR-2Y  Product CPR-2Y
    2 units, 80.00 EUR, last sold 2026-11-18; no rule fits
shop  sku:MUG  Product MUG
    1 unit, 12.50 EUR, last sold 2026-11-19; no rule fits
shop  sku:T-T  Product T-T
    1 unit, 5.00 EUR, last sold 2026-11-19; two rules fit equally well, so that none is chosen" "$code
$(cat "$dir/out")"
admin map test math
expect "the rule that a product falls under" '0 shop  sku:MATH-1  Product MATH-1
    1 unit, 99.00 EUR, last sold 2026-11-18; "sku:MATH-*" leads to MATH-101' "$code $(cat "$dir/out")"
admin map test nothing
expect "none such was sold" '0 acme: no product that was sold has "nothing" in its keys or name' "$code $(cat "$dir/out")"
admin map suggest
expect "a course that is alike, and none that is not" '# Product CPR-2Y: 2 units; most like
{ source = "shop"; match = "sku:CPR-2Y"; site = "campus"; courses = ( "CPR-2Y" ); },
# Product MUG: 1 unit; like no course more than others
# { source = "shop"; match = "sku:MUG"; site = "…"; courses = ( "…" ); },' "$(sed 's/most like .*/most like/' "$dir/out")"
# What is suggested is a rule that loads, and fits.
{ echo 'products = ( '; sed 's/$//' "$dir/out"; echo '{ source = "shop"; match = "sku:MATH-*"; site = "campus"; courses = ("MATH-101"); } );'; } >"$dir/rules.conf"
run ctok-reconcile
admin map test CPR
expect "as a rule it works" 1 "$(grep -c '"sku:CPR-2Y" leads to CPR-2Y$' "$dir/out")"
admin map plan
expect "no other word" "64 1" "$code $(grep -c 'error: "plan" is none of list, suggest, test, export and import' "$dir/out")"
admin map test
expect "nor one without its object" 64 "$code"

# The rules as a sheet: what is not filled in stays out, what is comes back as the same rules.
echo 'products = ( { source = "shop"; match = "sku:MATH-*"; site = "campus"; courses = ("MATH-101", "id:3"); term = "P2Y"; grace_days = "never"; on_refund = "unenrol"; },
             { source = "shop"; match = "sku:T-T"; exclude = true; } );' >"$dir/rules.conf"
run ctok-reconcile
admin map export
cp "$dir/out" "$dir/sheet.csv"
expect "a row for each rule, and one for each product without" 'product,units,sold,source,match,when,site,courses,role,term,until,starts,cohorts,requires,require_field,capacity,term_from,grace_days,notice_days,delivery,learner,on_expiry,on_refund,on_dispute,renews,price,price_tolerance,certificate,certificate_valid,since,exclude
,,,"shop","sku:MATH-*",,"campus","MATH-101; id:3",,"P2Y",,,,,,,,never,,,,,"unenrol",,,,,,,,
,,,"shop","sku:T-T",,,,,,,,,,,,,,,,,,,,,,,,,,yes
"Product CPR-2Y","2","80.00 EUR","shop","sku:CPR-2Y",,,,,,,,,,,,,,,,,,,,,,,,,,
"Product MUG","1","12.50 EUR","shop","sku:MUG",,,,,,,,,,,,,,,,,,,,,,,,,,' "$(cat "$dir/sheet.csv")"
# An office program writes it back with semicolons and a mark of its encoding.
/usr/bin/python3 - "$dir/sheet.csv" "$dir/filled.csv" <<'PY'
import csv, sys
rows = list(csv.reader(open(sys.argv[1])))
for r in rows:
    if r[4] == "sku:CPR-2Y": r[6], r[7], r[12] = "campus", "CPR-2Y", "BUYERS; FIRST-AID"
csv.writer(open(sys.argv[2], "w", encoding="utf-8-sig", newline=""), delimiter=";").writerows(rows)
PY
admin map import "$dir/filled.csv"
expect "filled in, it is the setting" "0 # From $dir/filled.csv: 3 rules; 1 row is not filled in.
products = (
  { source = \"shop\"; match = \"sku:MATH-*\"; site = \"campus\"; courses = ( \"MATH-101\", \"id:3\" ); term = \"P2Y\"; grace_days = \"never\"; on_refund = \"unenrol\"; },
  { source = \"shop\"; match = \"sku:T-T\"; exclude = true; },
  { source = \"shop\"; match = \"sku:CPR-2Y\"; site = \"campus\"; courses = ( \"CPR-2Y\" ); cohorts = ( \"BUYERS\", \"FIRST-AID\" ); }
);" "$code $(cat "$dir/out")"
cp "$dir/out" "$dir/rules.conf"
run ctok-reconcile
admin map test CPR
expect "which loads, and fits" "0 1" "$code $(grep -c '"sku:CPR-2Y" leads to CPR-2Y$' "$dir/out")"
admin map export
cp "$dir/out" "$dir/sheet.csv"
admin map import "$dir/sheet.csv"
expect "out and in again it is the same" same "$(sed 1d "$dir/out" | cmp -s - <(sed 1d "$dir/rules.conf") && echo same)"
printf 'source,match,site,courses,grace_days,exclude\nshop,sku:A,campus,A,soon,\nshop,sku:A,campus,B,,\nshop,SKU-B,campus,B,,\nbazaar,sku:C,nowhere,id:x,,\nshop,sku:D,campus,B,,perhaps\n' >"$dir/bad.csv"
admin map import "$dir/bad.csv"
expect "everything that is wrong is named with its row" "65 2 3 4 5 5 5 6" "$code $(grep -o "^$dir/bad.csv:[0-9]*:" "$dir/out" | cut -d: -f2 | tr '\n' ' ' | sed 's/ $//')"
printf 'sauce,match\n' >"$dir/bad.csv"
admin map import "$dir/bad.csv"
expect "and a column that is none" "65 1" "$code $(grep -c 'there is no setting "sauce" of a product rule' "$dir/out")"
admin map import "$dir/none.csv"
expect "and a file that is not there" "74 1" "$code $(grep -c 'none.csv: No such file' "$dir/out")"

# What sales say beside names decides which rule is theirs; of the buyer and of the learner, each as it was said. Only what is named is kept.
mkdir "$dir/in"
fields='fields = ( { name = "affiliation"; from = ("Hospital or school", "Ward"); }, { name = "company"; from = "company"; } ); '
more_sources=", { name = \"files\"; kind = \"csv\"; folder = \"$dir/in\"; preset = \"woocommerce\"; learner_email_labels = \"Learner\"; $fields }"
echo 'products = ( { source = "files"; match = "sku:A"; site = "campus"; courses = ("MATH-101"); },
             { source = "files"; match = "sku:A"; when = { affiliation = "st. mary*"; }; site = "campus"; courses = ("CPR-2Y"); },
             { source = "files"; match = "sku:A"; when = { affiliation = "st. mary*"; company = "*"; }; site = "campus"; courses = ("MATH-101", "CPR-2Y"); },
             { source = "files"; match = "sku:A"; when = { affiliation = ""; }; exclude = true; } );' >"$dir/rules.conf"
write_conf
sold() { # sold FILE, rows NUMBER,COMPANY,WARD,LEARNER on standard input
	{ echo 'order_id,status,order_date,order_total,billing_email,billing_company,item_sku,item_name,item_total,Product Form: Ward,Learner,Shoe size'
		while IFS=, read -r number company ward learner; do
			echo "$number,completed,2026-11-18 10:00:00,10.00,hr$number@acme.example,$company,A,Course A,10.00,$ward,$learner,43"
		done; } >"$dir/in/$1"
	touch -d '10 minutes ago' "$dir/in/$1"
}
printf '%s\n' '31,,St. Mary North,a31@example.test' '32,Acme SL,ST. MARY SOUTH,a32@example.test' '33,Acme SL,General,a33@example.test' '34,,,a34@example.test' | sold 1.csv
run ctok-pull-sales --source files
run ctok-reconcile
verdicts() { sql "SELECT string_agg(format('%s %s', d.number, coalesce(v.verdict, (SELECT string_agg(t.reference, '+' ORDER BY t.reference) FROM ctok.entitlement e JOIN ctok.target t USING (tenant_id, target_id) WHERE e.unit_id = v.unit_id))), ', ' ORDER BY d.number) FROM rule.unit_verdict v JOIN ctok.document d USING (tenant_id, document_id) JOIN ctok.source s ON s.source_id = d.source_id WHERE s.name = 'files'"; }
expect "the rule that asks for most and fits; one for those who say nothing" \
	"31 shortname:CPR-2Y, 32 shortname:CPR-2Y+shortname:MATH-101, 33 shortname:MATH-101, 34 NOT_A_COURSE" "$(verdicts)"
expect "what is kept" "31 line affiliation St. Mary North, 32 document company Acme SL, 32 line affiliation ST. MARY SOUTH, 33 document company Acme SL, 33 line affiliation General" \
	"$(sql "SELECT string_agg(concat_ws(' ', d.number, CASE f.line_no WHEN 0 THEN 'document' ELSE 'line' END, f.name, f.value), ', ' ORDER BY d.number, f.line_no) FROM ctok.kept_field f JOIN ctok.document d USING (tenant_id, document_id)")"
admin explain a32@example.test
expect "explain tells it" 1 "$(grep -c 'bought: order 32 .*; company: Acme SL; affiliation: ST. MARY SOUTH$' "$dir/out")"
admin person show a32@example.test
expect "of the learner what is the learner's" "affiliation ST. MARY SOUTH, as the learner, sale of 2026-11-18" "$(grep -o 'affiliation .*\|company .*' "$dir/out")"
admin person show hr32@acme.example
expect "of the buyer what is the buyer's" "company   Acme SL, as the buyer, sale of 2026-11-18" "$(grep -o 'affiliation .*\|company .*' "$dir/out")"
admin map test "Course A"
expect "the product as such" 1 "$(grep -c '"sku:A" leads to MATH-101, unless a sale.s fields fit another rule$' "$dir/out")"
run ctok-report
book=$(find "$dir/state" -name '*.xlsx' | sort | tail -1)
expect "the workbook has a sheet for it" "32 company Acme SL Buyer hr32@acme.example -; 32 affiliation ST. MARY SOUTH Learner a32@example.test Course A" "$(/usr/bin/python3 -c '
import openpyxl, sys
rows = openpyxl.load_workbook(sys.argv[1], read_only=True)["Fields"].iter_rows(values_only=True)
print("; ".join(" ".join(str(r[i] or "-") for i in (0, 3, 4, 5, 7, 8)) for r in rows if str(r[0]) == "32"))' "$book")"
/usr/bin/python3 tests/support/check_workbook.py "$book" >"$dir/out" 2>&1
expect "which another reader finds right" 0 $?
# An answer that changed is news; in trial, where nothing was given, its sale falls under the rule of the day.
printf '%s\n' '31,,General,a31@example.test' '32,Acme SL,ST. MARY SOUTH,a32@example.test' | sold 2.csv
run ctok-pull-sales --source files
expect "one changed" "2 1" "$(sql "SELECT concat_ws(' ', documents, changed) FROM ctok.pull WHERE documents = 2 ORDER BY pull_id DESC LIMIT 1")"
run ctok-reconcile
expect "and falls under another rule" "31 shortname:MATH-101" "$(verdicts | cut -d, -f1)"
admin map export
cp "$dir/out" "$dir/sheet.csv"
admin map import "$dir/sheet.csv"
expect "rules that ask for fields go out and in" 'when = { affiliation = "st. mary*"; company = "*"; };' "$(grep -o 'when = { affiliation = "st. mary\*"; company.*; }; site' "$dir/out" | sed 's/ site//')"
more_sources=${more_sources/'{ name = "affiliation"; from = ("Hospital or school", "Ward"); }, '/}
echo 'products = ( { source = "files"; match = "sku:A"; site = "campus"; courses = ("MATH-101"); } );' >"$dir/rules.conf"
write_conf
run ctok-pull-sales --source files
expect "what is named no more is forgotten" "company" "$(sql "SELECT string_agg(DISTINCT name, ' ') FROM ctok.kept_field")"
finish
