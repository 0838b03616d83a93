#!/bin/bash
# Two of us: a night that is held keeps others out and says whose it is; one that lost its lock writes nothing any more, not even to Moodle; a
# reply that never comes does not make anything twice.
. "$(dirname "$0")/kills_world.sh"
prepare
now=2026-11-25T03:00:00Z site_extra='batch = 1; connections = 1;' write_conf # each enrolment is a request of its own
log=$dir/state/log/ctok-batch.log
last() { grep -o "another night is running: .*" "$log" | tail -1 | sed 's/process [0-9]*/process N/; s/ on [^ ,]*/ on HOST/; s/since .*/since T/; s/for [0-9]* [a-z]*.*/for N/'; }

# The night stops when the first enrolments were sent: by SIGSTOP, as a suspended machine would.
mkdir "$dir/probe"
hold
CTOK_PROBE="hold-after:ctok-apply http enrol_manual_enrol_users" CTOK_PROBE_DIR=$dir/probe setsid \
	"$root/build/probe/ctok-nightly" --config "$dir/ctok-batch.conf" >"$dir/first.out" 2>&1 </dev/null &
first=$!
wait_until_stopped() { # the step that holds, in $stopped
	for _ in $(seq 600); do
		stopped=$(ps -eo pid=,stat=,args= | awk -v conf="$dir/ctok-batch.conf" '$2 ~ /^T/ && index($0, "ctok-apply") && index($0, conf) { print $1 }')
		[ -z "$stopped" ] || break
		sleep 0.1
	done
}
wait_until_stopped
expect "the night is stopped while it writes to Moodle" 1 "$(echo "$stopped" | grep -c .)"

night
expect "a second night of this machine is refused" 75 "$code"
expect "and told whose it is, where and since when" "another night is running: ctok-nightly, process N on HOST, since T" "$(last)"
admin plan
expect "commands by hand go on" 0 "$code"

# Another machine: a state directory of its own, the same database.
second="$dir/second.conf"
sockets=$(sed -n 5p "$dir/state/db/data/postmaster.pid") port=$(sed -n 4p "$dir/state/db/data/postmaster.pid")
sed "s#^state_dir = .*#state_dir = \"$dir/state2\"; database = \"host=$sockets port=$port dbname=ctok user=ctok_program\";#" "$dir/ctok-batch.conf" >"$second"
elsewhere() { "$bin/$1" --config "$second" "${@:2}" >"$dir/out" 2>&1 </dev/null; code=$?; }
elsewhere ctok-nightly
log=$dir/state2/log/ctok-batch.log
expect "a night of another machine is refused too" 75 "$code"
expect "and told the same, with its age" "another night is running: ctok-nightly, process N on HOST, for N" "$(last)"

# Meanwhile Zoe gets her money back; and the holder's session is lost, as when its network is cut.
order 11 MATH-1 zoe@example.test 'Zoe Zamora' 99.00 2026-11-24T10:00:00Z '' '' 1 99.00 PENDING 2026-11-25T02:58:00Z
order 13 BIG-1 zoe@example.test 'Zoe Zamora' 20.00 2026-11-24T10:02:00Z '' '' 1 20.00 PENDING 2026-11-25T02:58:00Z
order 12 CPR-1 yan@example.test 'Yan Young' 50.00 2026-11-24T10:01:00Z '' '' 1 50.00 PENDING 2026-11-25T02:58:00Z
order 14 MATH-1 boss@example.test 'Big Boss' 99.00 2026-11-24T10:03:00Z 'Xenia Xu' xenia@example.test 2 198.00 PENDING 2026-11-25T02:58:00Z
sql "SELECT pg_terminate_backend(backend_pid) FROM ctok.run_lock" >/dev/null
elsewhere ctok-nightly
expect "then the other machine takes the night over" 0 "$code"
before=$(state)
kill -CONT "$stopped"
wait "$first"
expect "the old night, continued, ends as busy" 75 $?
expect "because its night is over" 1 "$(grep -c "this run's night is over: another one has begun since" "$dir/state/log/ctok-batch.log" | sed 's/^[2-9]$/1/')"
expect "it wrote nothing more to Moodle: all is as the new night left it" "$before" "$(state)"
elsewhere ctok-nightly
expect "nothing is left to do" "0 0" "$code $(sql "SELECT count(*) FROM ctok.action WHERE state IN ('open', 'sending') AND NOT trial")"
expect "every control ties" "" "$(sql "SELECT control FROM rule.control_now WHERE expected <> actual")"
expect "Moodle is as it was" "$before" "$(state)"

# A proxy gives up although Moodle carries the requests out: they are looked for before anything is sent again.
order 30 MATH-1 uma@example.test 'Uma Ueda' 99.00 2026-11-25T02:58:00Z
control fault kind=drop match=core_user_create_users >/dev/null
control fault kind=drop match=enrol_manual_enrol_users >/dev/null
elsewhere ctok-nightly
expect "a night whose replies are lost ends well" 0 "$code"
scenario lost-answer-enrols-once "1 1 0" "$(control sql "sql=SELECT 'uma ' || (SELECT count(*) FROM mdl_user
	WHERE email = 'uma@example.test') || ' ' || (SELECT count(*) FROM mdl_user_enrolments e JOIN mdl_user u ON u.id = e.userid WHERE u.email = 'uma@example.test')
	|| ' ' || (SELECT count(*) - count(DISTINCT m.kind) FROM sandbox.mail m JOIN mdl_user u ON u.id = m.userid WHERE u.email = 'uma@example.test') AS t" |
	grep -o 'uma [0-9 ]*' | cut -c5-)"
expect "both are known, and the account as ours" "done done, true" "$(sql "SELECT (SELECT string_agg(a.state, ' ') FROM ctok.action a WHERE a.person_id = p.person_id), k.made
	FROM ctok.person p JOIN ctok.account k USING (tenant_id, person_id) WHERE p.email = 'uma@example.test'" | sed 's/\tt$/, true/; s/\t/, /')"

# Only the night is killed, in the middle of a step: the step ends too, in order, and leaves the rest to the next night.
order 31 MATH-1 vic@example.test 'Vic Vega' 99.00 2026-11-25T02:58:00Z
mkdir "$dir/probe2"
CTOK_PROBE="hold-after:ctok-apply http core_user_create_users" CTOK_PROBE_DIR=$dir/probe2 \
	"$root/build/probe/ctok-nightly" --config "$dir/ctok-batch.conf" >"$dir/first.out" 2>&1 </dev/null &
first=$!
wait_until_stopped
expect "a night is stopped after it made an account" 1 "$(echo "$stopped" | grep -c .)"
kill -KILL "$first"
wait "$first" 2>/dev/null
kill -CONT "$stopped"
for _ in $(seq 600); do
	kill -0 "$stopped" 2>/dev/null || break
	sleep 0.1
done
expect "when the night was killed its step ends, too" "gone" "$(kill -0 "$stopped" 2>/dev/null && echo runs || echo gone)"
expect "in order: it says why" 1 "$(grep -c 'ctok-apply .*stopped by a signal, the rest waits for the next run signal=15' "$dir/state/log/ctok-batch.log")"
vic() {
	sql "SELECT string_agg(a.kind || ' ' || a.state, ', ' ORDER BY a.action_id) FROM ctok.action a JOIN ctok.person p USING (tenant_id, person_id)
	      WHERE p.email = 'vic@example.test'"
	control sql "sql=SELECT 'vic ' || (SELECT count(*) FROM mdl_user WHERE email = 'vic@example.test') || ' ' || (SELECT count(*)
		FROM mdl_user_enrolments e JOIN mdl_user u ON u.id = e.userid WHERE u.email = 'vic@example.test') AS t" | grep -o 'vic [0-9 ]*'
}
expect "what was under way is on record, and no more was begun" "create_account done, enrol open vic 1 0" "$(vic | tr '\n' ' ' | sed 's/ $//')"
night
expect "the next night ends well" 0 "$code"
expect "and does the rest" "create_account done, enrol done vic 1 1" "$(vic | tr '\n' ' ' | sed 's/ $//')"
finish
