#!/bin/bash
# The first nights of a small school: trial, going live, a quiet night, a refund, garbage from outside.
. "$(dirname "$0")/lib.sh"
cat >"$dir/rules.conf" <<'R'
products = ( { source = "shop"; match = "sku:MATH-*"; site = "campus"; courses = ("MATH-101"); term = "P2Y"; grace_days = 0; },
             { source = "shop"; match = "sku:CPR-*"; site = "campus"; courses = ("CPR-2Y"); term = "P2Y"; } );
R
start --seed contract --now 2026-11-20T09:41:24Z
without='"expiry-soon"'
now=2026-11-20T09:45:00Z write_conf
control sql "sql=DELETE FROM shop.orders" >/dev/null
order 1 MATH-1 new@example.test 'Ana Díaz' 99.00 2026-11-18T10:00:00.5Z
order 2 MATH-1 boss@example.test 'Big Boss' 99.00 2026-11-18T11:00:00.25Z 'Nguyễn Đức' ' Duc@Example.TEST '
order 3 CPR-1 Learner05@Example.test 'Łukasz Żółć' 50.00 2026-11-18T12:00:00Z
order 6 CPR-1 learner30@example.test 'Renée Noël' 50.00 2026-11-18T12:00:00Z
order 4 NOBODY-KNOWS new@example.test 'Ana Díaz' 10.00 2026-11-18T13:00:00Z

before=$(state)
night
expect "the trial night ends well" 0 "$code"
hold
scenario trial-writes-nothing "$before" "$(state)"
book=$(sql "SELECT 'report/acme-2026-11-20-run' || max(run_id) || '.xlsx' FROM ctok.report")
expect "the workbook is named by its day and run" "$book 1" "$(sql "SELECT xlsx_path FROM ctok.report") $(find "$dir/state/$book" -size +5k | wc -l)"
run ctok-report --run "$(sql "SELECT max(run_id) FROM ctok.report")"
expect "drawn again, it has the same name" "0 $dir/state/$book" "$code $(cat "$dir/out")"
expect "no table with rows is strange to the planner" "" "$(sql "SELECT string_agg(relname, ' ') FROM pg_class WHERE relnamespace = 'ctok'::regnamespace AND relkind = 'r'
	AND relname IN ('document', 'unit', 'entitlement', 'access', 'action', 'mirror_enrolment', 'mirror_user') AND reltuples < 0")"
admin plan
expect "the plan is shown in plain sentences" 1 "$(grep -c 'enrol Nguyễn Đức <duc@example.test> (paid until 2028-11-19; ' "$dir/out")"
expect "an unmapped product is one finding" "UNMAPPED_PRODUCT 1 1000" \
	"$(sql "SELECT class, units, risk_minor FROM ctok.finding WHERE class = 'UNMAPPED_PRODUCT' AND cleared_at IS NULL" | tr '\t' ' ')"

admin go-live --since 2026-01-01
expect "going live" 0 "$code"
night
expect "the first live night ends well" 0 "$code"
expect "everybody who paid has access" "3" "$(sql "SELECT count(*) FROM rule.unit_class WHERE class = 'matched'")"
expect "whom somebody else enrolled is left alone, and said" "ALREADY_ENROLLED" \
	"$(sql "SELECT class FROM ctok.finding WHERE class = 'ALREADY_ENROLLED' AND cleared_at IS NULL")"
expect "who completed it has a certificate all the same" "1 live" "$(sql "SELECT count(*) || ' ' || min(state) FROM ctok.issue")"
expect "by mail" 1 "$(grep -lr 'Your certificate for' "$dir/mail/new" | wc -l)"
expect "who was enrolled is welcomed, once it is done" "3 3" \
	"$(sql "SELECT count(*) FROM ctok.action WHERE kind = 'enrol' AND state = 'done'") $(sql "SELECT count(*) FROM ctok.outbox WHERE template = 'welcome' AND state = 'sent'")"
expect "in Moodle too" "duc@example.test 0 1794999600" "$(control sql "sql=SELECT u.email || ' ' || e.status || ' ' || e.timestart AS t FROM mdl_user_enrolments e
	JOIN mdl_user u ON u.id = e.userid WHERE u.email = 'duc@example.test'" | grep -o 'duc@[^"]*')"
expect "every control ties" "" "$(sql "SELECT control FROM rule.control_now WHERE expected <> actual")"

# What actions wait for is asked once for all of them: asked for each, 500 refunds took nine minutes to begin.
expect "what actions wait for is a set" "0 1" "$(sql "EXPLAIN SELECT count(*) FROM ctok.action a WHERE a.action_id NOT IN (SELECT w.action_id FROM rule.action_waits w)" |
	awk '/\(SubPlan/ { bad++ } /hashed SubPlan/ { good = 1 } END { print bad + 0, good + 0 }')"

# The night after, nothing changed.
state_before=$(state) rows_before=$(rows) writes_before=$(writes) mails_before=$(mails)
night
expect "the quiet night ends well" 0 "$code"
expect "it writes nothing to Moodle" "$writes_before" "$(writes)"
expect "Moodle is the same" "$state_before" "$(state)"
expect "it mails nobody" "$mails_before" "$(mails)"
expect "and adds no row but the run's own" "$rows_before" "$(rows)"
run ctok-reconcile --full
expect "a full look plans the same: nothing" 0 "$(sql "SELECT count(*) FROM ctok.action WHERE state = 'open'")"

# Another moment is shown, and nothing of it is kept.
kept() { sql "SELECT (SELECT count(*) FROM ctok.report), (SELECT count(*) FROM ctok.action WHERE state = 'open'), (SELECT count(*) FROM ctok.finding)"; }
kept_before=$(kept) rows_before=$(rows)
run ctok-reconcile --as-of 2028-11-25
expect "the plan of two years later" "0 2 1" "$code $(grep -c 'suspend .*: the paid time and its grace are over' "$dir/out") $(grep -c '^acme as of 2028-11-25T00:00:00Z, .* nothing of it is kept' "$dir/out")"
run ctok-report --as-of 2028-11-25T03:00:00+01:00
expect "its workbook, by a name of its own" 1 "$(grep -c 'report/acme-preview-as-of-2028-11-25T020000Z-[0-9]*\.xlsx$' "$dir/out")"
expect "which is all that is left" "1 0" "$(find "$dir/state/report" -name '*preview*' -size +5k | wc -l) $(find "$dir/state/report" -name '*preview*.snapshot' | wc -l)"
expect "nothing is on record" "$kept_before $rows_before" "$(kept) $(rows)"
run ctok-reconcile --as-of 2026-02-30
expect "no such day" "64 1" "$code $(grep -c '\-\-as-of.*2026-02-30' "$dir/out")"
run ctok-report --as-of tomorrow
expect "no moment" "64 1" "$code $(grep -c 'tomorrow' "$dir/out")"

# A refund without grace takes access away at once.
now=2026-11-21T03:00:00Z write_conf
control clock now=2026-11-21T03:00:00Z >/dev/null
order 1 MATH-1 new@example.test 'Ana Díaz' 99.00 2026-11-18T10:00:00.5Z '' '' 1 99.00 PENDING 2026-11-20T20:00:00Z
night
expect "a refund" 0 "$code"
expect "is suspended" "new@example.test 1" "$(control sql "sql=SELECT u.email || ' ' || e.status AS t FROM mdl_user_enrolments e
	JOIN mdl_user u ON u.id = e.userid WHERE u.email = 'new@example.test'" | grep -o 'new@[^"]*')"
expect "and told so, once it is done" "1 1" \
	"$(grep -lr 'Subject: .*Your_access_to' "$dir/mail/new" | wc -l) $(grep -lr 'payment was returned' "$dir/mail/new" | wc -l)"
expect "every control ties still" "" "$(sql "SELECT control FROM rule.control_now WHERE expected <> actual")"
admin explain new@example.test
expect "explain tells it" 1 "$(grep -c 'order 1 changed: paid, 99.00 EUR given back' "$dir/out")"

# A name that Moodle does not take is refused, until the shop corrects it. The learner's own form tells their name, not the bill.
# Who runs the school hears of each night by mail.
mail_extra='operator = "Training desk <desk@acme.example>";'
now=2026-11-21T03:10:00Z write_conf
order 7 CPR-1 tag@example.test 'Firma GmbH' 50.00 2026-11-21T03:05:00Z 'Zoë <b>Bold</b>' tag@example.test
night
expect "a name with a tag is refused" "65 ACCOUNT_REFUSED" "$code $(sql "SELECT class FROM ctok.finding WHERE cleared_at IS NULL AND class LIKE 'ACCOUNT%'")"
told=$(grep -lr '^X-Envelope-To: desk@acme.example' "$dir/mail/new")
expect "the operator is told by the same night's mail, once" "1 1 1" \
	"$(wc -w <<<"$told") $(grep -c '^Subject: Night of 21 November 2026: ' $told) $(sql "SELECT count(*) FROM ctok.outbox WHERE template = 'operator-summary' AND person_id IS NULL AND state = 'sent'")"
expect "what went wrong first" "1" "$(/usr/bin/python3 tests/support/parse_mail.py $told | grep -c '^text.*- ! some items failed: see sheet Exceptions (exit 65)..*- ! ctok-apply: some items failed')"
now=2026-11-21T03:20:00Z write_conf
order 7 CPR-1 tag@example.test 'Firma GmbH' 50.00 2026-11-21T03:05:00Z 'Zoë Bold' tag@example.test 1 0.00 PENDING 2026-11-21T03:15:00Z
night
expect "corrected in the shop it is taken" "0 Zoë Bold" "$code $(control sql "sql=SELECT firstname || ' ' || lastname AS t FROM mdl_user
	WHERE email = 'tag@example.test'" | cut -d'"' -f4)"

# Garbage from the shop changes nothing.
now=2026-11-21T03:30:00Z write_conf
order 5 MATH-1 late@example.test 'Late Comer' 99.00 2026-11-21T03:20:00Z
ledger=$(rows)
control fault kind=html match=/1.0/commerce/orders count=9 >/dev/null
run ctok-pull-sales
expect "HTML with 200 is an incomplete source" 12 "$code"
expect "nothing of it counts" "$ledger" "$(rows)"
control reset >/dev/null
control fault kind=status status=402 match=/1.0/commerce/orders count=9 >/dev/null
run ctok-pull-sales
expect "a lapsed shop is not an empty one, and says what to do" 77 "$code"
expect "nor does it change anything" "$ledger" "$(rows)"
control reset >/dev/null
night
expect "the next night takes it in" 0 "$code"
expect "and the late comer has access" "1" "$(sql "SELECT count(*) FROM ctok.managed m JOIN ctok.mirror_user u USING (tenant_id, site_id, user_id) WHERE u.email_key = 'late@example.test'")"

# A unit that vanishes behind our back does not tie.
sql "SELECT set_config('default_transaction_read_only', 'off', false)" >/dev/null
sql "DELETE FROM ctok.unit u USING ctok.document d WHERE d.document_id = u.document_id AND d.number = '4'"
run ctok-report
expect "a deleted unit does not tie" 11 "$code"

# What mails look like, by the same way as those that matter.
mails_before=$(mails)
admin mail test tester@example.test certificate-waiting
expect "a sample is sent" "0 certificate-waiting: taken, 250" "$code $(cut -d' ' -f1-3 "$dir/out")"
expect "to one address" "$((mails_before + 1)) 1" "$(mails) $(grep -lr 'Subject: \[certificate-waiting\] How is your name spelled' "$dir/mail/new" | wc -l)"
admin mail check
expect "every language has every mail" 0 "$code"
admin check
expect "the settings are in order" "0 the settings are in order" "$code $(cat "$dir/out")"
# What a template needs is looked at, too: a font of its own that is missing is a fault; one of a rare script's is told.
cp -r "$root/templates" "$dir/"
sed -i "s|^template_dir = .*|template_dir = \"$dir/templates\";|" "$dir/ctok-batch.conf"
sed -i 's|^Thai .*|Thai = nowhere.ttf|' "$dir/templates/fonts.conf"
admin check
expect "letters that nobody could draw are told of" "0 1 1" "$code $(grep -c 'certificates of tenant "acme", to be known: .*/fonts.conf:[0-9]*: could not open font "/usr/share/fonts/nowhere.ttf": No such file or directory: letters of script Thai cannot be drawn$' "$dir/out") $(grep -c '^the settings are in order' "$dir/out")"
sed -i 's|^faces = .*Italic.otf|faces = missing.otf|' "$dir/templates/certificates/classic/template.conf"
admin check
expect "a template's font that is missing is a fault" "78 1" "$code $(grep -c '^[^ ]*conf:[0-9]*: certificates of tenant "acme": .*/classic/template.conf:[0-9]*: could not open font "/usr/share/fonts/missing.otf": No such file or directory$' "$dir/out")"
cp "$root/templates/certificates/letter/hills.jpg" "$dir/templates/certificates/classic/"
printf '[background]\nfile = hills.jpg\nsha256 = %064d\n' 0 >>"$dir/templates/certificates/classic/template.conf"
admin check
expect "so is a picture that is not the pinned one" "78 1" "$code $(grep -c 'hills.jpg" is not the one that is pinned: its SHA-256 is [0-9a-f]*\. If the file as it is now is right, write that as its SHA-256\.$' "$dir/out")"
cp "$root/templates/certificates/classic/template.conf" "$dir/templates/certificates/classic/"
echo '[sticker]' >>"$dir/templates/transcripts/plain/template.conf"
admin check
expect "and whatever is wrong with that of transcripts" "78 1" "$code $(grep -c '^[^ ]*conf:[0-9]*: transcripts of tenant "acme": .*/plain/template.conf:[0-9]*: unknown section \[sticker\]$' "$dir/out")"
sed -i "s|^template_dir = .*|template_dir = \"$root/templates\";|" "$dir/ctok-batch.conf"
sed -i 's/locale = "en"/locale = "eo"/' "$dir/ctok-batch.conf"
admin check
expect "but for a language that nobody wrote" "78 1" "$code $(grep -c 'mails of tenant "acme": could not read locale ".*/eo.txt": No such file' "$dir/out")"
no_secrets
finish
