#!/bin/bash
# The life of an access behind a gate: what must be so before a sale gives anything, who gets the last place, and what stays when a condition goes.
# Each learner is a story of its own; all of them live through the same nights.
read_level=1
. "$(dirname "$0")/lib.sh"
cat >"$dir/rules.conf" <<'R'
products = ( { source = "shop"; match = "sku:PHONE"; site = "campus"; courses = ("MATH-101"); term = "P30D"; grace_days = 0; require_field = "phone1"; },
             { source = "shop"; match = "sku:FIRST"; site = "campus"; courses = ("CPR-2Y"); term = "P30D"; grace_days = 0; },
             { source = "shop"; match = "sku:NEXT"; site = "campus"; courses = ("SAFE-OPT"); term = "P30D"; grace_days = 0; requires = ("CPR-2Y"); },
             { source = "shop"; match = "sku:NEXT-SALE"; site = "campus"; courses = ("SAFE-OPT"); term = "P30D"; grace_days = 0; requires = ("CPR-2Y"); term_from = "sale"; },
             { source = "shop"; match = "sku:BOTH"; site = "campus"; courses = ("NOCRIT"); term = "P30D"; grace_days = 0; requires = ("CPR-2Y", "SAFE-OPT"); require_field = "profile_field_company"; },
             { source = "shop"; match = "sku:FEW"; site = "campus"; courses = ("BIG"); term = "P30D"; grace_days = 0; capacity = 2; },
             { source = "shop"; match = "sku:LATER"; site = "campus"; courses = ("日本語-1"); term = "P30D"; grace_days = 0; starts = "2026-11-25"; },
             { source = "shop"; match = "sku:WATCH"; site = "campus"; courses = ("CPR-2Y"); term = "P30D"; grace_days = 0; role = "observer"; } );
R
site_extra='profile_fields = ( "company" ); welcome = "HIDDEN";'
start --seed contract --now 2026-11-20T02:55:00Z
moodle() { control sql "sql=$1" >/dev/null; }
ask() { control sql "sql=$1" | grep -o '"t":"[^"]*"' | cut -d'"' -f4; }
on() { # on MM-DD: it is the night of that day
	now=2026-$1T03:00:00Z
	write_conf
	# What else the shop's form asks.
	sed -i 's/learner_name_labels =/fields = ( { name = "phone1"; from = ( "Phone" ); } ); &/' "$dir/ctok-batch.conf"
	control clock "now=$now" frozen=1 >/dev/null
}
# What a night does of it all, without certificates, workbook and mails.
short_night() {
	local program
	for program in ctok-pull-sales ctok-pull-moodle ctok-reconcile ctok-apply; do
		run "$program"
		[ "$code" -eq 0 ] || expect "$program on $now" 0 "$code"
	done
}
# buy NUMBER SKU WHO DAY [PHONE]: on that day at noon; the order's form has one answer more with PHONE.
buy() {
	local phone=''
	[ -z "${5:-}" ] || phone="\"},{\"label\":\"Phone\",\"value\":\"$5"
	order "$1" "$2" "buyer$1@gate.test" "Buyer $1" 99.00 "2026-$4T12:00:00Z" "Learner $3$phone" "$3@gate.test" 1 0.00 PENDING "${6:-2026-$4T12:00:00Z}"
}
# row WHO COURSE: A or S with the last day in Moodle, less the tail of a week; - for none.
row() { ask "SELECT coalesce((SELECT CASE x.status WHEN 0 THEN 'A ' ELSE 'S ' END || CASE x.timeend WHEN 0 THEN '' ELSE to_char(to_timestamp(x.timeend) AT TIME ZONE 'Europe/Madrid' - interval '8 days', 'MM-DD') END
	FROM mdl_user_enrolments x JOIN mdl_enrol e ON e.id = x.enrolid AND e.enrol = 'manual' JOIN mdl_course c ON c.id = e.courseid JOIN mdl_user u ON u.id = x.userid
	WHERE u.email = '$1@gate.test' AND c.shortname = '$2'), '-') AS t"; }
# waits WHO: the open finding, its money and what is lacking.
waits() { sql "SELECT coalesce((SELECT string_agg(f.class || ' ' || f.risk_minor || ' ' || f.detail, '; ') FROM ctok.finding f JOIN ctok.person p USING (tenant_id, person_id)
	WHERE p.email = '$1@gate.test' AND f.cleared_at IS NULL AND f.class = 'GATE_SHUT'), '-')"; }
completes() { # completes WHO COURSE MM-DD
	moodle "INSERT INTO mdl_course_completions (userid, course, timeenrolled, timestarted, timecompleted)
		SELECT u.id, c.id, 0, 0, extract(epoch FROM timestamptz '2026-$3 10:00:00+00')::bigint FROM mdl_user u, mdl_course c WHERE u.email = '$1@gate.test' AND c.shortname = '$2'"
}
has_account() { # has_account WHO: staff made it
	moodle "INSERT INTO mdl_user (confirmed, mnethostid, username, password, firstname, lastname, email) VALUES (1, 1, '$1', 'x', 'Staff', '$1', '$1@gate.test')"
}
moodle "DELETE FROM shop.orders"
moodle "INSERT INTO mdl_user_info_field (id, shortname, name, datatype, categoryid, sortorder, visible) VALUES (90, 'company', 'Company', 'text', 1, 90, 2)"

for who in form here none both order saleterm; do has_account $who; done
moodle "UPDATE mdl_user SET phone1 = '+34 600 000 000' WHERE username = 'here'"
buy 1 PHONE none 11-19; buy 2 PHONE form 11-19; buy 3 PHONE here 11-19
buy 4 NEXT order 11-19; buy 5 NEXT-SALE saleterm 11-19; buy 6 BOTH both 11-19
buy 13 FEW few3 11-19; buy 11 FEW few1 11-17; buy 12 FEW few2 11-18
buy 20 LATER early 11-19
buy 30 FIRST plain 11-19; buy 31 WATCH watcher 11-19
moodle "INSERT INTO mdl_role (id, name, shortname, description, sortorder, archetype) VALUES (40, '', 'observer', '', 40, '')"
moodle "INSERT INTO mdl_role_allow_assign (roleid, allowassign) SELECT DISTINCT roleid, 40 FROM mdl_role_allow_assign"
roles() { ask "SELECT coalesce(string_agg(r.shortname, ',' ORDER BY r.id), '-') AS t FROM mdl_role_assignments a JOIN mdl_role r ON r.id = a.roleid JOIN mdl_context x ON x.id = a.contextid AND x.contextlevel = 50
	JOIN mdl_course c ON c.id = x.instanceid JOIN mdl_user u ON u.id = a.userid WHERE u.email = '$1@gate.test' AND c.shortname = '$2'"; }
on 11-20
run ctok-pull-sales; run ctok-pull-moodle; run ctok-reconcile
hold
expect "in trial the wait is shown too" 'GATE_SHUT 9900 "phone1" is not filled in' "$(waits none)"
admin go-live --since 2026-11-01
short_night
scenario phone-required-before-enrolment '- - A 12-19 GATE_SHUT 9900 "phone1" is not filled in -' "$(row none MATH-101) $(row form MATH-101) $(row here MATH-101) $(waits form) $(waits here)"
scenario prerequisite-not-met-waits "- - GATE_SHUT 9900 course CPR-2Y is not completed" "$(row order SAFE-OPT) $(row saleterm SAFE-OPT) $(waits order)"
scenario two-gates-both-must-open '- GATE_SHUT 9900 "profile_field_company" is not filled in; course CPR-2Y is not completed; course SAFE-OPT is not completed' "$(row both NOCRIT) $(waits both)"
scenario full-cohort-waits-in-order "A 12-17 A 12-18 - GATE_SHUT 9900 all 2 places are taken" "$(row few1 BIG) $(row few2 BIG) $(row few3 BIG) $(waits few3)"
scenario cohort-start-in-the-future-is-pending "- - pending" "$(row early 日本語-1) $(waits early) $(sql "SELECT state FROM ctok.access JOIN ctok.person p USING (tenant_id, person_id) WHERE p.email = 'early@gate.test'")"
# plain and watcher have their first account by us, staff had made that of form.
scenario welcome-course-once "A  A  -" "$(row plain HIDDEN) $(row watcher HIDDEN) $(row form HIDDEN)"
scenario role-per-product "student observer" "$(roles plain CPR-2Y) $(roles watcher CPR-2Y)"
before=$(writes)
short_night
expect "a second run the same night writes nothing" "$before" "$(writes)"
admin explain order@gate.test
expect "explain says what it waits for" 1 "$(grep -c 'SAFE-OPT: paid for and not given yet: course CPR-2Y is not completed' "$dir/out")"

# The phone comes by the shop's form, and by Moodle. One of the two who took the last places gets the money back.
on 11-22
buy 2 PHONE form 11-19 "+34 611 111 111" 2026-11-21T12:00:00Z
completes order CPR-2Y 11-21; completes saleterm CPR-2Y 11-21; completes both CPR-2Y 11-21
order 11 FEW buyer11@gate.test "Buyer 11" 99.00 2026-11-17T12:00:00Z "Learner few1" few1@gate.test 1 99.00 PENDING 2026-11-21T12:00:00Z
# Staff takes one of them out of the welcome course, and suspends the other there.
moodle "DELETE FROM mdl_user_enrolments x USING mdl_enrol e, mdl_course c, mdl_user u WHERE e.id = x.enrolid AND c.id = e.courseid AND u.id = x.userid AND c.shortname = 'HIDDEN' AND u.email = 'plain@gate.test'"
moodle "UPDATE mdl_user_enrolments x SET status = 1 FROM mdl_enrol e, mdl_course c, mdl_user u WHERE e.id = x.enrolid AND c.id = e.courseid AND u.id = x.userid AND c.shortname = 'HIDDEN' AND u.email = 'watcher@gate.test'"
buy 32 LATER watcher 11-21
short_night
scenario welcome-course-once "- S 0" "$(row plain HIDDEN) $(row watcher HIDDEN)$(sql "SELECT count(*) FROM ctok.finding WHERE class IN ('ACCESS_WITHOUT_SALE', 'TAKEN_AWAY', 'WELCOME_MISSING') AND cleared_at IS NULL")"
scenario phone-required-before-enrolment "- A 12-22" "$(row none MATH-101) $(row form MATH-101)"
scenario prerequisite-not-met-waits "A 12-21 A 12-19 -" "$(row order SAFE-OPT) $(row saleterm SAFE-OPT) $(waits order)"
scenario two-gates-both-must-open '- GATE_SHUT 9900 "profile_field_company" is not filled in; course SAFE-OPT is not completed' "$(row both NOCRIT) $(waits both)"
scenario full-cohort-waits-in-order "S A 12-18 A 12-22 -" "$(row few1 BIG | cut -c1) $(row few2 BIG) $(row few3 BIG) $(waits few3)"

# The phone is taken out again: nothing ends. The last conditions come true.
on 11-25
moodle "UPDATE mdl_user SET phone1 = '' WHERE username = 'here'"
buy 2 PHONE form 11-19 "" 2026-11-24T12:00:00Z
completes both SAFE-OPT 11-23
moodle "INSERT INTO mdl_user_info_data (userid, fieldid, data) SELECT id, 90, 'Acme' FROM mdl_user WHERE username = 'both'"
short_night
scenario role-per-product "student observer A 12-19" "$(roles plain CPR-2Y) $(roles watcher CPR-2Y) $(row watcher CPR-2Y)"
scenario phone-removed-later-ends-nothing "A 12-19 A 12-22 -" "$(row here MATH-101) $(row form MATH-101) $(waits here)"
scenario two-gates-both-must-open "A 12-25 -" "$(row both NOCRIT) $(waits both)"
scenario cohort-start-in-the-future-is-pending "A 12-24" "$(row early 日本語-1)"
expect "who never gave it waits on" 'GATE_SHUT 9900 "phone1" is not filled in' "$(waits none)"
before=$(writes)
run ctok-reconcile --full; run ctok-apply
expect "looking at everything plans nothing else" "0 $before" "$code $(writes)"
run ctok-report
expect "the books tie" 0 "$code"
finish
