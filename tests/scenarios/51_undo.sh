#!/bin/bash
# A night that should not have been: it enrolled, extended, suspended, removed, resumed and took over. It is taken back, but for what somebody
# changed since; the undoing is taken back too; an undoing that is killed is repeated. Read level 1, which sees every second.
. "$(dirname "$0")/lib.sh"
cat >"$dir/rules.conf" <<'R'
products = ( { source = "shop"; match = "sku:MATH-*"; site = "campus"; courses = ("MATH-101"); term = "P1Y"; grace_days = 0; },
             { source = "shop"; match = "sku:CPR-*"; site = "campus"; courses = ("CPR-2Y"); term = "P1Y"; grace_days = 0; on_refund = "unenrol"; } );
R
read_level=${LEVEL:-1}
start --seed contract --now 2026-11-20T09:00:00Z
at() { now=$1 write_conf; control clock "now=$1" >/dev/null; }
# bought NUMBER SKU CREATED [REFUNDED MODIFIED]
bought() { order "$1" "$2" "pupil$(($1 % 100))@undo.test" "Pupil N$(($1 % 100))" 99.00 "$3" '' '' 1 "${4:-0.00}" PENDING "${5:-$3}"; }
first=2026-11-18T10:00:00Z second=2026-11-20T20:00:00Z last=2026-11-21T20:00:00Z
same() { expect "$1" '' "$(diff <(LC_ALL=C sort <<<"$2") <(LC_ALL=C sort <<<"$3"))"; }
# Every enrolment with its role, as Moodle has it.
held_by_moodle() {
	control sql "sql=SELECT c.shortname || ' ' || u.email || ' ' || e.enrol || ' ' || ue.status || ' ' || ue.timestart || ' ' || ue.timeend || ' ' ||
		coalesce((SELECT string_agg(r.roleid::text, ',' ORDER BY r.roleid) FROM mdl_role_assignments r JOIN mdl_context x ON x.id = r.contextid
		           WHERE x.contextlevel = 50 AND x.instanceid = c.id AND r.userid = u.id), '-') AS t
		FROM mdl_user_enrolments ue JOIN mdl_enrol e ON e.id = ue.enrolid JOIN mdl_course c ON c.id = e.courseid JOIN mdl_user u ON u.id = ue.userid
		ORDER BY 1" | grep -o '"t":"[^"]*"' | cut -d'"' -f4
}
# hand EMAIL COURSE CHANGE: somebody changes an enrolment in Moodle.
hand() {
	control sql "sql=UPDATE mdl_user_enrolments ue SET $3 FROM mdl_enrol e, mdl_course c, mdl_user u WHERE e.id = ue.enrolid AND e.enrol = 'manual'
		AND c.id = e.courseid AND c.shortname = '$2' AND u.id = ue.userid AND u.email = '$1'" >/dev/null
}
run_id() { sql "SELECT max(x.run_id) FROM rule.run_action x"; }

control sql "sql=DELETE FROM shop.orders" >/dev/null
at 2026-11-20T09:00:00Z
for o in 1 2 3 4 8 9 10 11 12 13; do bought $o MATH-1 $first; done
for o in 5 6 7; do bought $o CPR-1 $first; done
admin go-live --since 2026-01-01
hold
night
expect "the first night enrols" "0 13" "$code $(sql "SELECT count(*) FROM ctok.managed")"
at 2026-11-21T03:00:00Z
bought 12 MATH-1 $first 99.00 $second
bought 13 MATH-1 $first 99.00 $second
# Somebody enrolled this learner long ago, and it ended.
control sql "sql=INSERT INTO mdl_user_enrolments (enrolid, userid, status, timestart, timeend, modifierid, timecreated, timemodified)
	SELECT e.id, u.id, 0, 1600000007, 1700000011, 2, 1600000007, 1600000007 FROM mdl_enrol e, mdl_course c, mdl_user u
	WHERE e.enrol = 'manual' AND c.id = e.courseid AND c.shortname = 'CPR-2Y' AND u.email = 'pupil1@undo.test'" >/dev/null
night
expect "the second night suspends two" "0 2" "$code $(held_by_moodle | grep -c 'undo.test manual 1')"
before=$(held_by_moodle)

# The night to be taken back.
at 2026-11-22T03:00:00Z
for o in 1 2 3 4; do bought $o MATH-1 $first 99.00 $last; done
for o in 5 6 7; do bought $o CPR-1 $first 99.00 $last; done
for o in 108 109 110 111 112 113 130 131 132 133 134; do bought $o MATH-1 $last; done
bought 101 CPR-1 $last
night
expect "the third night ends well" 0 "$code"
expect "it did something of every kind" "create_account 5, enrol 5, extend 4, resume 2, suspend 4, take_over 1, unenrol 3" \
	"$(sql "SELECT string_agg(kind || ' ' || n, ', ' ORDER BY kind) FROM (SELECT a.kind, count(*) AS n FROM rule.run_action x JOIN ctok.action a USING (tenant_id, action_id)
	        WHERE x.run_id = (SELECT max(run_id) FROM rule.run_action) GROUP BY 1) k")"
third=$(run_id)
after=$(held_by_moodle)

# What it made of the world: created ones are suspended, the rest as before.
expected() { # expected BEFORE AFTER: as a revert leaves it
	printf '%s\n' "$1"
	comm -13 <(cut -d' ' -f1-3 <<<"$1") <(cut -d' ' -f1-3 <<<"$2") | while read -r c u m; do grep "^$c $u $m " <<<"$2" | sed "s/^\($c $u $m\) 0/\1 1/"; done
}
# An account that had no role in the course keeps the one that we gave.
roles() { sed '/pupil1@undo.test.*1700000011/s/ -$/ 5/'; }
untouched=$(writes)
# One of the seven mails that tell of ends could not be sent yet.
sql "UPDATE ctok.outbox SET state = 'deferred', accepted_at = NULL, recipient = 'pupil1@undo.test' WHERE mail_id = (SELECT min(o.mail_id) FROM ctok.outbox o
	JOIN ctok.run r ON r.run_id = o.queued_run WHERE o.event LIKE 'ended:%' AND r.night_id = (SELECT night_id FROM ctok.run WHERE run_id = $third))"
admin revert "$third" --dry-run
expect "mails that left are told" 1 "$(grep -c '^  6 mails that were sent that night about these accesses cannot be called back.$' "$dir/out")"
expect "a dry run shows" "0 19 changes to undo, 0 as before already, 0 left alone; 1 waiting mail would be withdrawn Nothing was changed." "$code $(tail -2 "$dir/out" | tr '\n' ' ' | sed 's/ $//')"
expect "what cannot be undone comes first" "What cannot be undone:" "$(sed -n 3p "$dir/out")"
expect "accounts that stay are listed" 5 "$(grep -c '^    Pupil N3[0-4] <pupil3[0-4]@undo.test>$' "$dir/out" | tr -d '\n')$(grep -c 'accounts that the run made stay' "$dir/out" | sed 's/1//')"
expect "it writes nothing" "$untouched $third" "$(writes) $(run_id)"

admin revert "$third"
expect "the revert ends well" 0 "$code"
expect "the mail that waited is withdrawn" "1" "$(sql "SELECT count(*) FROM ctok.outbox WHERE state = 'withdrawn'")"
same "Moodle is as before the night" "$(expected "$before" "$after" | roles)" "$(held_by_moodle)"
expect "the mirror says so too" "" "$(run ctok-pull-moodle; sql "SELECT count(*) FROM ctok.dirty_access d LEFT JOIN ctok.action a ON a.site_id = d.site_id AND a.user_id = d.user_id
	AND a.course_id = d.course_id AND a.undoes IS NOT NULL WHERE a.action_id IS NULL HAVING count(*) > 0")"
expect "what was made stays managed, what was taken over does not" "11 1 0" "$(sql "SELECT (SELECT count(*) FROM ctok.managed m JOIN ctok.mirror_enrolment e
	USING (tenant_id, site_id, course_id, user_id) WHERE e.status = 0 AND e.method = 'manual'), (SELECT count(*) FROM ctok.mirror_enrolment e JOIN ctok.mirror_user u USING (tenant_id, site_id, user_id)
	WHERE u.email_key = 'pupil1@undo.test' AND e.time_end = 1700000011), (SELECT count(*) FROM ctok.managed m JOIN ctok.mirror_user u USING (tenant_id, site_id, user_id)
	JOIN ctok.mirror_course c USING (tenant_id, site_id, course_id) WHERE u.email_key = 'pupil1@undo.test' AND c.shortname = 'CPR-2Y')" | tr '\t' ' ')"
writes_before=$(writes)
admin revert "$third"
expect "a second one has nothing to do" "0 There is nothing to do. $writes_before" "$code $(tail -1 "$dir/out") $(writes)"

admin revert last
expect "the revert is taken back" 0 "$code"
same "Moodle is as after the night; what the revert had enrolled again is suspended" \
	"$after"$'\n'"$(grep 'CPR-2Y pupil[567]@' <<<"$before" | sed 's/manual 0/manual 1/')" "$(held_by_moodle)"

# Changed by hand since: left alone, and named.
hand pupil2@undo.test MATH-101 'status = 0, timeend = 0'
hand pupil9@undo.test MATH-101 'timeend = timeend + 7'
control sql "sql=DELETE FROM mdl_user_enrolments ue USING mdl_user u WHERE u.id = ue.userid AND u.email = 'pupil31@undo.test'" >/dev/null
changed=$(held_by_moodle)
# Killed while the site has done the first batch but has not said so yet, and repeated.
control fault kind=late match=enrol_manual_enrol_users ms=30000 >/dev/null
"$root/bin/ctok-admin" revert --config "$dir/ctok-batch.conf" "$third" >"$dir/killed" 2>&1 </dev/null &
killed=$!
for _ in $(seq 100); do
	[ "$(sql "SELECT count(*) > 0 FROM ctok.action WHERE undoes IS NOT NULL AND state = 'sending'")" != t ] || break
	sleep 0.1
done
sleep 1
kill -9 "$killed"
wait "$killed" 2>/dev/null
control reset >/dev/null
expect "it was killed with changes under way" t "$(sql "SELECT count(*) > 0 FROM ctok.action WHERE undoes IS NOT NULL AND state = 'sending'")"
admin revert "$third"
expect "repeated, it ends with what was left alone" 65 "$code"
expect "named, with what it was and is" 3 "$(grep -cE 'pupil2@undo.test>: the run left it suspended .* now it is active .* without end|pupil9@undo.test>: the run left it active .* 00:00:07$|pupil31@undo.test>: the run left it active .* now it is not enrolled' "$dir/out")"
same "Moodle is as before the night but for these" \
	"$(expected "$before" "$after" | roles | grep -vE 'MATH-101 pupil(2|9|31)@' && grep -E 'MATH-101 pupil(2|9)@' <<<"$changed")" "$(held_by_moodle)"
expect "nothing is left under way" 0 "$(sql "SELECT count(*) FROM ctok.action WHERE undoes IS NOT NULL AND state IN ('open', 'held', 'sending')")"

# The next night leaves it alone.
at 2026-11-23T03:00:00Z
quiet=$(held_by_moodle | grep -vE 'pupil(2|9|31)@')
night
same "the next night does not do it again" "$quiet" "$(held_by_moodle | grep -vE 'pupil(2|9|31)@')"
expect "and says so" "10 16 16" "$code $(sql "SELECT (SELECT count(*) FROM ctok.finding WHERE class = 'REVERTED' AND cleared_at IS NULL),
	(SELECT count(*) FROM ctok.action WHERE state = 'held' AND held_why = 'reverted')" | tr '\t' ' ')"
expect "every control ties" "" "$(sql "SELECT control FROM rule.control_now WHERE expected <> actual")"

# Approved, it is done again.
admin approve --name test --reason 'right after all'
expect "one is told as one" 1 "$(grep -c 'released 1 enrolment in course CPR-2Y of site campus: held: somebody took it back$' "$dir/out")"
expect "approved" "0 16" "$code $(grep -o 'released [0-9]* .*took it back' "$dir/out" | awk '{ n += $2 } END { print n }')"
at 2026-11-24T03:00:00Z
night
expect "approved, it is done again; but not what somebody removed by hand" "0 enrol staff TAKEN_AWAY" "$code $(sql "SELECT a.kind, a.held_why, f.class FROM ctok.action a
	JOIN ctok.finding f ON f.person_id = a.person_id AND f.target_id = a.target_id AND f.cleared_at IS NULL WHERE a.state = 'held'" | tr '\t' ' ')"
expect "whose access ended again is told again, each once" "t 0" "$(sql "WITH redone AS (
	SELECT a.person_id, a.target_id FROM ctok.action a JOIN ctok.run r ON r.run_id = a.ended_run WHERE a.state = 'done' AND a.kind IN ('suspend', 'unenrol')
	   AND r.night_id = (SELECT max(night_id) FROM ctok.run)), told AS (
	SELECT o.person_id, count(*) AS n FROM ctok.outbox o JOIN ctok.run r ON r.run_id = o.queued_run WHERE o.event LIKE 'ended:%'
	   AND r.night_id = (SELECT max(night_id) FROM ctok.run) GROUP BY 1)
	SELECT (SELECT count(*) FROM redone) > 3, (SELECT count(*) FROM (SELECT person_id, count(*) AS n FROM redone GROUP BY 1) x FULL JOIN told USING (person_id)
	 WHERE x.n IS DISTINCT FROM told.n)" | tr '\t' ' ')"
same "as the night wanted" "$(grep -vE 'pupil(2|9|31)@' <<<"$after")" "$(held_by_moodle | grep -vE 'pupil(2|9|31)@')"
expect "every control ties" "" "$(sql "SELECT control FROM rule.control_now WHERE expected <> actual")"

admin revert 999999
expect "a run that is not there" 65 "$code"
admin revert last --only colour=red
expect "a filter that is none" 64 "$code"
finish
