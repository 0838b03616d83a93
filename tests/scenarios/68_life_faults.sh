#!/bin/bash
# Nights in which something else is broken: our database, a list that comes back empty, one row of many, the mail server; and 120 ends at once, in turns
# of 100. What is shown elsewhere has its name there (40_kills, 40_two_nights, 41_half_way, 45_silent_source).
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/life.sh"
start --seed contract --now 2026-11-20T01:50:00Z
without='"restored", "access-held", "certificate-waiting", "certificate-expiring"'
control sql "sql=DELETE FROM shop.orders" >/dev/null
courses CROWD OTHERS
rule sku:CROWD CROWD 'term = "P10D"; grace_days = 0;'
rule sku:OTHER OTHERS 'term = "P1Y";'
write_rules
# 120 people who bought the same, on one day.
order 999 CROWD crowd999@r.test 'Crowd Test' 10.00 2026-11-19T10:00:00.5Z
control sql "sql=INSERT INTO shop.orders (id, modified_on, status, customer, doc)
	SELECT lpad(to_hex(n), 24, '0'), modified_on, status, customer, replace(replace(replace(replace(doc, lpad(to_hex(999), 24, '0'), lpad(to_hex(n), 24, '0')),
		'\"orderNumber\":\"999\"', '\"orderNumber\":\"' || n || '\"'), 'crowd999@', 'crowd' || n || '@'), lpad(to_hex(1000999), 24, '0'), lpad(to_hex(1000000 + n), 24, '0'))
	FROM shop.orders, generate_series(101, 219) n WHERE id = lpad(to_hex(999), 24, '0')" >/dev/null
now=2026-11-20T02:00:00Z
write_conf
for program in ctok-pull-sales ctok-pull-moodle ctok-reconcile; do run $program; done
admin go-live --since 2026-01-01
on D0 2026-11-20T03:00:00Z
turn
expect "120 have access, and are welcomed" "120 120: " "$(grep -c ' CROWD manual A ' "$dir/looks") $(mails): $codes"
other() { order "$1" OTHER "$2@r.test" "$3" 50.00 "$4"; } # other NUMBER WHO NAME SOLD
crowd() { grep -c "^$night_name crowd[0-9]* CROWD manual $1" "$dir/looks"; } # crowd A|S: tonight

# Our own database is away: nothing is known, so nothing is done. The next night does it once.
on D1 2026-11-21T03:00:00Z
other 301 ann 'Ann Test' 2026-11-20T10:00:00Z
before=$(state)
sed -i "s|^state_dir = .*|&\ndatabase = \"host=$dir/nowhere dbname=ctok user=ctok_program\";|" "$dir/ctok-batch.conf"
night
away="$code $([ "$(state)" = "$before" ] && echo same)"
write_conf
hold
turn
scenario database-away-writes-nothing "69 same: D0 -, D1 A 11-20 11:00 > 2027-12-12, 1 account" \
	"$away: $(story ann), $(control sql "sql=SELECT count(*) AS n FROM mdl_user WHERE email = 'ann@r.test'" | grep -o '[0-9]*') account"

# Moodle's lists come back empty, with 200: by the report, and by the plain ones.
on D2 2026-11-22T03:00:00Z
before=$(state)
for level in "2 core_reportbuilder_retrieve_report" "3 core_enrol_get_enrolled_users"; do
	read_level=${level% *} write_conf
	control fault kind=empty match="${level#* }" count=999 >/dev/null
	night
	empty="${empty:-}$code $([ "$(state)" = "$before" ] && echo same), "
	control reset >/dev/null
	control clock "now=$now" >/dev/null
done
write_conf
other 302 bea 'Bea Test' 2026-11-21T10:00:00Z
turn
scenario empty-moodle-listing-changes-nothing "12 same, 12 same, 120 D0 -, D2 A 11-21 11:00 > 2027-12-13" "$empty$(crowd A) $(story bea)"

# One of four rows is refused: the others are done, and who paid and has nothing is told with the money.
on D3 2026-11-23T03:00:00Z
other 303 cid 'Cid Test' 2026-11-22T10:00:00Z
other 304 dan 'Dan <b>Test</b>' 2026-11-22T10:00:00Z
other 305 eve 'Eve Test' 2026-11-22T10:00:00Z
other 306 fay 'Fay Test' 2026-11-22T10:00:00Z
night
look
scenario a-refused-row-does-not-stop-the-others "65: A, -, A, A" "$code: $(for who in cid dan eve fay; do story $who | grep -o 'D3 A' || echo -; done | sed 's/D3 //' | paste -sd, | sed 's/,/, /g')"
scenario money-without-access-is-a-finding "dan 5000 paid_without_access" "$(found ACCOUNT_REFUSED) $(sql "SELECT risk FROM ctok.finding WHERE class = 'ACCOUNT_REFUSED' AND cleared_at IS NULL")"
other 304 dan 'Dan Test' 2026-11-22T10:00:00Z

# No mail server: who paid has access all the same, and is welcomed the night after.
on D4 2026-11-24T03:00:00Z
other 307 gil 'Gil Test' 2026-11-23T10:00:00Z
echo 'connect 0 421 4.3.2 Down' >"$dir/smtp.faults"
mails_before=$(mails)
night
look
down="$code $(($(mails) - mails_before))"
rm "$dir/smtp.faults"
on D5 2026-11-25T03:00:00Z
turn
post
scenario mail-down-still-enrols "69 0: D0 -, D4 A 11-23 11:00 > 2027-12-15: 1" "$down: $(story gil): $(posted gil 'Welcome|welcome')"

# Three days before the end everybody is reminded, over several turns of the sender; once.
mails_before=$(mails)
on D6 2026-11-26T03:00:00Z
turn
for day in 27 28 29; do on "D$((day - 20))" "2026-11-${day}T03:00:00Z"; turn; done
post
scenario 120-warnings-each-once "120 of 120" "$(($(mails) - mails_before)) of $(grep ' lasts until 29 November 2026 ' "$dir/post" | cut -d' ' -f1 | sort -u | wc -l)"

# The day on which all of it ends. The shop answers, and lists nothing: who renewed is not known, nobody's access ends. Then it speaks.
on D10 2026-11-30T03:00:00Z
order 219 CROWD crowd219@r.test 'Crowd Test' 10.00 2026-11-19T10:00:00.5Z
control fault kind=empty match=modifiedAfter count=99 >/dev/null
night
look
scenario empty-shop-answer-ends-nothing "12: 120 A: 120" "$code: $(crowd A) A: $(found END_WAITS | tr ',' '\n' | wc -l)"
control reset >/dev/null
on D10b 2026-11-30T04:00:00Z
turn
scenario 120-ends-in-turns-of-100-skip-nobody "120 S, 0 A" "$(crowd S) S, $(crowd A) A"
expect "nothing is left to do" "0" "$(sql "SELECT count(*) FROM ctok.action WHERE state IN ('open', 'held', 'sending')")"
finish
