#!/bin/bash
# A shop that tells nothing for 10 days: nobody who paid loses access, the summary and the finding say since when, Moodle's own end moves out
# once; and when the shop speaks again everything is as if it had been read in time.
. "$(dirname "$0")/lib.sh"
read_level=1
cat >"$dir/rules.conf" <<'R'
products = ( { source = "shop"; match = "sku:MONTH"; site = "campus"; courses = ("MATH-101"); term = "P1M"; grace_days = 0; renews = true; },
             { source = "shop"; match = "sku:YEAR"; site = "campus"; courses = ("MATH-101"); term = "P1Y"; },
             { source = "shop"; match = "sku:WEEK"; site = "campus"; courses = ("CPR-2Y"); term = "P7D"; grace_days = 0; } );
R
start --seed contract --now 2026-11-20T02:55:00Z
control sql "sql=DELETE FROM shop.orders" >/dev/null
day() { # day MM-DD: it is the night of that day
	now=2026-$1T03:00:00Z
	write_conf
	control clock "now=2026-$1T03:00:00Z" >/dev/null
}
# A month from 10-25, which ends on 11-26, and a week from 11-18, which ends on 11-26 too; of each two, one of whom renews in time.
order 1 MONTH pays@example.test 'Pia Pays' 20.00 2026-10-25T10:00:00Z
order 2 MONTH leaves@example.test 'Leo Leaves' 20.00 2026-10-25T10:00:00Z
order 3 WEEK weekly@example.test 'Wim Weekly' 5.00 2026-11-18T10:00:00Z
order 4 WEEK once@example.test 'Ona Once' 5.00 2026-11-18T10:00:00Z
# So many others that no brake holds the ends that come together when the shop is back.
for i in 11 12 13; do order "$i" YEAR "year$i@example.test" "Yves Year" 99.00 2026-11-01T10:00:00Z; done
day 11-20
night
hold
admin go-live --since 2026-10-01
night
who_has() { control sql "sql=SELECT string_agg(split_part(u.email, '@', 1), ' ' ORDER BY u.email) AS t FROM mdl_user_enrolments e JOIN mdl_user u ON u.id = e.userid
	WHERE u.email IN ('pays@example.test', 'leaves@example.test', 'weekly@example.test', 'once@example.test') AND e.status = 0
	AND (e.timeend = 0 OR e.timeend > $(date -u -d "$now" +%s))" | grep -o '"t":"[^"]*"' | cut -d'"' -f4; }
expect "four have access" "leaves once pays weekly" "$(who_has)"

# Both renew while the shop is silent.
order 5 MONTH pays@example.test 'Pia Pays' 20.00 2026-11-24T10:00:00Z
order 6 WEEK weekly@example.test 'Wim Weekly' 5.00 2026-11-25T10:00:00Z
silent() { # silent: what the shop says tonight, in turns
	control reset >/dev/null
	case $((n_silent++ % 4)) in
	0) control fault kind=html match=/1.0/commerce/orders count=99 ;;
	1) control fault kind=empty match=modifiedAfter count=99 ;;
	2) control fault kind=status status=400 match=/1.0/commerce/orders count=99 ;;
	3) control fault kind=empty match=modifiedAfter count=1 ;;
	esac >/dev/null
}
n_silent=0 codes= lost=
for d in 11-24 11-26 11-28 11-30 12-02 12-03; do
	day "$d"
	silent
	night
	codes="$codes $code"
	[ "$(who_has)" = "leaves once pays weekly" ] || lost="$lost $d: $(who_has)"
done
expect "every night says that a source is incomplete" " 12 12 12 12 12 12" "$codes"
scenario silent-source-ends-nothing "" "$lost"
expect "the summary says who is silent, since when, and how many wait" \
	'! source "shop" last read completely 2026-11-20 04:00; the end of 4 accesses waits for it;' \
	"$(cat "$dir"/state/summary* 2>/dev/null | grep -o '^! source.*waits for it;' || grep -o '! source.*waits for it;' "$dir/out" | head -1)"
expect "and so does the finding of each" "4 source \"shop\" last read completely 2026-11-20 04:00" \
	"$(sql "SELECT count(*) || ' ' || min(detail) FROM ctok.finding WHERE class = 'END_WAITS' AND cleared_at IS NULL")"
expect "Moodle's own end of the weeks moved out once in a tail, that of the months not at all" "extend 2" \
	"$(sql "SELECT string_agg(concat_ws(' ', kind, n), ', ') FROM (SELECT kind, count(*) AS n FROM ctok.action WHERE reason = 'waits' AND state = 'done' GROUP BY kind) k")"
expect "nobody was told that their time is over" 0 "$(sql "SELECT count(*) FROM ctok.outbox WHERE template IN ('grace-notice', 'access-ended', 'access-revoked')")"
expect "every control ties" "" "$(sql "SELECT control FROM rule.control_now WHERE expected <> actual")"

# The shop is back.
control reset >/dev/null
day 12-04
night
expect "the shop is back" 0 "$code"
expect "who renewed has access, whoever did not has none: the month until 12-26, the week is over by now" "pays" "$(who_has)"
expect "ends and cycles are as if it had been read in time" "pays 1 2026-11-26 pays 2 2026-12-26 weekly 1 2026-11-26 weekly 2 2026-12-03" \
	"$(sql "SELECT string_agg(split_part(p.email, '@', 1) || ' ' || e.cycle || ' ' || (e.ends_at AT TIME ZONE 'Europe/Madrid')::date, ' ' ORDER BY p.email, e.cycle)
		FROM ctok.entitlement e JOIN ctok.person p USING (tenant_id, person_id) WHERE p.email ~ '^(pays|weekly)'")"
expect "nothing is silent" 0 "$(sql "SELECT count(*) FROM ctok.finding WHERE class IN ('END_WAITS', 'SOURCE_SILENT') AND cleared_at IS NULL")"
expect "every control ties" "" "$(sql "SELECT control FROM rule.control_now WHERE expected <> actual")"
finish
