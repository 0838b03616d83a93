#!/bin/bash
# Mail that arrives once, and mail that comes back, with a real mail server: a Maildir of what came back is read; two programs send at once; and
# the sender is killed again and again at moments of chance. MAILS: how many (300), KILLS: how often (12), SEED: of chance (1).
. "$(dirname "$0")/lib.sh"
mails_wanted=${MAILS:-300} kills_wanted=${KILLS:-12}
RANDOM=${SEED:-1}

# No shop and no Moodle: the outbox and its server alone.
/usr/bin/python3 "$root/tests/support/smtpd.py" --maildir "$dir/mail" --port 0 --port-file "$dir/smtp.port" --pause 20 >"$dir/smtpd.log" 2>&1 &
smtpd=$!
openssl rand -hex 32 >"$dir/master.key"
chmod 600 "$dir/master.key"
wait_for "$dir/smtp.port"
url=https://localhost:1 read_level=3 mail_extra='bounce = "bounces@acme.example"; max_tries = 100;'
: >"$dir/rules.conf"
at() { now=$1 write_conf; }
at 2026-11-20T09:00:00Z
run ctok-mail
expect "nothing to send" 0 "$code"
hold

number() { sql "SELECT mail_id FROM ctok.outbox WHERE event = '$1'"; }
mail() { # mail EVENT RECIPIENT: as if an event had caused it
	sql "WITH p AS (INSERT INTO ctok.person (tenant_id, email, display_name, known_at) VALUES (ctok.current_tenant(), '$2', 'Pupil', now()) RETURNING *)
		INSERT INTO ctok.outbox (tenant_id, event, person_id, recipient, recipient_hash, template, locale, facts, next_try_at, queued_run, queued_at)
		SELECT tenant_id, '$1', person_id, '$2', ctok.mail_recipient_hash(tenant_id, '$1', '$2'), 'grace-notice', 'en',
		'{\"learner\": \"P\", \"course\": \"C\", \"date\": \"2026-12-01\"}', '2026-11-20', 1, '2026-11-20' FROM p"
}
findings() { sql "SELECT coalesce(string_agg(class || ' ' || detail, '; ' ORDER BY class, detail), '') FROM ctok.finding WHERE cleared_at IS NULL"; }
bounced() { sql "SELECT coalesce(string_agg(concat_ws(' ', o.event, b.kind, b.form, b.proof, b.status), '; ' ORDER BY o.event, b.bounce_id), '')
	FROM ctok.mail_bounce b JOIN ctok.outbox o USING (tenant_id, mail_id)"; }

# Mails go out, and come back as each kind of server writes.
for who in nouser late known forward old wrong; do mail "m:$who" "$who@campus.example"; done
run ctok-mail
expect "six are sent" "0 6" "$code $(mails)"
sent() { grep -l "^X-Envelope-To: $1@" "$dir"/mail/new/*; }
sender() { sed -n 's/^X-Envelope-From: //p' "$(sent "$1")" | tr -d '\r'; }
message_id() { sed -n 's/^Message-ID: <\(.*\)>/\1/p' "$(sent "$1")" | tr -d '\r'; }
expect "each with a sender of its own" "6 6" "$(cat "$dir"/mail/new/* | grep -c '^X-Envelope-From: bounces+[a-z2-7]*-[a-z2-7]*@acme.example') \
$(cat "$dir"/mail/new/* | grep '^X-Envelope-From: ' | sort -u | wc -l)"
box=$dir/returned
mkdir -p "$box/new" "$box/cur" "$box/tmp"
came_back() { # came_back SAMPLE WHO FILE [SENDER]: a message about the mail to WHO
	sed "s|@VERP@|${4:-$(sender "$2")}|g; s|@MSGID@|<$(message_id "$2")>|g; s|learner@campus.example|$2@campus.example|g" \
		"$root/tests/fuzz/corpus/bounce/$1" >"$box/$3"
}
came_back postfix-no-user nouser new/1.nouser
came_back postfix-delayed late new/2.late
came_back postfix-no-user known 'cur/3.known:2,FR' bounces@acme.example
came_back forwarded forward new/4.forward
came_back qmail-text old new/5.old
came_back vacation wrong new/6.vacation
came_back person wrong new/7.person
came_back postfix-no-user wrong new/8.forged "$(sender wrong | tr 'a-m' 'n-z')"
sed -i 's/^Message-ID: .*/Message-ID: <other@elsewhere.example>/' "$box/new/8.forged"
came_back postfix-no-user nouser 'cur/9.read:2,S'
files() { (cd "$box" && find new cur -type f -o -type l | LC_ALL=C sort | tr '\n' ' '); }
before=$(files)
run ctok-mail bounces "$box" --dry-run
expect "a dry run says what they are" "0 4 failed 1 delayed" "$code $(grep -c ^failed "$dir/out") failed $(grep -c ^delayed "$dir/out") delayed"
expect "and changes nothing" "$before" "$(files)"
run ctok-mail bounces "$box"
expect "what came back is read" "0 failed=4 delayed=1 known=0 suppressed=1 left=3" \
	"$code $(grep -o 'failed=[0-9]* delayed=[0-9]* known=[0-9]* suppressed=[0-9]* left=[0-9]*' "$dir/state/log/ctok-batch.log" | tail -1)"
expect "what is ours is marked as seen, the rest lies as it was" \
	"cur/1.nouser:2,S cur/2.late:2,S cur/3.known:2,FRS cur/4.forward:2,S cur/5.old:2,S cur/9.read:2,S new/6.vacation new/7.person new/8.forged " "$(files)"
told="m:forward failed report envelope 5.1.1; m:known failed report message_id 5.1.1; m:late delayed report envelope 4.4.1; \
m:nouser failed report envelope 5.1.1; m:old failed text envelope 5.1.1"
expect "each is noted by what proves it" "$told" "$(bounced)"
said="MAIL_BOUNCED grace-notice, mail #1: 550 5.1.1 <address>: Recipient address rejected: User unknown in virtual mailbox table; \
MAIL_BOUNCED grace-notice, mail #3: 550 5.1.1 <address>: Recipient address rejected: User unknown in virtual mailbox table; \
MAIL_BOUNCED grace-notice, mail #4: 550 5.1.1 <address>: no such user; \
MAIL_BOUNCED grace-notice, mail #5: Sorry, no mailbox here by that name. (#5.1.1)"
expect "what failed is a finding, a delay is none" "$said" "$(findings)"
admin mail suppress
expect "nobody is by the first address, on the word of a report that nobody else could write" \
	"nouser@campus.example: never mailed since 2026-11-20: there is nobody by that address, said the mail server: 5.1.1" "$(cat "$dir/out")"
expect "nothing that is kept holds an address of a learner's" 0 "$(sql "SELECT count(*) FROM ctok.mail_bounce WHERE words LIKE '%@%' OR words LIKE '%nouser%'")"
admin mail queue
expect "the queue shows what came back" "4 1" "$(grep -c ' returned ' "$dir/out") $(grep -c '^ *Sorry, no mailbox here by that name. (#5.1.1)$' "$dir/out")"

# Once more: nothing new. Killed before the file was marked: noted once.
mv "$box/cur/1.nouser:2,S" "$box/new/1.nouser"
run ctok-mail bounces "$box"
expect "what was noted before a run died is noted once" "0 known=1 suppressed=0 cur/1.nouser:2,S" "$code $(grep -o 'known=[0-9]* suppressed=[0-9]*' \
	"$dir/state/log/ctok-batch.log" | tail -1) $(files | cut -d' ' -f1)"
expect "and nothing else has changed" "$told / $said" "$(bounced) / $(findings)"
# What cannot be read, or not be marked, is named; the others go on.
came_back postfix-no-user old new/3.known # a name that is taken
mv "$box/cur/3.known:2,FRS" "$box/cur/3.known:2,S"
ln -s /etc/passwd "$box/new/2.link"
came_back sendmail-full wrong new/9.full
run ctok-mail bounces "$box"
expect "an odd file is named, and the others are read" "74 1 1 cur/9.full:2,S" "$code $(grep -c 'could not read message "2.link"' "$dir/out") \
$(grep -c 'could not mark message "3.known" as seen: there is a "3.known:2,S" already' "$dir/out") $(files | grep -o 'cur/9.full[^ ]*')"
rm "$box/new/3.known" "$box/new/2.link"
run ctok-mail bounces "$dir"
expect "what is no Maildir is said" "65 1" "$code $(grep -c "\"$dir\" is not a Maildir: it has no folder \"new\"" "$dir/out")"
run ctok-mail bounces
expect "nor is nothing" "64 1" "$code $(grep -c '"bounces" takes a Maildir' "$dir/out")"

# A person settles one; mail to the address where nobody is waits.
admin mail retry 3 --name Eva
expect "what came back is not there to be sent again" "64 1" "$code $(grep -c 'mail #3 (grace-notice) cannot be tried again: it was taken on 2026-11-20 10:00, and came back' "$dir/out")"
admin mail drop 3 --name Eva --reason "rang her"
expect "one is settled" "0 mail #3 is settled: it came back, and somebody has seen to it 0" "$code $(cat "$dir/out") $(findings | grep -c 'mail #3:')"
sql "UPDATE ctok.person SET email = 'x' || person_id WHERE email = 'nouser@campus.example'"
mail m:again nouser@campus.example
before=$(mails)
run ctok-mail
expect "nothing is sent where nobody is" "0 0 queued" "$code $(($(mails) - before)) $(sql "SELECT state FROM ctok.outbox WHERE event = 'm:again'")"
admin mail drop "$(number m:again)" --name Eva --reason "rang her"
admin explain '#4'
expect "the story tells it" 1 "$(grep -c 'mail "grace-notice" came back: 550 5.1.1 <address>: no such user$' "$dir/out")"

# Two senders at once: the second has nothing to do.
mail m:slow hangone.here@campus.example
"$bin/ctok-mail" --config "$dir/ctok-batch.conf" >"$dir/first" 2>&1 </dev/null &
first=$!
for _ in $(seq 200); do
	grep -qls '^X-Envelope-To: hangone.here@' "$dir"/mail/new/* && break
	sleep 0.05
done
run ctok-mail
expect "while one sends, another is turned away" "75 sending" "$code $(sql "SELECT state FROM ctok.outbox WHERE event = 'm:slow'")"
admin mail drop "$(number m:slow)" --name Eva --reason x
expect "and what is under way cannot be dropped" "64 1" "$code $(grep -c 'it is being handed to the mail server, or was when a run was cut off' "$dir/out")"
kill -9 "$first"
wait "$first" 2>/dev/null
run ctok-mail
expect "the next one sends what was in doubt again, and says so" "0 2 1" "$code $(grep -l '^X-Envelope-To: hangone.here@' "$dir"/mail/new/* | wc -l) \
$(grep -c "mail sent, the recipient may have it twice .*mail=$(number m:slow) " "$dir/state/log/ctok-batch.log")"

# The sender is killed at moments of chance, often before or after the server, which takes its time, has the mail; of every fiftieth mail the server's 250 is lost as well.
rm -f "$dir"/mail/new/*
sql "INSERT INTO ctok.night_tally SELECT ctok.current_tenant(), 1000 + n, 'mail', 'tenant', 0, 0, $mails_wanted FROM generate_series(1, 30) n"
sql "INSERT INTO ctok.outbox (tenant_id, event, recipient, recipient_hash, template, locale, facts, next_try_at, queued_run, queued_at)
	SELECT ctok.current_tenant(), 'k:' || n, r.to, ctok.mail_recipient_hash(ctok.current_tenant(), 'k:' || n, r.to), 'grace-notice', 'en',
	jsonb_build_object('learner', 'L ' || n, 'course', 'C', 'date', '2026-12-01'), '2026-11-20', 1, '2026-11-20'
	FROM generate_series(1, $mails_wanted) n CROSS JOIN LATERAL (SELECT CASE WHEN n % 50 = 7 THEN 'dropone' ELSE 'pupil' END || n || '@campus.example' AS to) r"
# Each is killed when it has sent its share of them, more or less, so that the kills fall on all of the mails; one that is killed before it sends
# anything proves little.
kills=0 idle=0
while [ "$kills" -lt "$kills_wanted" ]; do
	before=$(mails)
	share=$(((mails_wanted - before) / (kills_wanted - kills + 1)))
	enough=$((before + 1 + RANDOM % (2 * share + 1)))
	"$bin/ctok-mail" --config "$dir/ctok-batch.conf" >>"$dir/killed" 2>&1 </dev/null &
	first=$!
	for _ in $(seq 300); do
		[ "$(mails)" -lt "$enough" ] && kill -0 "$first" 2>/dev/null || break
		sleep 0.02
	done
	sleep "$(awk -v r="$RANDOM" 'BEGIN { printf "%.3f", r / 32767 * 0.06 }')"
	kill -9 "$first" 2>/dev/null && kills=$((kills + 1))
	wait "$first" 2>/dev/null
	[ "$(mails)" -gt "$before" ] || idle=$((idle + 1))
done
left=$(sql "SELECT count(*) FROM ctok.outbox WHERE event LIKE 'k:%' AND state <> 'sent'")
expect "killed while it sent, at least each fourth time" yes "$([ $((4 * (kills - idle))) -ge "$kills" ] && echo yes || echo no)"
expect "killed while there was something to send" yes "$([ "$left" -gt 0 ] && echo yes || echo no)"
for day in 21 22 23; do
	at 2026-11-${day}T09:00:00Z
	for _ in 1 2 3; do
		run ctok-mail
		[ "$code" -ne 0 ] || break
	done
done
sql "SELECT event, mail_id, state, doubts, message_id FROM ctok.outbox WHERE event LIKE 'k:%'" >"$dir/rows"
/usr/bin/python3 "$root/tests/support/mail_witness.py" "$dir/rows" "$dir/mail/new" "$dir/state/log/ctok-batch.log" "$mails_wanted" >"$dir/out"
expect "none is lost, and none is there twice but where its 250 was lost: with the same Message-ID, and listed" 0 $?
sed 's/^/# /' "$dir/out"
echo "# killed $kills times, $idle of them before anything was sent; $left mails were left to send after the last one"
finish
