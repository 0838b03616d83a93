#!/bin/bash
# Commands by hand where we see least: undoing a night of a site that is read at level 3, also while a night is under way; the list of runs; a
# backfill that would take access; mails that wait.
. "$(dirname "$0")/lib.sh"
cat >"$dir/rules.conf" <<'R'
products = ( { source = "shop"; match = "sku:MATH-*"; site = "campus"; courses = ("MATH-101"); term = "P1Y"; grace_days = 0; },
             { source = "shop"; match = "sku:MONTH"; site = "campus"; courses = ("CPR-2Y"); term = "P1M"; grace_days = 0; } );
R
read_level=3
start --seed contract --now 2026-11-20T09:00:00Z
at() { now=$1 write_conf; control clock "now=$1" >/dev/null; }
bought() { order "$1" "$2" "pupil$(($1 % 100))@undo.test" "Pupil N$(($1 % 100))" 99.00 "$3" '' '' 1 "${4:-0.00}" PENDING "${5:-$3}"; }
held_by_moodle() {
	control sql "sql=SELECT split_part(u.email, '@', 1) || ' ' || ue.status || ' ' || to_char(to_timestamp(ue.timeend) AT TIME ZONE 'Europe/Madrid', 'YYYY-MM-DD') AS t
		FROM mdl_user_enrolments ue JOIN mdl_enrol e ON e.id = ue.enrolid JOIN mdl_user u ON u.id = ue.userid WHERE u.email LIKE '%@undo.test' ORDER BY 1" |
		grep -o '"t":"[^"]*"' | cut -d'"' -f4
}
hand() { # hand WHO CHANGE: somebody changes an enrolment in Moodle
	control sql "sql=UPDATE mdl_user_enrolments ue SET $2 FROM mdl_user u WHERE u.id = ue.userid AND u.email = '$1@undo.test'" >/dev/null
}
control sql "sql=DELETE FROM shop.orders" >/dev/null
at 2026-11-20T09:00:00Z
first=2026-11-18T10:00:00Z second=2026-11-21T20:00:00Z
for o in 1 2 3 4 5 6; do bought $o MATH-1 $first; done
order 20 MONTH learner05@example.test 'Lea Five' 20.00 2026-10-22T10:00:00Z # older than go-live, and over on 11-23
hold
run ctok-reconcile
admin runs
expect "no run did anything yet" "0 acme: no run changed anything in Moodle so far" "$code $(cat "$dir/out")"
night
admin backfill --since 2026-10-01
expect "nothing is live that could act on older sales" "65 1" "$code $(grep -c 'error: .*source "(any)" is not live on site "(any)"' "$dir/out")"
admin go-live --since 2026-11-01
night
expect "the first night enrols six" "0 6" "$code $(held_by_moodle | grep -c ' 0 2027-11-26$')"
before=$(held_by_moodle)
at 2026-11-22T03:00:00Z
for o in 1 2 3; do bought $o MATH-1 $first 99.00 $second; done
bought 104 MATH-1 $second
bought 30 MATH-1 $second
night
expect "the second night suspends three, extends one, enrols one" "0 pupil1 1 2027-11-26 pupil2 1 2027-11-26 pupil3 1 2027-11-26 pupil30 0 2027-11-29 pupil4 0 2028-11-26 \
pupil5 0 2027-11-26 pupil6 0 2027-11-26" "$code $(held_by_moodle | tr '\n' ' ' | sed 's/ $//')"

admin runs
expect "the runs are listed, the newest first" \
	"0 RUN NIGHT OF PROGRAM CHANGES|R N 2026-11-22 04:00 ctok-apply 1 make account, 1 enrol, 1 extend, 3 suspend|R N 2026-11-20 10:00 ctok-apply 6 make account, 6 enrol|" \
	"$code $(sed -E 's/^ *[0-9]+ +[0-9]+ /R N/; s/ +/ /g; s/^ //' "$dir/out" | tr '\n' '|')"
second_run=$(sed -n 2p "$dir/out" | awk '{ print $1 }')
admin runs --max 1
expect "as many as asked for" "0 2" "$code $(wc -l <"$dir/out")"

# While a night is under way, nothing is undone.
control fault kind=slow match=core_webservice_get_site_info ms=4000 >/dev/null
"$root/bin/ctok-nightly" --config "$dir/ctok-batch.conf" >"$dir/night" 2>&1 </dev/null &
other=$!
for _ in $(seq 100); do
	control faults | grep -q '"hits":1' && break
	sleep 0.05
done
after=$(held_by_moodle)
admin revert last
expect "a night is under way: the revert is refused" "75 0" "$code $(sql "SELECT count(*) FROM ctok.action WHERE undoes IS NOT NULL")"
expect "and says by whom" 1 "$(grep -c 'another night is running: ctok-nightly, process [0-9]* on ' "$dir/state/log/ctok-batch.log")"
expect "it wrote nothing" "$after" "$(held_by_moodle)"
wait "$other"
expect "the night is not disturbed" 0 $?

# Somebody gave the first one access again: seen. Somebody moved the fourth one's end: not seen at this level, and said.
hand pupil1 'status = 0'
hand pupil4 "timeend = timeend + 86400 * 30"
admin revert "$second_run" --dry-run
expect "level 3 says what it does not see" 1 "$(grep -c 'The site is read at level 3, which shows only whether an enrolment gives access: what somebody changed in' "$dir/out")"
expect "four changes, one is left alone" "65 1 1" \
	"$code $(grep -c '^4 changes to undo, 0 as before already, 1 left alone' "$dir/out") $(grep -c 'pupil1@undo.test>: the run left it without access, now it is with access$' "$dir/out")"
admin revert "$second_run"
expect "undone, but for that one" 65 "$code"
expect "who was suspended is active, the extension is taken back to what the journal says, who was enrolled is suspended, with their dates" \
	"$(sed 's/pupil30 .*//' <<<"$before" | cat - <(echo 'pupil30 1 2027-11-29') | LC_ALL=C sort)" "$(held_by_moodle | LC_ALL=C sort)"
night
expect "the next night holds what was taken back" "10 REVERTED 4" "$code $(sql "SELECT class || ' ' || count(*) FROM ctok.finding WHERE class = 'REVERTED' AND cleared_at IS NULL GROUP BY class")"
admin runs
expect "the list says what was taken back" 1 "$(grep -c '3 suspend; 4 of them taken back$' "$dir/out")"
admin revert last --only kind=enrol
expect "a revert of nothing that fits" "65 1" "$code $(grep -c 'nothing of run [0-9]* fits --only' "$dir/out")"

# An older sale, over since, of somebody whose enrolment is ours although nothing paid for it so far: acting on the sale would end the access.
at 2026-11-25T03:00:00Z
sql "INSERT INTO ctok.managed (tenant_id, site_id, course_id, user_id, action_id, written_start, written_end, written_status)
	SELECT m.tenant_id, m.site_id, m.course_id, m.user_id, 0, 0, 0, 0 FROM ctok.mirror_enrolment m JOIN ctok.mirror_user u USING (tenant_id, site_id, user_id)
	JOIN ctok.mirror_course c USING (tenant_id, site_id, course_id) WHERE u.email_key = 'learner05@example.test' AND c.shortname = 'CPR-2Y'"
run ctok-pull-sales
run ctok-pull-moodle
for dry in '' --dry-run; do
	admin backfill --since 2026-10-01 $dry
	expect "a backfill that would take access is refused${dry:+, dry too}" "77 1 1" "$code $(grep -c '^  .*<learner05@example.test>, campus: course CPR-2Y: ' "$dir/out") \
$(grep -c 'error: .*backfill never takes access, and this one would, from 1$' "$dir/out")"
done
expect "with what to do" 1 "$(grep -c 'HINT: Choose a later --since, or narrow it down with --site and --source' "$dir/out")"
expect "nothing of it is kept" "2026-11-01 0" "$(sql "SELECT (SELECT since::date FROM ctok.live), (SELECT count(*) FROM ctok.action WHERE reason = 'over' OR plan_id IN
	(SELECT plan_id FROM ctok.plan WHERE run_id < 0))" | tr '\t' ' ')"
admin backfill --since 2026-10-23
expect "since later it is not" "0 2026-10-23" "$code $(sql "SELECT since::date FROM ctok.live")"
admin backfill --since 2026-10-01 --site nowhere
expect "of a site that is none" "65 1" "$code $(grep -c 'source "(any)" is not live on site "nowhere"' "$dir/out")"
admin backfill
expect "without a day" 64 "$code"
admin backfill --since 2026-02-30
expect "of no day" 64 "$code"

# Mails that wait, and what a person decides about them.
mail() { # mail EVENT RECIPIENT: as if an event had caused it
	sql "INSERT INTO ctok.outbox (tenant_id, event, person_id, recipient, recipient_hash, template, locale, facts, next_try_at, queued_run, queued_at)
		SELECT tenant_id, '$1', person_id, '$2', ctok.mail_recipient_hash(tenant_id, '$1', '$2'), 'grace-notice', 'en',
		'{\"learner\": \"P\", \"course\": \"C\", \"date\": \"2026-12-01\"}', '2026-11-25', 1, '2026-11-25' FROM ctok.person WHERE email = 'pupil5@undo.test'"
}
number() { sql "SELECT mail_id FROM ctok.outbox WHERE event = '$1'"; }
decide() { admin mail "$@" --name "Eva Prueba" --reason "she called"; }
sql "UPDATE ctok.outbox SET state = 'withdrawn', recipient = NULL, facts = '{}', attachment_path = NULL, attachment_name = NULL WHERE state NOT IN ('sent', 'withdrawn')"
admin mail queue
expect "nothing waits" "0 no mail waits" "$code $(cat "$dir/out")"
for e in refused:reject deferred:defer wrong:pupil5 good:pupil5; do mail "test:${e%:*}" "${e#*:}@undo.test"; done
a=$(number test:refused) b=$(number test:deferred) c=$(number test:wrong) d=$(number test:good)
decide drop "$c"
expect "a mail is dropped" "0 mail #$c is never sent" "$code $(cat "$dir/out")"
before=$(mails)
run ctok-mail
expect "the others are sent, as the server has it" "65 1" "$code $(($(mails) - before))"
admin mail queue
expect "the queue says what waits, with the server's words" "0 #$a failed 550 5.1.1 <address>: no such user #$b deferred 451 4.2.1 <address>: try again later " \
	"$code $(awk 'NR > 1 { if ($1 ~ /^#/) printf "%s %s ", $1, $4; else { $1 = $1; printf "%s ", $0 } }' "$dir/out")"
admin mail retry "#$d" --name Eva
expect "what was taken is not sent again" "64 1" "$code $(grep -c "error: .*mail #$d (grace-notice) cannot be tried again: the mail server took it on 2026-11-25" "$dir/out")"
admin mail retry "$a"
expect "who says so?" "64 1" "$code $(grep -c 'a decision about mail needs the name of whoever answers for it' "$dir/out")"
decide retry failed
expect "what was refused goes to the address that the learner has now" "0 1 mail is sent again by the next ctok-mail, 1 of them to the address that its learner has now" "$code $(cat "$dir/out")"
decide suppress PUPIL5@undo.test
expect "an address is never mailed" "0 pupil5@undo.test is never mailed, until --lift; mail that is due waits" "$code $(cat "$dir/out")"
before=$(mails)
run ctok-mail
expect "nor is it" "0 0" "$code $(($(mails) - before))"
admin mail queue
expect "the queue says so" 1 "$(grep -c '^ *never mailed since 2026-11-25: she called (Eva Prueba)$' "$dir/out")"
expect "and how many are" 1 "$(grep -c '^1 suppressed: ctok-admin mail suppress lists who is never mailed$' "$dir/out")"
run ctok-reconcile
expect "it is a finding" "MAIL_SUPPRESSED grace-notice, code 550, mail #$a" "$(sql "SELECT class || ' ' || detail FROM ctok.finding WHERE class LIKE 'MAIL%' AND cleared_at IS NULL")"
admin mail suppress
expect "the list has it" "0 pupil5@undo.test: never mailed since 2026-11-25: she called (Eva Prueba)" "$code $(cat "$dir/out")"
decide suppress pupil5@undo.test --lift
expect "lifted, the finding is gone" "0 pupil5@undo.test may be mailed again: 1 suppression is lifted 0" "$code $(cat "$dir/out") $(sql "SELECT count(*) FROM ctok.finding WHERE class LIKE 'MAIL%' AND cleared_at IS NULL")"
run ctok-mail
expect "and the mail goes" "0 1" "$code $(($(mails) - before))"
decide suppress nobody.at.all
expect "a person who is none" "65 1" "$code $(grep -c 'no learner answers to "nobody.at.all"' "$dir/out")"
decide suppress a@b@c
expect "an address that is none" "65 1" "$code $(grep -c 'error: .*address "a@b@c": ' "$dir/out")"
admin mail retry
expect "nothing named" "64 1" "$code $(grep -c '"retry" takes MAIL, or "failed" for all that were refused' "$dir/out")"
decide drop seven
expect "no number" "64 1" "$code $(grep -c '"seven" is not the number of a mail' "$dir/out")"
admin mail list
expect "what needs no database asks for none" "0 1" "$code $(grep -c '^grace-notice ' "$dir/out")"
finish
