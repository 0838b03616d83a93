#!/bin/bash
# From trial to live, each step with a report of what it would do; acting on older sales; taking over what others enrolled.
. "$(dirname "$0")/lib.sh"
cat >"$dir/rules.conf" <<'R'
products = ( { source = "shop"; match = "sku:MATH-*"; site = "campus"; courses = ("MATH-101"); term = "P1Y"; grace_days = 0; },
             { source = "shop"; match = "sku:CPR-*"; site = "campus"; courses = ("CPR-2Y"); term = "P2Y"; } );
R
start --seed contract --now 2026-11-20T09:00:00Z
now=2026-11-20T09:10:00Z write_conf
control sql "sql=DELETE FROM shop.orders" >/dev/null
order 1 MATH-1 old@live.test 'Old Timer' 99.00 2026-09-01T10:00:00Z
order 2 MATH-1 new@live.test 'New Comer' 99.00 2026-11-18T10:00:00Z
order 3 MATH-1 gone@live.test 'Refunded' 99.00 2026-09-01T10:00:00Z '' '' 1 99.00 PENDING 2026-09-10T10:00:00Z
# Enrolled by somebody else, active; level 2 shows to the minute what level 1 shows to the second.
order 4 CPR-1 learner05@example.test 'Lea Five' 50.00 2026-11-18T12:00:00Z
order 5 CPR-1 learner02@example.test 'Lea Two' 50.00 2026-11-18T12:00:00Z
night
hold
everything=$(state)
admin go-live --since 2026-11-01 --dry-run
expect "a dry run of going live tells kinds and courses" "0 1 1 1" "$code $(grep -c '^  campus: accounts: 1 make account$' "$dir/out") $(grep -c '^  campus: course MATH-101: 1 enrol$' "$dir/out") $(grep -c '^Nobody would lose access.$' "$dir/out")"
expect "and what is older" 1 "$(grep -c ' 1 sold units of 1 persons are older than go-live' "$dir/out")"
expect "and keeps nothing" "0 0" "$(sql "SELECT (SELECT count(*) FROM ctok.live), (SELECT count(*) FROM ctok.plan WHERE run_id < 0)" | tr '\t' ' ')"
admin go-live --since 2026-11-01
expect "going live tells it too" "0 1" "$code $(grep -c '^  campus: course MATH-101: 1 enrol$' "$dir/out")"
night
expect "the first live night ends well" 0 "$code"
expect "only what is newer is carried out" "new@live.test" "$(sql "SELECT string_agg(u.email_key, ' ') FROM ctok.managed m JOIN ctok.mirror_user u USING (tenant_id, site_id, user_id)")"

# Older sales.
admin backfill --since 2026-08-01 --dry-run
expect "a dry run of a backfill tells what it would do" "0 1" "$code $(grep -c '^1 enrolments of 1 persons in 1 courses, 0 accesses would end, 0 more certificates would be due; 0 sold units' "$dir/out")"
expect "and keeps nothing" "2026-11-01" "$(sql "SELECT since::date FROM ctok.live")"
admin backfill --since 2026-08-01
expect "a backfill" "0 2026-08-01" "$code $(sql "SELECT since::date FROM ctok.live")"
admin backfill --since 2026-10-01
expect "never moves forward" "0 2026-08-01 1" "$code $(sql "SELECT since::date FROM ctok.live") $(grep -c 'acted on already' "$dir/out")"
admin backfill --since 2026-08-01 --source nowhere
expect "of a source that is none" 65 "$code"
night
expect "the next night gives the older ones access" "0 2" "$code $(sql "SELECT count(*) FROM ctok.managed")"

# Taking over.
theirs=$(state) writes_before=$(writes)
admin adopt --dry-run
expect "a dry run of taking over" "0 2" "$code $(grep -c '^  take over the enrolment of Lea ' "$dir/out")"
expect "takes nothing over" 2 "$(sql "SELECT count(*) FROM ctok.managed")"
admin adopt nobody@live.test
expect "whom nobody knows" 65 "$code"
admin adopt --course cpr-2y learner05@example.test
expect "one is taken over" "0 3" "$code $(sql "SELECT count(*) FROM ctok.managed")"
expect "nothing is written to Moodle" "$theirs $writes_before" "$(state) $(writes)"
night
expect "the next night extends, if it must, and never shortens" t "$(sql "SELECT coalesce(bool_and(after_end = 0 OR after_end >= before_end), true) FROM ctok.action a
	JOIN ctok.person p USING (tenant_id, person_id) WHERE p.email = 'learner05@example.test' AND a.state = 'done'")"
admin adopt
expect "the other too" "0 4" "$code $(sql "SELECT count(*) FROM ctok.managed")"
admin adopt
expect "a second time there is nothing" "0 1" "$code $(grep -c 'nothing to take over' "$dir/out")"
admin revert last
expect "taking over is taken back" "0 3" "$code $(sql "SELECT count(*) FROM ctok.managed")"
expect "and shows as before" 1 "$(sql "SELECT count(*) FROM ctok.finding WHERE class = 'ALREADY_ENROLLED' AND cleared_at IS NULL")"
expect "every control ties" "" "$(sql "SELECT control FROM rule.control_now WHERE expected <> actual")"
read_level=3 write_conf
night
admin adopt
expect "level 3 shows no dates to journal: refused" "77 1" "$code $(grep -c 'read at level 3, which does not show the dates' "$dir/out")"
expect "Moodle knows nothing of all that but the enrolments" t "$([ "$everything" != "$(state)" ] && echo t)"
finish
