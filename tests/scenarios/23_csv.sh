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

# What a file is declared to hold: by a file beside it, or by its own last row. One that falls short is refused, and says by how much.
pull >"$dir/out" 2>&1
{ row 00030 a@example.test PAID 0.00 MATH-1 A; row 00031 b@example.test PAID 0.00 MATH-1 B; } | put s1.csv
printf '# of the export of Monday\nrows 3\ntotal 198.00 EUR\n' >"$in/s1.csv.sum"
{ row 00032 a@example.test PAID 0.00 MATH-1 A; row 00033 b@example.test PAID 0.00 MATH-1 B; } | put s2.csv
printf 'rows 2\ntotal 198.01 EUR\n' >"$in/s2.csv.sum"
row 00034 c@example.test PAID 0.00 MATH-1 C | put s3.csv
printf 'rows 1\ntotal 99.00 EUR\n' >"$in/s3.csv.sum"
row 00035 d@example.test PAID 0.00 MATH-1 D | put s4.csv
printf 'about 1\n' >"$in/s4.csv.sum"
pull
expect "what is declared and does not come is refused; what is, is taken" "12: f 0 0, f 0 0, t 1 1, f 0 0, f 0 0" "$code: $(pulls)"
expect "each says what" 'it declares 3 rows, and has 2
it declares 198.01 EUR, and comes to 198.00 EUR
its .sum, line 1: neither "rows 118" nor "total 1234.50 EUR"' "$(cat "$in"/rejected/s?.csv.why.txt | grep '^it')"
expect "a sum goes with its file" "done/s3.csv done/s3.csv.sum" "$(cd "$in" && ls done/s* rejected/s3* 2>/dev/null | tr '\n' ' ' | sed 's/ $//')"
expect "rows declared and taken are on record" "1 1" "$(sql "SELECT concat_ws(' ', declared, taken) FROM ctok.pull WHERE declared IS NOT NULL")"
rm -r "$in/rejected"
setting() { # setting TEXT: of the source, from now on
	more_sources=", { name = \"files\"; kind = \"csv\"; role = \"sale\"; folder = \"$in\"; preset = \"squarespace\"; max_age = \"P8D\"; $1 }"
	write_conf
}
setting 'sum_file = "required";'
row 00036 e@example.test PAID 0.00 MATH-1 E | put s5.csv
pull
expect "a file that must be declared waits for that" '12: could not read source "files": file "s5.csv" waits for "s5.csv.sum", which says what is in it' "$code: $(why)"
echo 'rows 1' >"$in/s5.csv.sum"
pull
expect "and is taken when it comes" "0: t 1 1, t 0 0" "$code: $(pulls)"
setting 'trailer = "END";'
{ row 00037 f@example.test PAID 0.00 MATH-1 F; row 00038 g@example.test PAID 0.00 MATH-1 G; echo 'END,2,198.00'; } | put t1.csv
{ row 00039 f@example.test PAID 0.00 MATH-1 F; echo 'END,2,99.00 EUR'; } | put t2.csv
row 00040 f@example.test PAID 0.00 MATH-1 F | put t3.csv
{ echo 'END,1'; row 00041 f@example.test PAID 0.00 MATH-1 F; } | put t4.csv
pull
expect "the same by the last row" "12: t 2 2, f 0 0, f 0 0, f 0 0, f 0 0" "$code: $(pulls)"
expect "which must be there, be the last, and be true" 'it declares 2 rows, and has 1
"t3.csv" is cut off: no row begins with "END"
row 3: it stands behind row 2, which ends the file' "$(cat "$in"/rejected/t?.csv.why.txt | grep '^it\|cut off\|behind')"
rm -r "$in/rejected"
# Files that hold all there is: what is missing from one is a finding; a much shorter one is refused, unless a person insists.
setting 'whole_files = true;'
sql "SELECT count(*) FROM ctok.document" >"$dir/count"
for i in $(seq 101 110); do row "00$i" "w$i@example.test" PAID 0.00 MATH-1 W; done | put w1.csv
pull
expect "all that is not in it has vanished" "0 $(cat "$dir/count")" "$code $(sql "SELECT count(*) FROM ctok.document WHERE gone_at IS NOT NULL")"
for i in $(seq 101 107); do row "00$i" "w$i@example.test" PAID 0.00 MATH-1 W; done | put w2.csv
pull
expect "seven rows after ten are too few" '12: could not read source "files": file "w2.csv" was rejected: it has 7 rows, the last file had 10: less than 80 % of them' "$code: $(why)"
mv "$in/rejected/w2.csv" "$in/w2.csv"
rm -r "$in/rejected"
pull --full
expect "unless a person says so" "0 $(($(cat "$dir/count") + 3))" "$code $(sql "SELECT count(*) FROM ctok.document WHERE gone_at IS NOT NULL")"
# Sold before what was read already, and changed behind us: the sheet tells.
setting ''
{ row 00101 w101@example.test REFUNDED 99.00 MATH-1 W; row 00120 x@example.test PAID 0.00 MATH-1 X; echo '00121,y@example.test,PAID,EUR,0.00,0.00,0.00,99.00,0.00,2026-11-19 10:00:00 +0000,1,Course,99.00,MATH-1,Y,'; } | put x1.csv
touch -d '2026-11-19 20:00 UTC' "$in/x1.csv"
sql "SELECT to_char(least(watermark, last_complete_at), 'YYYY-MM-DD') FROM ctok.source_state s JOIN ctok.source o USING (tenant_id, source_id) WHERE o.name = 'files'" >"$dir/known"
pull
expect "late and rewritten" "2 1" "$(sql "SELECT concat_ws(' ', late, rewritten) FROM ctok.pull WHERE documents = 3 ORDER BY pull_id DESC LIMIT 1")"
run ctok-report
expect "the sheet Sources says so" "files - 3 3 2 1" "$(/usr/bin/python3 -c '
import glob, openpyxl, sys
rows = list(openpyxl.load_workbook(sorted(glob.glob(sys.argv[1]))[-1], read_only=True)["Sources"].iter_rows(values_only=True))
head = next(r for r in rows if r[0] == "Name")
for r in rows:
    if r[0] == "files": print(" ".join("-" if r[head.index(c)] is None else str(r[head.index(c)]) for c in ("Name", "Rows declared", "Rows read", "New or changed", "Late", "Rewritten")))' "$dir/state/report/*.xlsx")"

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
