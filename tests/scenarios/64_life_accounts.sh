#!/bin/bash
# World K: accounts. Who is right about names, addresses and profile fields; what is never touched; who is the same human although something changed.
# Each learner is a scenario. Read level ${LEVEL:-1}.
. "$(dirname "$0")/lib.sh"
cat >"$dir/rules.conf" <<'R'
products = ( { source = "shop"; match = "sku:MATH"; site = "campus"; courses = ("MATH-101"); term = "P30D"; } );
R
read_level=${LEVEL:-1}
start --seed contract --now 2026-11-20T09:00:00Z
at() { now=$1 write_conf; control clock "now=$1" >/dev/null; }
moodle() { control sql "sql=$1" | grep -o '"t":\("[^"]*"\|null\)' | sed 's/^"t"://; s/"//g' | tr '\n' ',' | sed 's/,$//'; }
# learner EMAIL: user name, name and enrolment in MATH-101 as Moodle has them; - without one.
learner() {
	moodle "SELECT u.username || ' ' || u.firstname || '/' || u.lastname || ' ' || coalesce((SELECT CASE ue.status WHEN 0 THEN 'A' ELSE 'S' END
		FROM mdl_user_enrolments ue JOIN mdl_enrol e ON e.id = ue.enrolid AND e.enrol = 'manual' AND e.courseid = 2 WHERE ue.userid = u.id), '-') AS t
		FROM mdl_user u WHERE u.email = '$1'"
}
# account USERNAME EMAIL FIRST LAST [SUSPENDED]: an account that is there before us.
account() {
	control sql "sql=INSERT INTO mdl_user (confirmed, mnethostid, username, password, firstname, lastname, email, suspended, timecreated, timemodified)
		VALUES (1, 1, '$1', 'x', '$3', '$4', '$2', ${5:-0}, 1767225600, 1767225600)" >/dev/null
}
findings() { sql "SELECT coalesce(string_agg(f.class || coalesce(' ' || nullif(f.detail, ''), ''), ', ' ORDER BY f.class, f.detail), '') FROM ctok.finding f
	JOIN ctok.person p USING (tenant_id, person_id) WHERE f.cleared_at IS NULL AND p.email = '$1'"; }
bought() { order "$1" MATH "$2" "$3" 99.00 "$4"; } # bought NUMBER EMAIL NAME WHEN
# turn MOMENT: one night, without certificates and mails.
turn() {
	at "$1"
	local step
	for step in ctok-pull-sales ctok-pull-moodle ctok-reconcile ctok-apply ctok-report; do
		run $step
		[ "$code" -eq 0 ] || return
	done
}
says() { # says EMAIL FIELD: a field of an account, the site's own as profile_field_…
	case $2 in
	profile_field_*) moodle "SELECT d.data AS t FROM mdl_user_info_data d JOIN mdl_user u ON u.id = d.userid JOIN mdl_user_info_field f ON f.id = d.fieldid
		WHERE u.email = '$1' AND f.shortname = '${2#profile_field_}'" ;;
	*) moodle "SELECT $2::text AS t FROM mdl_user WHERE email = '$1'" ;;
	esac
}
# named NUMBER EMAIL NAME WHEN FIELD VALUE [MODIFIED]: bought with a form that says more.
named() { form_extra=",{\"label\":\"$5\",\"value\":\"$6\"}" order "$1" MATH "$2" "$3" 99.00 "$4" "$3" "$2" 1 0.00 PENDING "${7:-$4}"; }
access() { sql "SELECT coalesce(string_agg(e.cycle || ' ' || to_char(e.starts_at AT TIME ZONE 'Europe/Madrid', 'MM-DD'), ', ' ORDER BY e.cycle), '') FROM ctok.entitlement e
	JOIN ctok.person_email k USING (tenant_id, person_id) WHERE k.email = '$1'"; }
control sql "sql=DELETE FROM shop.orders" >/dev/null
sold=2026-11-19T10:00:00Z
account taken-x@k.test other@k.test Other Person
account sue sue@k.test Sue Santos 1
account nora nora@k.test Nora 'von Nichts'
account maria maria@k.test Maria Perez
bought 1 sue@k.test 'Sue Santos' $sold
bought 2 taken+x@k.test 'Taken Name' $sold
bought 3 fresh@k.test 'Ana María Díaz' $sold
bought 4 nora@k.test 'Nora Niemand' $sold
bought 5 maria@k.test 'María Pérez' $sold
bought 6 emil@k.test 'Emil Eins' $sold
bought 7 olga@k.test 'Olga Alt' $sold
bought 8 two@k.test 'Petra Erste' $sold
named 9 gabi@k.test 'Gabi Gruppe' $sold Company 'ACME & Söhne'
named 10 tina@k.test 'Tina Tax' $sold 'Tax id' B123
named 11 tom@k.test 'Tom Tax' $sold 'Tax id' B123
control sql "sql=INSERT INTO mdl_user_info_field (id, shortname, name, datatype, categoryid, sortorder, visible) VALUES (90, 'company', 'Company', 'text', 1, 90, 2)" >/dev/null
source_extra='fields = ( { name = "company"; from = ( "Company" ); }, { name = "tax_id"; from = ( "Tax id" ); } );'
fields='fields = ( { moodle = "profile_field_company"; from = "company"; policy = "report"; }, { moodle = "idnumber"; from = "tax_id"; policy = "source"; } );'
site_extra="names = \"report\"; email = \"report\"; $fields"
at 2026-11-20T09:00:00Z
admin go-live --since 2026-11-01
hold
turn 2026-11-20T09:10:00Z
expect "the first night ends well" 0 "$code"
scenario an-account-suspended-by-staff-stays-suspended "sue Sue/Santos A 1 ACCOUNT_SUSPENDED" \
	"$(learner sue@k.test) $(moodle "SELECT suspended::text AS t FROM mdl_user WHERE username = 'sue'") $(findings sue@k.test)"
scenario user-name-clash-gets-an-ordinal "taken-x@k.test-2 Taken/Name A" "$(learner taken+x@k.test)"
expect "a name of three words" "fresh@k.test Ana María/Díaz A" "$(learner fresh@k.test)"
scenario accounts-set-their-own-password "auth_forcepasswordchange 1 / 0" \
	"$(moodle "SELECT p.name || ' ' || p.value AS t FROM mdl_user_preferences p JOIN mdl_user u ON u.id = p.userid WHERE u.email = 'fresh@k.test' AND p.name LIKE 'auth%'") / $(
		grep -rilE 'changeme|password=|"password"' "$dir/state/log" "$dir/mail" | wc -l)"


# Who is right about names: only another name is told, spelling is not. What a group account is called stands in a field of the site's own.
scenario names-by-policy-report "nora Nora/von Nichts A NAME_DIFFERS maria Maria/Perez A " \
	"$(learner nora@k.test) $(findings nora@k.test) $(learner maria@k.test) $(findings maria@k.test)"
turn 2026-11-21T03:00:00Z
scenario group-account-goes-to-a-profile-field "0  FIELD_DIFFERS profile_field_company" "$code $(says gabi@k.test profile_field_company) $(findings gabi@k.test)"
scenario same-tax-id-two-people-are-two "tina@k.test Tina/Tax A B123 tom@k.test Tom/Tax A B123" \
	"$(learner tina@k.test) $(says tina@k.test idnumber) $(learner tom@k.test) $(says tom@k.test idnumber)"
site_extra="names = \"moodle\"; email = \"report\"; ${fields/report/source}"
control sql "sql=UPDATE mdl_user SET email = 'emil.neu@k.test' WHERE email = 'emil@k.test'" >/dev/null
bought 21 emil@k.test 'Emil Eins' 2026-11-20T20:00:00Z
admin person alias olga@k.test olga.neu@k.test --name Eva --reason 'she called'
bought 22 olga.neu@k.test 'Olga Alt' 2026-11-20T20:00:00Z
before=$(moodle "SELECT count(*) AS t FROM mdl_user")
turn 2026-11-22T03:00:00Z
scenario names-by-policy-moodle "0 nora Nora/von Nichts A " "$code $(learner nora@k.test) $(findings nora@k.test)"
scenario group-account-goes-to-a-profile-field "ACME & Söhne " "$(says gabi@k.test profile_field_company) $(findings gabi@k.test)"
scenario email-changed-in-moodle-keeps-history "emil@k.test Emil/Eins A / 1 11-19, 2 12-20 / EMAIL_DIFFERS" \
	"$(learner emil.neu@k.test) / $(access emil@k.test) / $(findings emil@k.test)"
scenario email-changed-in-shop-keeps-history "olga@k.test Olga/Alt A / 1 11-19, 2 12-20" "$(learner olga@k.test) / $(access olga@k.test)"
scenario email-changed-in-shop-keeps-history "$before" "$(moodle "SELECT count(*) AS t FROM mdl_user")"
admin person alias emil@k.test emil.neu@k.test --name Eva --reason 'it is his'

# The sources are right: about names to the letter, about the newest address, about the group. Who may be another human keeps the name.
site_extra="names = \"source\"; email = \"source\"; ${fields/report/source}"
named 9 gabi@k.test 'Gabi Gruppe' $sold Company 'Beta GmbH' 2026-11-22T12:00:00Z
bought 23 two@k.test 'Otto Zweiter' 2026-11-22T12:00:00Z
turn 2026-11-23T03:00:00Z
scenario names-by-policy-source "0 nora Nora/Niemand A maria María/Pérez A " "$code $(learner nora@k.test) $(learner maria@k.test) $(findings nora@k.test)"
scenario group-account-goes-to-a-profile-field "Beta GmbH" "$(says gabi@k.test profile_field_company)"
scenario a-new-name-is-the-same-person "two@k.test Petra/Erste A 1 11-19, 2 12-20 NAME_CHANGED" \
	"$(learner two@k.test) $(access two@k.test) $(findings two@k.test | grep -o '^[A-Z_]*')"
scenario email-changed-in-shop-keeps-history "olga@k.test Olga/Alt A" "$(learner olga.neu@k.test)"
scenario email-changed-in-moodle-keeps-history "emil@k.test Emil/Eins A" "$(learner emil@k.test)"
renamed=$(sql "SELECT max(run_id) FROM rule.run_action")
before=$(writes)
turn 2026-11-23T04:00:00Z
scenario names-by-policy-source "0 0" "$code $(($(writes) - before))"
admin person confirm two@k.test --name Eva --reason 'she married'
site_extra="auth = \"oauth2\"; $site_extra"
bought 24 outside@k.test 'Olaf Outside' 2026-11-23T12:00:00Z
turn 2026-11-24T03:00:00Z
scenario a-new-name-is-the-same-person "two@k.test Otto/Zweiter A " "$(learner two@k.test) $(findings two@k.test)"
scenario external-auth-makes-no-password "outside@k.test Olaf/Outside A oauth2 0 0" \
	"$(learner outside@k.test) $(says outside@k.test auth) $(moodle "SELECT count(*) AS t FROM mdl_user_preferences p JOIN mdl_user u ON u.id = p.userid
		WHERE u.email = 'outside@k.test'") $(moodle "SELECT count(*) AS t FROM sandbox.mail WHERE recipient = 'outside@k.test'")"

# Undo, and brakes.
admin revert "$renamed" --only kind=update_account --only person=nora@k.test --only person=gabi@k.test
expect "a change of accounts is taken back" "0 nora Nora/von Nichts A ACME & Söhne" "$code $(learner nora@k.test) $(says gabi@k.test profile_field_company)"
expect "and it said so before" "    write into the account of Nora Niemand <nora@k.test>: lastname \"von Nichts\" (now lastname \"Niemand\")" "$(grep Nora "$dir/out")"
at 2026-11-25T03:00:00Z
run ctok-pull-moodle
run ctok-reconcile
expect "and waits for somebody's word" "10 2 NAME_DIFFERS held: somebody took it back" \
	"$code $(sql "SELECT count(*) FROM ctok.action WHERE state = 'held' AND held_why = 'reverted'") $(findings nora@k.test)"
admin approve --kind rename --name Eva --reason 'it is right'
run ctok-apply
expect "approved, it is done again" "0 nora Nora/Niemand A Beta GmbH" "$code $(learner nora@k.test) $(says gabi@k.test profile_field_company)"
control sql "sql=UPDATE mdl_user SET lastname = 'Falsch' WHERE email LIKE 't%@k.test' OR email LIKE 'o%@k.test' OR email LIKE 'e%@k.test'" >/dev/null
at 2026-11-26T03:00:00Z
run ctok-pull-moodle
run ctok-reconcile
expect "too many new names at once are held" "10 7" "$code $(sql "SELECT count(*) FROM ctok.action WHERE kind = 'update_account' AND state = 'held' AND held_why = 'brake'")"
# What was never said in the settings under that name is an error.
site_extra='customer_group_field = "company";'
at 2026-11-26T03:00:00Z
admin check
scenario a-setting-of-another-name-is-an-error "78 1" "$code $(grep -c 'ctok-batch.conf:[0-9]*:.*customer_group_field' "$dir/out")"
finish
