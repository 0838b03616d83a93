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
expect "no other word" "64 1" "$code $(grep -c 'error: "plan" is none of list, suggest and test' "$dir/out")"
admin map test
expect "nor one without its object" 64 "$code"
finish
