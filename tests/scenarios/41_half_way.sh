#!/bin/bash
# The night is disturbed half-way through its changes: Moodle goes into maintenance, a proxy gives up while the site goes on, the site is down
# before it can be asked what became of a change, the database restarts. What was done is known, the rest waits, nothing is done twice, and the
# next night ends as one that nobody disturbed.
. "$(dirname "$0")/kills_world.sh"
prepare
# Each change is a request of its own. Who is asked to come back in five minutes gives up, a few seconds are waited for.
now=2026-11-25T03:00:00Z site_extra='batch = 1; connections = 1; patience = "PT15S";' write_conf
keep
since=$(sql "SELECT max(run_id) FROM ctok.run")
# What this night began or left; what it says is not done.
left() { sql "SELECT string_agg(state || ' ' || n, ', ' ORDER BY state) FROM (SELECT state, count(*) AS n FROM ctok.action WHERE NOT trial
	AND (state IN ('open', 'sending', 'refused', 'held') OR (state = 'done' AND ended_run > $since)) GROUP BY state) s"; }
found() { sql "SELECT string_agg(class || ' ' || n, ', ' ORDER BY class) FROM (SELECT class, count(*) AS n FROM ctok.finding WHERE cleared_at IS NULL
	AND class IN ('NOT_APPLIED', 'CHANGE_DOUBT', 'REFUSED', 'ACCOUNT_REFUSED', 'MOVED', 'SOURCE_SILENT', 'END_WAITS') GROUP BY class) f"; }
tied() { sql "SELECT control FROM rule.control_now WHERE expected <> actual"; }
same() { [ "$1" = "$(state)" ] && echo same; }
# finished TITLE: the next night ends as the one that nobody disturbed; what Moodle mailed is part of its state.
finished() {
	control reset >/dev/null
	night
	expect "$1: the next night ends well, with everything done" "0 done $total " "$code $(left) $(found)"
	expect "$1: nothing was done twice" same "$(same "$undisturbed")"
	expect "$1: every control ties" "" "$(tied)"
}

night
undisturbed=$(state) total=$(left)
expect "the night that nobody disturbs ends well, and has all kinds of changes" "0 done 15 " "$code $total $(found)"
total=${total#done }

# Maintenance from the command line: every request is answered 503.
put_back
hold
control fault kind=switch name=maintenance_cli match=enrol_manual_enrol_users skip=3 >/dev/null
night
expect "maintenance begins after the fourth enrolment: a service is down" 69 "$code"
expect "accounts and four enrolments are done, the rest waits" "done 7, open 8" "$(left)"
expect "each access that waits is a finding" "NOT_APPLIED 8" "$(found)"
expect "the log says why, the summary what it means" "1 1" "$(grep -c 'could not carry out the plan of site .*status 503 after 1 try: .*maintenance' \
	"$dir/state/log/ctok-batch.log") $(grep -c '^! ctok-apply .*a service is down; the next night goes on from here' "$dir/state/summary.txt")"
expect "the breaker remembers the failure" 1 "$(sql "SELECT sum(failures) FROM ctok.http_breaker")"
expect "every control ties" "" "$(tied)"
finished "after maintenance"

# A short one, as Moodle's own pages switch it, is waited for; a proxy answers 504 and the site carries it out: that is looked up, not sent again.
# Then once more, and the site is down when it is asked.
put_back
hold
control fault kind=gateway match=core_user_create_users >/dev/null
control fault kind=switch name=maintenance_web match=enrol_manual_enrol_users skip=1 >/dev/null
control fault kind=gateway match=enrol_manual_enrol_users skip=4 >/dev/null
control fault kind=switch name=maintenance_cli match=enrol_manual_enrol_users skip=4 >/dev/null
( # until it was asked twice in vain
	for _ in $(seq 600); do
		control counters | grep -q '"enrol_manual_enrol_users":{"requests":4,' && break
		sleep 0.1
	done
	control set maintenance_web=0 >/dev/null
) &
opens=$!
night
wait "$opens"
expect "what was waited for or can be looked up is done, the rest waits, and one is in doubt" "69 done 5, open 9, sending 1" "$code $(left)"
expect "the doubt is listed" "CHANGE_DOUBT 1, NOT_APPLIED 9" "$(found)"
expect "with the reason" 1 "$(sql "SELECT count(*) FROM ctok.finding WHERE class = 'CHANGE_DOUBT' AND detail LIKE
	'it is not known whether \"localhost\" carried out enrol_manual_enrol_users: it answered with status 504: 504 Gateway Time-out%'")"
expect "the plan shows it too" 1 "$(admin plan; grep -c ' -- it is not known whether "localhost" carried out enrol_manual_enrol_users' "$dir/out")"
expect "every control ties" "" "$(tied)"
finished "after the doubt"
expect "the journal tells how each ended" 1 "$(sql "SELECT count(*) FROM ctok.journal j JOIN ctok.journal k USING (tenant_id, action_id)
	WHERE j.phase = 'after' AND j.outcome = 'doubt' AND k.phase = 'after' AND k.outcome = 'found done'")"

# The same with accounts, of which a second one would be worse.
put_back
hold
control fault kind=gateway match=core_user_create_users >/dev/null
control fault kind=switch name=maintenance_cli match=core_user_create_users >/dev/null
night
expect "accounts are in doubt" "69 open 12, sending 3" "$code $(left)"
expect "listed with each access that needs them" "CHANGE_DOUBT 4, NOT_APPLIED 8" "$(found)"
half=$(state)
night
expect "a night while the site is down changes nothing there, and they stay in doubt" "69 same sending 3" "$code $(same "$half") $(left | grep -o 'sending.*')"
scenario site-down-ends-nobody "CHANGE_DOUBT 4, END_WAITS 4, NOT_APPLIED 4, SOURCE_SILENT 1" "$(found)"
finished "after accounts in doubt"
expect "they are known as ours" 3 "$(sql "SELECT count(*) FROM ctok.account k JOIN ctok.person p USING (tenant_id, person_id) WHERE k.made AND p.email ~ '^(zoe|yan|xenia)@'")"

# The database restarts while the third enrolment is on its way.
put_back
hold
mkdir -p "$dir/probe"
CTOK_PROBE="hold-after:ctok-apply http enrol_manual_enrol_users" CTOK_PROBE_DIR=$dir/probe setsid \
	"$root/build/probe/ctok-nightly" --config "$dir/ctok-batch.conf" >"$dir/out" 2>&1 </dev/null &
first=$!
for _ in $(seq 600); do
	stopped=$(ps -eo pid=,stat=,args= | awk -v conf="$dir/ctok-batch.conf" '$2 ~ /^T/ && index($0, "ctok-apply") && index($0, conf) { print $1 }')
	[ -z "$stopped" ] || break
	sleep 0.1
done
server=$(head -n 1 "$dir/state/db/data/postmaster.pid")
kill -INT "$server" # the quick shutdown: sessions are cut off
wait "$held" 2>/dev/null
while kill -0 "$server" 2>/dev/null; do sleep 0.05; done
hold
for _ in $(seq 100); do [ ! -e "$dir/state/db/data/postmaster.pid" ] || break; sleep 0.1; done
kill -CONT "$stopped"
wait "$first"
expect "the database restarts: the night ends, and says what is not known" "69 yes" "$? $(found | grep -q 'CHANGE_DOUBT' && echo yes)"
finished "after the restart"
finish
