#!/bin/bash
# Who is who, as people decide it: two records of one human are merged, which is taken back; an address is added; two names under one address.
. "$(dirname "$0")/lib.sh"
cat >"$dir/rules.conf" <<'R'
products = ( { source = "shop"; match = "sku:MATH"; site = "campus"; courses = ("MATH-101"); term = "P1Y"; },
             { source = "shop"; match = "sku:CPR"; site = "campus"; courses = ("CPR-2Y"); term = "P1Y"; } );
R
read_level=1
start --seed contract --now 2026-11-20T09:00:00Z
without=${without/'"certificate-waiting", '/}
control sql "sql=DELETE FROM shop.orders" >/dev/null
at() { now=$1 write_conf; control clock "now=$1" >/dev/null; }
number() { sql "SELECT person_id FROM ctok.person WHERE email = '$1'"; }
decide() { admin person "$@" --name "Eva Prueba" --reason "she called"; }
access() { # access EMAIL: the courses that this person has access to, until when
	sql "SELECT coalesce(string_agg(t.reference || ' ' || a.state || ' ' || to_char(a.ends_at, 'YYYY-MM-DD'), ', ' ORDER BY t.reference), '')
		FROM ctok.access a JOIN ctok.target t ON t.target_id = a.target_id JOIN ctok.person_email k ON k.person_id = a.person_id WHERE k.email = '$1'"
}
in_moodle() { # in_moodle: who is enrolled by us
	control sql "sql=SELECT u.email || ' ' || c.shortname || ' ' || ue.status AS t FROM mdl_user_enrolments ue JOIN mdl_enrol e ON e.id = ue.enrolid
		JOIN mdl_course c ON c.id = e.courseid JOIN mdl_user u ON u.id = ue.userid WHERE u.email LIKE '%@who.test' ORDER BY 1" |
		grep -o '"t":"[^"]*"' | cut -d'"' -f4 | tr '\n' ',' | sed 's/,$//'
}
findings() { sql "SELECT coalesce(string_agg(class || coalesce(' ' || nullif(detail, ''), ''), ', ' ORDER BY class, detail), '') FROM ctok.finding WHERE cleared_at IS NULL AND class <> 'WELCOME_MAIL'"; }
at 2026-11-20T09:00:00Z
sold=2026-11-18T10:00:00.5Z
order 1 MATH ana@who.test 'Ana Díaz' 99.00 $sold
order 2 CPR diaz@who.test 'Ana Maria Díaz' 40.00 $sold
order 3 MATH ben@who.test 'Ben Oso' 99.00 $sold
hold
night
ana=$(number ana@who.test) diaz=$(number diaz@who.test) ben=$(number ben@who.test)

# Before anything was carried out: a merge is noted, and is done by the next reconcile.
admin person merge "#$diaz" ana@who.test
expect "a merge wants somebody who answers for it" "64 1" "$code $(grep -c 'needs the name of whoever answers' "$dir/out")"
decide merge nobody@who.test ana@who.test
expect "it wants people who are there" "65 1" "$code $(grep -c 'no learner answers to "nobody@who.test"' "$dir/out")"
decide merge "#$ana" ana@who.test
expect "it wants two" "64 1" "$code $(grep -c 'are one person already: Ana Díaz' "$dir/out")"
decide merge diaz@who.test ana@who.test
expect "a merge is noted" "0 merge 1 is noted. The next night, or ctok-reconcile, carries it out." "$code $(cat "$dir/out")"
decide merge ben@who.test diaz@who.test
expect "who is part of another is no more to be merged" "64 1" "$code $(grep -c "is part of #$ana by a merge of 2026-11-20" "$dir/out")"
run ctok-report
expect "noted is not done: everything ties" 0 "$code"
run ctok-reconcile
expect "both courses are one person's" "0 shortname:CPR-2Y active 2027-11-25, shortname:MATH-101 active 2027-11-25 / " \
	"$code $(access ana@who.test | sed 's/2027-11-[0-9]*/2027-11-25/g') / $(sql "SELECT string_agg(state, ' ') FROM ctok.access WHERE person_id = $diaz")"
admin explain diaz@who.test
expect "the old address leads to the person" "0 1" "$code $(grep -c "^Ana .*Díaz <ana@who.test> (#$ana)" "$dir/out")"
admin person show ana@who.test
expect "addresses, names and the merge are shown" "0
  address   ana@who.test
  address   diaz@who.test, of record #$diaz
  merge 1   #$diaz is part of #$ana since 2026-11-20: Eva Prueba, she called" "$code
$(grep -E '^  (address|merge)' "$dir/out")"
cp "$dir/out" "$dir/shown"
decide split "#$diaz"
run ctok-reconcile
expect "taken back, each has what was theirs" "0 shortname:MATH-101 active / shortname:CPR-2Y active" \
	"$code $(access ana@who.test | cut -d' ' -f1-2) / $(access diaz@who.test | cut -d' ' -f1-2)"
decide split "#$diaz"
expect "there is nothing more to take back" "65 1" "$code $(grep -c 'is part of nobody' "$dir/out")"

# Live, with accounts of both.
admin go-live --since 2026-11-01
night
expect "live: each is enrolled under an account of their own" "ana@who.test MATH-101 0,ben@who.test MATH-101 0,diaz@who.test CPR-2Y 0" "$(in_moodle)"
at 2026-11-21T03:00:00Z
order 4 MATH diaz@who.test 'Ana Maria Díaz' 99.00 2026-11-20T12:00:00.5Z
decide merge "#$diaz" "#$ana"
night
expect "merged: the course goes to the account that stays, what is on the other is for a person to decide" \
	"0 ana@who.test CPR-2Y 0,ana@who.test MATH-101 0,ben@who.test MATH-101 0,diaz@who.test CPR-2Y 0 ACCESS_WITHOUT_SALE" \
	"$code $(in_moodle) $(findings)"
expect "the second term follows the first" "MATH-101 active 2028-11" "$(access ana@who.test | grep -o 'MATH-101 active 2028-11')"
state >"$dir/before"
rows >"$dir/rows"
at 2026-11-22T03:00:00Z
night
expect "the night after changes nothing" "0 same" "$code $(state | cmp -s - "$dir/before" && rows | cmp -s - "$dir/rows" && echo same)"
decide split "#$diaz"
night
expect "split: what was sold to the second address since is hers again" "shortname:MATH-101 2027-11 / shortname:CPR-2Y 2027-11 shortname:MATH-101 2027-11" \
	"$(sql "SELECT string_agg(t.reference || ' ' || to_char(a.ends_at, 'YYYY-MM'), ' ' ORDER BY t.reference) FROM ctok.access a JOIN ctok.target t ON t.target_id = a.target_id WHERE a.person_id = $ana") / \
$(sql "SELECT string_agg(t.reference || ' ' || to_char(a.ends_at, 'YYYY-MM'), ' ' ORDER BY t.reference) FROM ctok.access a JOIN ctok.target t ON t.target_id = a.target_id WHERE a.person_id = $diaz")"
run ctok-report
expect "and everything ties" 0 "$code"
run ctok-reconcile --full
expect "a full look plans nothing else" 0 "$(grep -o 'actions_planned=[0-9]*' "$dir"/state/log/* "$dir/out" 2>/dev/null | tail -1 | cut -d= -f2 | tr -d '\n' | sed 's/^$/0/')"

# An address more.
decide alias ben@who.test ana@who.test
expect "an address that is somebody's leads to a merge" "64 1" "$code $(grep -c "person merge #$ana #$ben" "$dir/out")"
decide alias ben@who.test 'ben at work'
expect "what is no address is refused" "65 1" "$code $(grep -c 'error: address "ben at work": not an e-mail address: a blank' "$dir/out")"
decide alias ben@who.test Ben@Work.TEST
order 5 CPR ben@work.test 'Ben Oso' 40.00 2026-11-21T10:00:00.5Z
at 2026-11-23T03:00:00Z
night
expect "what the alias buys is the person's" "0 shortname:CPR-2Y shortname:MATH-101" "$code $(access ben@who.test | tr ',' '\n' | awk '{ print $1 }' | xargs)"

# One address, two names.
order 6 CPR ben@who.test 'OSO, Ben' 40.00 2026-11-22T10:00:00.5Z
at 2026-11-24T03:00:00Z
night
expect "the same words are the same name" 0 "$(findings | grep -c NAME_CHANGED)"
order 7 CPR ben@who.test 'Rosa Lima' 40.00 2026-11-23T10:00:00.5Z
control sql "sql=UPDATE mdl_course_completions SET timecompleted = 1795514400, timestarted = 1795500000 WHERE course = (SELECT id FROM mdl_course WHERE shortname = 'MATH-101')
	AND userid = (SELECT id FROM mdl_user WHERE email = 'ben@who.test')" >/dev/null
control sql "sql=INSERT INTO mdl_course_completions (userid, course, timeenrolled, timestarted, timecompleted)
	SELECT u.id, c.id, 0, 1795500000, 1795514400 FROM mdl_user u, mdl_course c WHERE u.email = 'ben@who.test' AND c.shortname = 'MATH-101'
	AND NOT EXISTS (SELECT 1 FROM mdl_course_completions x WHERE x.userid = u.id AND x.course = c.id)" >/dev/null
at 2026-11-25T03:00:00Z
night
expect "two names that cannot be one human's are a finding, and the certificate waits" "1 0" \
	"$(findings | grep -c "NAME_CHANGED ctok-admin person show #$ben; 1 certificate waits") $(sql "SELECT count(*) FROM ctok.issue")"
expect "the learner is asked how it is spelled" "sent 1" "$(sql "SELECT state FROM ctok.outbox WHERE template = 'certificate-waiting'") $(grep -lr 'Subject: .*How.is.your.name.spelled' "$dir/mail/new" | wc -l)"
admin person show "#$ben"
expect "the person's names say which" "1 1" "$(grep -c "name      Rosa Lima, sale of 2026-11-23: the name in use" "$dir/out") $(grep -c "person confirm #$ben says yes" "$dir/out")"
decide confirm "#$ana"
expect "nothing is to be confirmed of others" "65 1" "$code $(grep -c 'nothing about the name of Ana .* is open' "$dir/out")"
decide confirm "#$ben"
# Its template shows a picture that somebody replaced: it is refused, nothing else is, and it is made when the picture is back.
cp -r "$root/templates" "$dir/"
mine=$dir/templates/certificates/classic
cp "$root/templates/certificates/letter/hills.jpg" "$mine/"
printf '[background]\nfile = hills.jpg\nsha256 = %s\n' "$(sha256sum "$mine/hills.jpg" | cut -c1-64)" >>"$mine/template.conf"
printf x >>"$mine/hills.jpg"
sed -i "s|^template_dir = .*|template_dir = \"$dir/templates\";|" "$dir/ctok-batch.conf"
night
expect "a picture that is not the pinned one: the certificate is refused by name, and the night goes on" "78 1 0" \
	"$code $(findings | grep -c 'CERTIFICATE_REFUSED .*classic/template.conf:[0-9]*: image ".*hills.jpg" is not the one that is pinned: its SHA-256 is ') $(grep -c '! ctok-mail' "$dir/out")"
night
expect "while nothing has changed it is not tried again" "0 1" "$code $(findings | grep -c CERTIFICATE_REFUSED)"
cp "$root/templates/certificates/letter/hills.jpg" "$mine/"
night
expect "confirmed, it is made, in the name of the learner's account" "0 0 Ben Oso" "$code $(findings | grep -c NAME_CHANGED) $(sql "SELECT learner_name FROM ctok.issue")"
# What was completed, on paper.
run ctok-cert transcript ben@who.test --output "$dir/t.pdf" --png "$dir/t.png" --locale es
expect "a transcript has the learner's courses with their certificates" "0 $dir/t.pdf: 1 courses 1 1 1" \
	"$code $(cat "$dir/out") $(pdftotext -raw "$dir/t.pdf" - | grep -c "^Ben Oso$") $(pdftotext "$dir/t.pdf" - | grep -c "$(sql "SELECT serial FROM ctok.issue")") $(pdftotext "$dir/t.pdf" - | grep -c '^Página 1 de 1$')"
expect "its picture is there" 1 "$(find "$dir/t.png" -size +20k | wc -l)"
printf '[table paid]\nx = 9\ny = 9\nbottom = 90\nfont = f\nsize = 9\ncolour = #000000\n[column c]\ntitle = P\ntext = {{row.paid}}\nwidth = 50\n' |
	cat <(printf '[page]\npaper = A5\n[font f]\nfallback = sans\n') - >"$dir/templates/transcripts/plain/template.conf"
run ctok-cert transcript ben@who.test --output "$dir/t.pdf"
expect "a template may show what was paid" "0 P €99.00" "$code $(pdftotext -raw "$dir/t.pdf" - | tr -d '\f' | xargs)"
run ctok-cert transcript ana@who.test --output "$dir/none.pdf"
expect "who has completed nothing has none" "65 1 no" "$code $(grep -c 'learner "ana@who.test" has completed nothing yet' "$dir/out") $([ -e "$dir/none.pdf" ] && echo yes || echo no)"
run ctok-cert transcript nobody@who.test --output "$dir/none.pdf"
expect "nor has nobody" "65 1" "$code $(grep -c 'no learner answers to "nobody@who.test"' "$dir/out")"
run ctok-cert transcript --output "$dir/none.pdf"
expect "nor no one" "64 1" "$code $(grep -c 'a transcript of whom' "$dir/out")"
# A name with a sign that no font has is refused by the sign's number, the others' are made; corrected in Moodle, it is made too.
control sql "sql=UPDATE mdl_user SET firstname = 'Ana ' || chr(128512) WHERE email = 'ana@who.test'" >/dev/null
control sql "sql=INSERT INTO mdl_course_completions (userid, course, timeenrolled, timestarted, timecompleted)
	SELECT u.id, c.id, 0, 1795500000, 1795514400 FROM mdl_user u, mdl_course c WHERE u.email = 'ana@who.test' AND c.shortname = 'MATH-101'
	AND NOT EXISTS (SELECT 1 FROM mdl_course_completions x WHERE x.userid = u.id AND x.course = c.id)" >/dev/null
control sql "sql=UPDATE mdl_course_completions SET timecompleted = 1795514400, timestarted = 1795500000 WHERE course = (SELECT id FROM mdl_course WHERE shortname = 'MATH-101')
	AND userid = (SELECT id FROM mdl_user WHERE email = 'ana@who.test')" >/dev/null
at 2026-11-26T03:00:00Z
night
expect "a sign that no font has: refused by its number, and the night goes on" "65 1 0" \
	"$code $(findings | grep -c 'CERTIFICATE_REFUSED no font has a character of learner: U+1F600 at position 5') $(grep -c '! ctok-mail' "$dir/out")"
control sql "sql=UPDATE mdl_user SET firstname = 'Ana' WHERE email = 'ana@who.test'" >/dev/null
night
expect "spelled with letters, it is made" "0 0 1" "$code $(findings | grep -c CERTIFICATE_REFUSED) $(sql "SELECT count(*) FROM ctok.issue WHERE learner_name LIKE 'Ana D%' AND state = 'live'")"
decide shout "#$ben"
expect "no other word" "64 1" "$code $(grep -c '"shout" is none of show, merge, split, alias and confirm' "$dir/out")"
finish
