#!/bin/bash
# Brakes: a backlog approved by going live, a shop that takes back too much at once, the command that the summary names, an approval that
# expires, an end that was foreseen.
. "$(dirname "$0")/lib.sh"
rules() { # rules COURSE-OF-MATH [MORE]
	cat >"$dir/rules.conf" <<R
products = ( { source = "shop"; match = "sku:MATH-*"; site = "campus"; courses = ("$1"); term = "P2Y"; grace_days = 0; },
             { source = "shop"; match = "sku:CPR-*"; site = "campus"; courses = ("CPR-2Y"); term = "P10D"; grace_days = 0; } ${2:-} );
R
}
rules BIG
start --seed contract --now 2026-11-20T02:41:24Z
at() { # at MOMENT: for the shop, Moodle and us
	now=$1 write_conf
	control clock "now=$1" >/dev/null
}
# orders FROM TO SKU: paid orders of as many learners. refund FROM TO AMOUNT MODIFIED: all of it given back, or nothing.
orders() {
	order 999 "$3" template@example.test 'Ana Díaz' 99.00 "${4:-2026-11-19T10:00:00.5Z}"
	control sql "sql=INSERT INTO shop.orders (id, modified_on, status, customer, doc)
		SELECT lpad(to_hex(n), 24, '0'), modified_on, status, customer, replace(replace(replace(replace(doc, lpad(to_hex(999), 24, '0'), lpad(to_hex(n), 24, '0')),
			'\"orderNumber\":\"999\"', '\"orderNumber\":\"' || n || '\"'), 'template@', 'learner' || n || 'x@'), lpad(to_hex(1000999), 24, '0'), lpad(to_hex(1000000 + n), 24, '0'))
		FROM shop.orders, generate_series($1, $2) n WHERE id = lpad(to_hex(999), 24, '0')" >/dev/null
	control sql "sql=DELETE FROM shop.orders WHERE id = lpad(to_hex(999), 24, '0')" >/dev/null
}
refund() {
	control sql "sql=UPDATE shop.orders SET modified_on = '$4', doc = regexp_replace(regexp_replace(doc,
		'\"refundedTotal\":\\{\"currency\":\"EUR\",\"value\":\"[0-9.]+\"', '\"refundedTotal\":{\"currency\":\"EUR\",\"value\":\"$3\"'),
		'\"modifiedOn\":\"[^\"]*\"', '\"modifiedOn\":\"$4\"')
		WHERE id BETWEEN lpad(to_hex($1), 24, '0') AND lpad(to_hex($2), 24, '0')" >/dev/null
}
suspended() { sql "SELECT count(*) FROM ctok.managed WHERE written_status = 1"; }
enrolled() { sql "SELECT count(*) FROM ctok.managed WHERE written_status = 0"; }
command_of() { grep -o 'ctok-admin approve .*' "$dir/state/summary.txt" | head -1; }

control sql "sql=DELETE FROM shop.orders" >/dev/null
at 2026-11-20T03:17:00Z
orders 1 60 MATH-1
orders 101 140 CPR-1
night
expect "the trial night ends well" 0 "$code"
hold
# That was the wrong course: in trial the next night plans by the rule as it was corrected.
rules MATH-101
run ctok-reconcile
expect "in trial a corrected rule is followed" "CPR-2Y 40, MATH-101 60" "$(sql "SELECT string_agg(shortname || ' ' || n, ', ' ORDER BY shortname) FROM (SELECT c.shortname, count(*) AS n
	FROM ctok.action a JOIN ctok.mirror_course c USING (tenant_id, site_id, course_id) WHERE a.state = 'open' GROUP BY 1) x")"
admin go-live --since 2026-01-01
expect "going live approves what the trial showed" "200 enrolments and new accounts" "$(grep -o '[0-9]* enrolments and new accounts' "$dir/out")"
night
expect "so that the first live night carries it all out" "0 100" "$code $(enrolled)"

# A changed rule: what nobody had thought of becomes a course, of many at once. What was sold before keeps the rule that it was sold by.
at 2026-11-20T03:30:00Z
orders 301 330 NEW-1 2026-11-20T03:20:00.5Z
night
expect "a product without a rule is one finding, and opens nothing" "0 UNMAPPED_PRODUCT 0" "$code $(sql "SELECT (SELECT string_agg(class, ' ') FROM ctok.finding
	WHERE cleared_at IS NULL AND class NOT LIKE 'MAIL%'), (SELECT count(*) FROM ctok.action WHERE state IN ('open', 'held'))" | tr '\t' ' ')"
rules BIG ', { source = "shop"; match = "sku:NEW-*"; site = "campus"; courses = ("SAFE-OPT"); term = "P1Y"; }'
night
expect "a rule for it makes the plan large: held; and nobody loses or changes the course that was sold" "10 held 30 100 0" \
	"$code $(sql "SELECT string_agg(DISTINCT a.state, ' '), count(*) FROM ctok.action a WHERE a.kind = 'enrol' AND a.state IN ('open', 'held')" | tr '\t' ' ') $(enrolled) $(suspended)"
expect "with the command that lets it go" "ctok-admin approve --config $dir/ctok-batch.conf --kind enrol --name NAME --reason WHY" "$(command_of)"
rules MATH-101
refund 301 330 99.00 2026-11-20T03:35:00Z
at 2026-11-20T03:45:00Z
night
expect "given back before anybody let it go, it is nothing" "0 0 100" "$code $(sql "SELECT count(*) FROM ctok.action WHERE state IN ('open', 'held')") $(enrolled)"

# A shop that lost its mind: two thirds of what was sold is given back at once. New sales go on.
at 2026-11-21T03:17:00Z
refund 1 40 99.00 2026-11-20T20:00:00Z
orders 201 203 MATH-1 2026-11-20T21:00:00.5Z
night
expect "too many refunds at once: held" 10 "$code"
expect "nobody lost anything" 0 "$(suspended)"
expect "who bought has access all the same" 103 "$(enrolled)"
expect "the summary says what is held, of how many" 1 \
	"$(grep -c '^! 40 suspensions held: a brake lets 25 pass, there are 100 active enrolments; since 2026-11-21$' "$dir/state/summary.txt")"
expect "and names the command" "ctok-admin approve --config $dir/ctok-batch.conf --kind suspend --name NAME --reason WHY" "$(command_of)"
expect "in at most 25 lines" 1 "$(($(wc -l <"$dir/state/summary.txt") <= 25))"
expect "each person's access is one finding, the brake is another" "BRAKE 1, HELD 40" "$(sql "SELECT string_agg(class || ' ' || n, ', ' ORDER BY class) FROM (
	SELECT class, count(*) AS n FROM ctok.finding WHERE cleared_at IS NULL AND class IN ('HELD', 'BRAKE', 'NOT_APPLIED') GROUP BY class) f")"
expect "every control ties" "" "$(sql "SELECT control FROM rule.control_now WHERE expected <> actual")"
admin plan
expect "the plan shows them as held, and the command" "40 1" \
	"$(grep -c '^  suspend .* \[held by a brake\]$' "$dir/out") $(grep -c '^  ctok-admin approve .*--kind suspend' "$dir/out")"
run ctok-apply
expect "apply by itself holds too" "10 0" "$code $(suspended)"
admin approve --kind suspend --name Marta
expect "no reason, no approval" "64 1" "$code $(grep -c 'error: an approval needs a reason' "$dir/out")"
admin approve --kind suspend --reason Why
expect "nor without a name" "64 1" "$code $(grep -c 'error: an approval needs the name of whoever answers for it' "$dir/out")"
admin approve --kind enrol --name Marta --reason Why
expect "nor of what is not held" "65 1" "$code $(grep -c 'nothing of this kind and scope is held' "$dir/out")"
admin approve --kind suspend --name Marta --reason Why --dry-run
expect "a dry run releases nothing" "0 1 40" "$code $(grep -c '^acme: would release 40 suspensions in course MATH-101 of site campus: held by a brake$' "$dir/out") \
$(sql "SELECT count(*) FROM ctok.action WHERE state = 'held'")"

# The very command of the summary.
(cd / && PATH=$root/bin:$PATH eval "$(command_of)") >"$dir/out" 2>&1 </dev/null
expect "the command of the summary releases them" "0 1" "$? $(grep -c '^acme: released 40 suspensions in course MATH-101 of site campus: held by a brake$' "$dir/out")"
expect "on record" "approve 40" "$(sql "SELECT what || ' ' || (detail ->> 'released') FROM ctok.audit_row WHERE what = 'approve'")"
at 2026-11-22T03:17:00Z
night
expect "the next night carries it out" "0 40" "$code $(suspended)"
expect "once: nothing is held or waits" 0 "$(sql "SELECT count(*) FROM ctok.action WHERE state IN ('open', 'held')")"

# A second wave is held anew; its approval expires.
at 2026-11-23T03:17:00Z
refund 41 53 99.00 2026-11-22T20:00:00Z
night
expect "a second wave is held anew, by half of the course" "10 40" "$code $(suspended)"
expect "in its course" "ctok-admin approve --config $dir/ctok-batch.conf --kind suspend --site campus --course MATH-101 --name NAME --reason WHY" "$(command_of)"
admin approve --kind suspend --course math-101 --name 'Marta Ruiz' --reason 'the course was cancelled'
expect "approved, for its course" "0 1" "$code $(grep -c 'released 13 suspensions' "$dir/out")"
at 2026-11-25T03:18:00Z
run ctok-pull-moodle
run ctok-pull-sales
run ctok-apply
expect "two days later the approval has expired" "10 40" "$code $(suspended)"
night
expect "and the brake holds again" "10 40" "$code $(suspended)"
refund 41 53 0.00 2026-11-25T10:00:00Z
for day in 26 27 28; do
	at "2026-11-${day}T03:17:00Z"
	run ctok-pull-sales
done
night
expect "what is wanted no more is held no more" "0 0" "$code $(sql "SELECT count(*) FROM ctok.action WHERE state IN ('open', 'held')")"

# All forty of the short course end on one day, as sold.
at 2026-11-30T03:17:00Z
night
expect "an end that was foreseen is not held, be it everybody's" "0 80" "$code $(suspended)"
expect "every control ties still" "" "$(sql "SELECT control FROM rule.control_now WHERE expected <> actual")"
finish
