#!/bin/bash
# Whole nights against a real Moodle: trial, going live, awkward names, the night after, a renewal, a refund, 500 changes in one night,
# and everything given back in the end. What was written is judged in Moodle's own tables.
. "$(dirname "$0")/lib.sh"
bulk=${BULK:-500}
cat >"$dir/rules.conf" <<R
products = ( { source = "shop"; match = "sku:A-*"; site = "campus"; courses = ("$course_a"); term = "P2Y"; grace_days = 0; on_refund = "unenrol"; },
             { source = "shop"; match = "sku:B-*"; site = "campus"; courses = ("$course_b"); term = "P1Y"; grace_days = 0; on_refund = "suspend"; },
             { source = "shop"; match = "sku:BOTH"; site = "campus"; courses = ("$course_a", "$course_b"); term = "P90D"; grace_days = 0; renews = true; on_refund = "unenrol"; } );
R
start --seed empty --now "$today"
control sql "sql=DELETE FROM shop.orders" >/dev/null
now() { date -u -d '2 minutes ago' +%Y-%m-%dT%H:%M:%SZ; } # what changes now: a pull leaves the last minute to settle
ago() { date -u -d "$today - $1" +%Y-%m-%dT%H:%M:%SZ; }
mail() { echo "$1-$tag@example.test"; }

# Names as people have them. Moodle gets the last word as family name.
names=('Ana Díaz' 'Nguyễn Thị Hạnh' "Seán O'Brien" 'Anne-Marie d\u2019Hondt' 'محمد العربي' 'דוד כהן' '山田 太郎' '王小明' 'सीता शर्मा' 'Emoji Party🎉'
	'Tom & Jerry' '\"Quoted\" Name' 'Combining e\u0301n\u0308' '1 < 2 %s%n 100%' 'Ümit' 'Robert'"'"'); DROP TABLE mdl_user;--')
i=0
for name in "${names[@]}"; do
	i=$((i + 1))
	order $i A-1 "$(mail "n$i")" x 99.00 "$(ago '2 days')" "$name" "$(mail "n$i")"
done
order 101 BOTH "$(mail both)" 'Bo Th' 99.00 "$(ago '3 days')"
order 102 B-1 "$(mail plus+tag)" 'Plus Tag' 50.00 "$(ago '3 days')"
order 103 B-1 "  $(mail UPPER)" 'Upper Case' 50.00 "$(ago '3 days')"
order 104 A-1 "$(mail tagged)" 'Zoë <b>Bold</b>' 99.00 "$(ago '3 days')"
order 105 A-1 "$(mail long)" "$(printf 'x%.0s' $(seq 120)) Long" 99.00 "$(ago '3 days')"
paid=$((i + 4)) # rows of enrolments that must come of it; 104 and 105 have names that Moodle does not take

before=$(enrolments) accounts_before=$(accounts) last=$(moodle "SELECT coalesce(max(id), 0) FROM mdl_user_enrolments")
foreign() { enrolments "ue.id <= $last"; }
ours() { moodle "SELECT count(*) FROM mdl_user_enrolments WHERE id > $last"; }
night
expect "the trial night ends well" 0 "$code"
expect "it writes nothing to Moodle" "$before $accounts_before" "$(enrolments) $(accounts)"
hold
admin go-live --since "$(ago '30 days' | cut -c1-10)"
expect "going live" 0 "$code"
night
expect "the first live night refuses two names alone" 65 "$code"
expect "and says which" "ACCOUNT_REFUSED 2" "$(sql "SELECT class || ' ' || count(*) FROM ctok.finding WHERE cleared_at IS NULL AND class <> 'WELCOME_MAIL' GROUP BY class" | tr '\n' ' ' | sed 's/ $//')"
expect "everybody else is enrolled, once" "$paid" "$(ours)"
expect "whom others enrolled are untouched" "$before" "$(foreign)"
i=0
for name in "${names[@]}"; do
	i=$((i + 1))
	name=$(printf '%s' "$name" | /usr/bin/python3 -c 'import json,sys,unicodedata; print(unicodedata.normalize("NFC", json.loads("\"" + sys.stdin.read() + "\"")))')
	expect "the name $name arrives whole" "$name" "$(moodle "SELECT firstname || CASE lastname WHEN '-' THEN '' ELSE ' ' || lastname END FROM mdl_user WHERE email = '$(mail "n$i")'")"
done
expect "dates are whole minutes and midnights of the tenant" "$course_a 0 $(minute_of "$(ago '2 days')") $(end_of "$(ago '2 days')" '2 years' 7)" "$(held "$(mail n1)")"
expect "a bundle gives both courses, what renews a longer tail" "$(for c in "$course_a" "$course_b"; do
	echo "$c 0 $(minute_of "$(ago '3 days')") $(end_of "$(ago '3 days')" '90 days' 30)"; done | sort)" "$(held "$(mail both)" | sort)"
expect "addresses with a plus are one account" 1 "$(moodle "SELECT count(*) FROM mdl_user WHERE email = '$(mail plus+tag)'")"
expect "addresses are lower case" 1 "$(moodle "SELECT count(*) FROM mdl_user WHERE email = '$(mail upper)'")"
expect "accounts are plain ones that must set a password" "manual 1 t" \
	"$(moodle "SELECT u.auth, u.confirmed, p.value = '1' FROM mdl_user u JOIN mdl_user_preferences p ON p.userid = u.id AND p.name = 'auth_forcepasswordchange' WHERE u.email = '$(mail n2)'")"
expect "as students" 0 "$(moodle "SELECT count(*) FROM mdl_user_enrolments ue JOIN mdl_enrol e ON e.id = ue.enrolid JOIN mdl_context x ON x.instanceid = e.courseid AND x.contextlevel = 50
	LEFT JOIN mdl_role_assignments a ON a.contextid = x.id AND a.userid = ue.userid LEFT JOIN mdl_role r ON r.id = a.roleid AND r.shortname = 'student'
	WHERE ue.id > $last AND r.id IS NULL")"

# big_night: a night whose changes a brake may hold; then a person releases them, and ctok-apply carries them out.
big_night() {
	night
	[ "$code" -eq 10 ] || return
	echo "# a brake held $(sql "SELECT count(*) FROM ctok.action WHERE state = 'held'") actions"
	admin approve --name "$0" --reason 'so many are part of the test'
	run ctok-apply
}
# quiet TITLE: one more night changes nothing at all.
quiet() {
	local all people journal
	all=$(enrolments) people=$(accounts) journal=$(sql "SELECT count(*) FROM ctok.journal WHERE outcome IN ('sending', 'done')")
	night
	expect "$1: ends as the night before" "$2" "$code"
	expect "$1: Moodle is the same" "$all $people" "$(enrolments) $(accounts)"
	[ "$2" -ne 0 ] || expect "$1: nothing was sent" "$journal" "$(sql "SELECT count(*) FROM ctok.journal WHERE outcome IN ('sending', 'done')")"
	expect "$1: every control ties" "" "$(sql "SELECT control FROM rule.control_now WHERE expected <> actual")"
}
# The shop corrects the names; then a night after.
order 104 A-1 "$(mail tagged)" 'Zoë Bold' 99.00 "$(ago '3 days')" '' '' 1 0.00 PENDING "$(now)"
order 105 A-1 "$(mail long)" "Less Long" 99.00 "$(ago '3 days')" '' '' 1 0.00 PENDING "$(now)"
night
expect "names corrected in the shop are taken" "0 $((paid + 2))" "$code $(ours)"
quiet "the night after" 0

# A renewal extends, a refund suspends or removes.
order 201 A-1 "$(mail n1)" x 99.00 "$(now)" 'Ana Díaz' "$(mail n1)"
order 102 B-1 "$(mail plus+tag)" 'Plus Tag' 50.00 "$(ago '3 days')" '' '' 1 50.00 PENDING "$(now)"
order 2 A-1 "$(mail n2)" x 99.00 "$(ago '2 days')" 'Nguyễn Thị Hạnh' "$(mail n2)" 1 99.00 PENDING "$(now)"
big_night
expect "renewal and refunds" 0 "$code"
expect "a renewal moves the end alone" "$course_a 0 $(minute_of "$(ago '2 days')") $(end_of "$(ago '2 days')" '4 years' 7)" "$(held "$(mail n1)")"
expect "a refund suspends, dates stay" "$course_b 1 $(minute_of "$(ago '3 days')") $(end_of "$(ago '3 days')" '1 year' 7)" "$(held "$(mail plus+tag)")"
expect "or removes, as the rule says" "" "$(held "$(mail n2)")"
expect "others' enrolments are untouched" "$before" "$(foreign)"
quiet "the night after the refunds" 0

# As many in one night.
now_ours=$(ours)
orders 100001 $((100000 + bulk)) A-1 "$(ago '1 day')" 0.00 "$(now)"
big_night
expect "$bulk new learners in one night" "0 $((now_ours + bulk))" "$code $(ours)"
echo "# $(sed -n 's/.*ctok-apply.*\(duration_ms=[0-9]*\).*/\1/p' "$dir/state/log/ctok-batch.log" | tail -1) for $bulk accounts and enrolments"
quiet "the night after $bulk" 0
orders 200001 $((200000 + bulk)) A-1 "$(now)"
big_night
expect "$bulk renewals in one night" "0 $bulk" "$code $(moodle "SELECT count(*) FROM mdl_user_enrolments ue JOIN mdl_user u ON u.id = ue.userid
	WHERE u.email LIKE 'bulk%-$tag@%' AND ue.status = 0 AND ue.timeend = $(end_of "$(ago '1 day')" '4 years' 7)")"
echo "# $(sed -n 's/.*ctok-apply.*\(duration_ms=[0-9]*\).*/\1/p' "$dir/state/log/ctok-batch.log" | tail -1) for $bulk changes"
quiet "the night after the renewals" 0

# Everything is given back: Moodle is as it was, but for accounts and what was only suspended.
moment=$(now)
control sql "sql=UPDATE shop.orders SET modified_on = '$moment', doc = replace(regexp_replace(doc, '(\"refundedTotal\" ?: ?\{[^}]*\"value\" ?: ?\")[^\"]*', '\1' ||
	(doc::json -> 'grandTotal' ->> 'value')), doc::json ->> 'modifiedOn', '$moment')" >/dev/null
big_night
expect "refunding everything" 0 "$code"
expect "leaves what was only suspended" "2 0" "$(ours) $(moodle "SELECT count(*) FROM mdl_user_enrolments WHERE id > $last AND status = 0")"
expect "and others' enrolments as they were" "$before" "$(foreign)"
quiet "the last night" 0
finish
