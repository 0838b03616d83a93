#!/bin/bash
# A csv source: files in a folder become sales, each once and whole. Twice, cut off in the middle, overlapping, with errors, of another shop.
now=2026-11-20T12:00:00Z
. "$(dirname "$0")/lib.sh"
echo 'products = ( { source = "files"; match = "sku:MATH-*"; site = "campus"; courses = ("MATH-101"); term = "P2Y"; },
             { source = "files"; match = "sku:CPR"; site = "campus"; courses = ("CPR-2Y"); term = "P30D"; grace_days = 0; } );' >"$dir/rules.conf"
start --seed contract --now 2026-11-20T09:41:24Z
control sql "sql=DELETE FROM shop.orders" >/dev/null
in=$dir/in
mkdir "$in"
more_sources=", { name = \"files\"; kind = \"csv\"; role = \"sale\"; folder = \"$in\"; preset = \"squarespace\"; max_age = \"P8D\"; }"
write_conf
hold

head="Order ID,Email,Financial Status,Currency,Shipping,Taxes,Amount Refunded,Total,Discount Amount,Created at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku,Billing Name,Cancelled at"
row() { # row ID EMAIL STATUS REFUNDED SKU NAME
	echo "$1,$2,$3,EUR,0.00,0.00,$4,99.00,0.00,2026-11-18 10:00:00 +0000,1,Course,99.00,$5,$6,"
}
put() { # put NAME, the rows on standard input: a file that was written a while ago
	{ echo "$head"; cat; } >"$in/$1"
	touch -d '10 minutes ago' "$in/$1"
}
pulls() { sql "SELECT string_agg(concat_ws(' ', complete, documents, changed), ', ' ORDER BY pull_id) FROM ctok.pull WHERE run_id = (SELECT max(run_id) FROM ctok.pull)"; }
orders() { sql "SELECT string_agg(concat_ws(' ', number, status, refunded_minor), ', ' ORDER BY number) FROM ctok.document"; }
files() { (cd "$in" && find . -type f | sort | tr '\n' ' '); }
why() { grep -ho 'could not read source.*' "$dir/out" | head -1; }
pull() { run ctok-pull-sales --source files "$@"; }

{ row 00001 ana@example.test PAID 0.00 MATH-1 'Ana Díaz'; row 00002 bo@example.test PENDING 0.00 MATH-1 'Bo Li'; } | put 1.csv
row 00003 cy@example.test PAID 0.00 MATH-1 '"Cy
Ng, B.A."' | put 2.csv
{ echo "$head"; row 00009 x@example.test PAID 0.00 MATH-1 X; } >"$in/3.csv.part"
pull
expect "two files, one after the other; what is still being written waits" "0: t 2 2, t 1 1, t 0 0: ./3.csv.part ./done/1.csv ./done/2.csv " "$code: $(pulls): $(files)"
expect "orders keep their numbers" "00001 paid 0, 00002 unpaid 0, 00003 paid 0" "$(orders)"
pull
expect "again: nothing" "0: t 0 0" "$code: $(pulls)"

# The same file once more, and a later export that overlaps it.
cp -p "$in/done/1.csv" "$in/1 (copy).csv"
{ row 00001 ana@example.test PARTIALLY_REFUNDED 10.00 MATH-1 'Ana Díaz'; row 00003 cy@example.test PAID 0.00 MATH-1 '"Cy
Ng, B.A."'; row 00004 di@example.test paid 0.00 MATH-1 'Di Wu'; } | put 4.csv
pull
expect "a file is taken once, by what is in it; an order that changed is a new version, others are as they were" \
	"0: t 3 2, t 0 0: 00001 paid 1000, 00002 unpaid 0, 00003 paid 0, 00004 paid 0" "$code: $(pulls): $(orders)"
cp -p "$in/done/1.csv" "$in/1 (forced).csv"
now=2026-11-20T13:00:00Z write_conf
pull --full
expect "by force it is taken again, and what it says is the newest word" "0: t 2 1, t 0 0: 00001 paid 0" "$code: $(pulls): $(orders | cut -d, -f1)"

# Errors: the file is rejected whole, others are not held up by it, and the source is not complete while it lies there.
{ row 00005 ed@example.test PAID 0.00 MATH-1 'Ed'; row 00006 flo@example.test Bezahlt 0.00 MATH-1 'Flo Secret'; row 00007 gus@example.test PAID zero MATH-1 'Gus'; } | put 5.csv
row 00008 hal@example.test PAID 0.00 MATH-1 'Hal' | put 6.csv
pull
expect "a file with bad rows is rejected whole, the next one is taken" "12: f 0 0, t 1 1, f 0 0" "$code: $(pulls)"
expect "the error names the file and the place" \
	'could not read source "files": file "5.csv" was rejected: 2 bad rows, the first is row 3, column "Financial Status"' "$(why)"
expect "the list beside it says what stands there" 'row 3, column "Financial Status": "Bezahlt" is in no list of "statuses"
row 4, column "Amount Refunded": "zero" is not a number with the decimal mark "."' "$(tail -n +3 "$in/rejected/5.csv.why.txt")"
expect "nobody's name is in log or database" "" "$(grep -l 'Flo Secret\|flo@example' "$dir/out" "$dir/state/log/"* 2>/dev/null; sql "SELECT failure FROM ctok.pull WHERE failure ~ 'Flo|flo@'")"
expect "nothing of it counts" "" "$(orders | grep -o '0000[567]')"
pull
expect "while it waits the source is not complete" '12: could not read source "files": 1 rejected file waits, "5.csv": sales may be missing' "$code: $(why)"
sed 's/Bezahlt/PAID/; s/zero/0.00/' "$in/rejected/5.csv" >"$in/5.csv"
touch -d '10 minutes ago' "$in/5.csv"
rm "$in/rejected/"5.csv*
pull
expect "corrected and put back it is taken" "0: t 3 3, t 0 0" "$code: $(pulls)"
printf 'PK\003\004\0\0 a workbook' >"$in/7.xlsx"
printf 'a,b\n1,2\n' >"$in/8.csv"
printf '%s\n' "$head" >"$in/9.csv"
row 00010 ola@example.test PAID 0.00 MATH-1 $'M\xfcller' | put 91.csv
touch -d '10 minutes ago' "$in"/*
pull
expect "a workbook, another shop's file and bytes of another encoding are rejected; a file without a row is none's loss" \
	"12: 7.xlsx 7.xlsx.why.txt 8.csv 8.csv.why.txt 91.csv 91.csv.why.txt: f 0 0, f 0 0, t 0 0, f 0 0, f 0 0" \
	"$code: $(ls "$in/rejected" | tr '\n' ' ' | sed 's/ $//'): $(pulls)"
expect "each says why" 3 "$(cat "$in"/rejected/*.why.txt | grep -c 'NUL byte\|there is no column\|whether it is paid\|no column says\|not UTF-8')"
rm -r "$in/rejected"

# Nights: access by a file; when no file comes any more, nobody's ends.
row 00020 kim@example.test PAID 0.00 CPR 'Kim Ode' | put a.csv
night
admin go-live --since 2026-01-01
night
enrolled() { control sql "sql=SELECT 'status ' || e.status AS t FROM mdl_user_enrolments e JOIN mdl_user u ON u.id = e.userid JOIN mdl_enrol n ON n.id = e.enrolid
	JOIN mdl_course c ON c.id = n.courseid WHERE c.shortname = 'CPR-2Y' AND u.email = 'kim@example.test'" | grep -o 'status [0-9]'; }
expect "a sale out of a file is access" "0: status 0" "$code: $(enrolled)"
rows_before=$(rows) writes_before=$(writes)
night
expect "a quiet night" "0: $writes_before: $rows_before" "$code: $(writes): $(rows)"
now=2026-12-25T12:00:00Z write_conf
control clock now=2026-12-25T12:00:00Z >/dev/null
night
expect "the term is over, but no file told that it was not renewed: access stays, and the finding says so" "status 0: 1" \
	"$(enrolled): $(sql "SELECT count(*) FROM ctok.finding f JOIN ctok.source s USING (tenant_id, source_id) WHERE s.name = 'files' AND f.class = 'SOURCE_SILENT' AND f.cleared_at IS NULL")"
row 00021 lee@example.test PAID 0.00 MATH-1 'Lee' | put b.csv
touch -d '2026-12-25 11:00 UTC' "$in/b.csv" 2>/dev/null
sed -i 's/max_age = "P8D"/max_age = "P90D"/' "$dir/ctok-batch.conf"
night
expect "with news it ends" "status 1" "$(enrolled)"
finish
