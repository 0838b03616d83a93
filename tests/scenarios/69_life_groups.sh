#!/bin/bash
# Cohorts follow access: who has it is a member, who has it no more is not; what others put into a cohort stays theirs. Read level ${LEVEL:-1}.
. "$(dirname "$0")/lib.sh"
cat >"$dir/rules.conf" <<'R'
products = ( { source = "shop"; match = "sku:MATH"; site = "campus"; courses = ("MATH-101"); term = "P30D"; grace_days = 0; on_refund = "suspend"; cohorts = ("BUYERS"); },
             { source = "shop"; match = "sku:CPR"; site = "campus"; courses = ("CPR-2Y"); term = "P30D"; grace_days = 0; on_refund = "unenrol"; cohorts = ("FIRST-AID", "BUYERS"); },
             { source = "shop"; match = "sku:SAFE"; site = "campus"; courses = ("SAFE-OPT"); term = "P30D"; grace_days = 0; },
             { source = "shop"; match = "sku:FEW"; site = "campus"; courses = ("NOCRIT"); term = "P30D"; grace_days = 0; capacity = 1; cohorts = ("BUYERS"); } );
R
read_level=${LEVEL:-1}
site_extra='cohort = "LEARNERS"; make_cohorts = true;'
start --seed contract --now 2026-11-20T02:55:00Z
moodle() { control sql "sql=$1" >/dev/null; }
on() { # on MM-DD: it is the night of that day
	now=2026-$1T03:00:00Z
	write_conf
	control clock "now=$now" frozen=1 >/dev/null
}
short_night() { # short_night [HOW OFTEN each]
	local program
	for program in ctok-pull-sales ctok-pull-moodle ctok-reconcile ctok-apply; do
		for _ in $(seq "${1:-1}"); do
			run "$program"
			[ "$code" -eq 0 ] || expect "$program on $now" 0 "$code"
		done
	done
}
# buy NUMBER SKU WHO DAY [REFUNDED MODIFIED]
buy() { order "$1" "$2" "$3@coh.test" "$3 Buyer" 99.00 "2026-$4T12:00:00Z" "$3 Learner" "$3@coh.test" 1 "${5:-0.00}" PENDING "${6:-2026-$4T12:00:00Z}"; }
# members COHORT: whom of ours it has; - where there is no such cohort.
members() {
	control sql "sql=SELECT coalesce((SELECT coalesce(string_agg(split_part(u.email, '@', 1), ' ' ORDER BY u.email) FILTER (WHERE u.email LIKE '%@coh.test'), '')
		FROM mdl_cohort c LEFT JOIN mdl_cohort_members m ON m.cohortid = c.id LEFT JOIN mdl_user u ON u.id = m.userid WHERE c.idnumber = '$1' GROUP BY c.id), '-') AS t" | grep -o '"t":"[^"]*"' | cut -d'"' -f4
}
in_course() { control sql "sql=SELECT coalesce((SELECT CASE x.status WHEN 0 THEN 'A' ELSE 'S' END FROM mdl_user_enrolments x JOIN mdl_enrol e ON e.id = x.enrolid AND e.enrol = 'manual'
	JOIN mdl_course c ON c.id = e.courseid JOIN mdl_user u ON u.id = x.userid WHERE u.email = '$1@coh.test' AND c.shortname = 'MATH-101'), '-') AS t" | grep -o '"t":"[^"]*"' | cut -d'"' -f4; }
others() { control sql "sql=SELECT count(*)::text AS t FROM mdl_cohort_members m JOIN mdl_user u ON u.id = m.userid WHERE u.email NOT LIKE '%@coh.test'" | grep -o '"t":"[^"]*"' | cut -d'"' -f4; }
takes_out() { moodle "DELETE FROM mdl_cohort_members m USING mdl_cohort c, mdl_user u WHERE c.id = m.cohortid AND u.id = m.userid AND c.idnumber = '$2' AND u.email = '$1@coh.test'"; }
found() { sql "SELECT coalesce(string_agg(concat_ws(' ', f.class, split_part(p.email, '@', 1), f.detail), '; ' ORDER BY f.class, p.email, f.detail), '-') FROM ctok.finding f LEFT JOIN ctok.person p USING (tenant_id, person_id)
	WHERE f.cleared_at IS NULL AND f.class LIKE 'COHORT%'"; }
moodle "DELETE FROM shop.orders"
moodle "INSERT INTO mdl_user (confirmed, mnethostid, username, password, firstname, lastname, email, timecreated, timemodified) VALUES (1, 1, 'dora', 'x', 'Dora', 'Learner', 'dora@coh.test', 1767225600, 1767225600)"
moodle "INSERT INTO mdl_cohort (contextid, name, idnumber, description, descriptionformat, timecreated, timemodified) VALUES (1, 'First aid', 'FIRST-AID', '', 1, 0, 0)"
moodle "INSERT INTO mdl_cohort_members (cohortid, userid, timeadded) SELECT c.id, u.id, 0 FROM mdl_cohort c, mdl_user u WHERE c.idnumber = 'FIRST-AID' AND u.username IN ('dora', 'learner05')"
buy 1 MATH ana 11-19; buy 2 CPR ben 11-19; buy 3 MATH col 11-19; buy 4 CPR dora 11-19; buy 5 SAFE eva 11-19; buy 8 FEW gil 11-18; buy 9 FEW hal 11-19; buy 11 SAFE jan 11-19
foreign=$(others)
on 11-20
run ctok-pull-sales; run ctok-pull-moodle; run ctok-reconcile
hold
admin go-live --since 2026-11-01
on 11-20
run ctok-pull-sales; run ctok-pull-moodle; run ctok-reconcile
admin plan
expect "the plan shows who joins what" "make ana Learner <ana@coh.test> a member make col Learner <col@coh.test> a member" \
	"$(sed -n '/cohort BUYERS/,/^$/p' "$dir/out" | grep -E 'ana|col' | xargs)"
scenario cohort-follows-access "- -" "$(members BUYERS) $(members LEARNERS)"
run ctok-apply
expect "the first night" 0 "$code"
scenario cohort-follows-access "ana ben col dora gil / ben dora" "$(members BUYERS) / $(members FIRST-AID)"
scenario welcome-cohort-has-everybody "ana ben col dora eva gil jan" "$(members LEARNERS)"
scenario cohort-is-made-once "1 1 $foreign" "$(control sql "sql=SELECT string_agg(n::text, ' ') AS t FROM (SELECT count(*) AS n FROM mdl_cohort WHERE idnumber IN ('BUYERS', 'LEARNERS') GROUP BY idnumber) x" | grep -o '"t":"[^"]*"' | cut -d'"' -f4) $(others)"
before=$(writes)
short_night
expect "a second run the same night writes nothing" "0 $before -" "$code $(writes) $(found)"

# Staff takes ben out of one. col, gil and dora get their money back, dora was in one of hers before us, and hal has waited for the place of gil; the
# answer to a request gets lost. Each program runs twice.
takes_out ben BUYERS
buy 3 MATH col 11-19 99.00 2026-11-20T12:00:00Z; buy 4 CPR dora 11-19 99.00 2026-11-20T12:00:00Z; buy 8 FEW gil 11-18 99.00 2026-11-20T12:00:00Z
buy 6 MATH fay 11-20
control fault kind=drop match=core_cohort_add_cohort_members >/dev/null
on 11-21
short_night 2
scenario cohort-follows-access "ana fay hal / ben dora / ana ben eva fay hal jan" "$(members BUYERS) / $(members FIRST-AID) / $(members LEARNERS)"
scenario cohort-others-members-untouched "$foreign" "$(others)"
scenario taken-out-of-a-cohort-stays-out "COHORT_LEFT ben cohort BUYERS" "$(found)"
expect "what was found after a lost answer is ours" 2 "$(sql "SELECT count(*) FROM ctok.cohort_ours o JOIN ctok.account k USING (tenant_id, site_id, user_id) JOIN ctok.person p USING (tenant_id, person_id) WHERE p.email = 'fay@coh.test'")"

# An end that a brake holds keeps its place; a cohort that cannot be read moves nobody.
on 11-25
buy 1 MATH ana 11-19 99.00 2026-11-24T12:00:00Z
run ctok-pull-sales; run ctok-pull-moodle; run ctok-reconcile
sql "UPDATE ctok.action SET state = 'held', held_why = 'brake' WHERE kind = 'suspend' AND state = 'open'" >/dev/null
run ctok-apply
scenario what-is-held-keeps-its-cohort "ana fay hal" "$(members BUYERS)"
moodle "DELETE FROM mdl_role_capabilities WHERE capability LIKE 'moodle/cohort:%'"
sql "UPDATE ctok.action SET state = 'open', held_why = '' WHERE state = 'held'" >/dev/null
run ctok-apply
expect "who may not change a cohort changes none" "65 ana fay hal" "$code $(members BUYERS)"
run ctok-reconcile
expect "what Moodle refuses is a finding, with what is lacking" 2 "$(found | grep -o 'COHORT_REFUSED ana cohort [A-Z]*: "core_cohort_delete_cohort_members" was refused (nopermissions): [^;]*moodle/cohort:assign' | wc -l)"
moodle "INSERT INTO mdl_role_capabilities (contextid, roleid, capability, permission) SELECT 1, 9, c, 1 FROM unnest(ARRAY['moodle/cohort:view', 'moodle/cohort:assign']) AS c"
on 11-26
short_night
expect "and tried again" "0 fay hal" "$code $(members BUYERS)"

# A function that the service lacks keeps nobody from the course. What people decide about access counts for the cohort too.
buy 10 MATH ida 11-20 0.00 2026-11-26T12:00:00Z
admin deny fay@coh.test MATH-101 --name Eva --reason 'she copied'
admin grant jan@coh.test sku:MATH --until 2026-12-10 --name Eva --reason 'won a prize'
expect "a grant" 0 "$code"
moodle "DELETE FROM mdl_external_services_functions WHERE functionname IN ('core_cohort_add_cohort_members', 'core_cohort_get_cohorts')"
on 11-27
run ctok-pull-sales; run ctok-pull-moodle; run ctok-reconcile; run ctok-apply
expect "everybody is let in and out" "A S A" "$(in_course ida) $(in_course fay) $(in_course jan)"
expect "but into no cohort" "fay hal" "$(members BUYERS)"
run ctok-reconcile
if [ "$read_level" -eq 1 ]; then
	expect "each is told what is lacking" '5 COHORT_REFUSED the token'"'"'s service on site "campus" lacks "core_cohort_add_cohort_members" (to put learners into cohorts)' \
		"$(sql "SELECT count(*), class, split_part(detail, ': ', 2) FROM ctok.finding WHERE cleared_at IS NULL AND class LIKE 'COHORT%' AND class <> 'COHORT_LEFT' GROUP BY 2, 3" | tr '|\t' '  ')"
else
	expect "it is told what is lacking" 1 "$(found | grep -c 'COHORT_UNREAD could not read the cohorts of site "campus": .*"core_cohort_get_cohorts" was refused (accessexception).* HINT: Check that the function is in')"
fi
moodle "INSERT INTO mdl_external_services_functions (externalserviceid, functionname) SELECT 2, f FROM unnest(ARRAY['core_cohort_add_cohort_members', 'core_cohort_get_cohorts']) AS f"
on 11-28
short_night
run ctok-reconcile
scenario cohort-follows-decisions "hal ida jan COHORT_LEFT ben cohort BUYERS" "$(members BUYERS) $(found)"

# Time is over; then bought anew.
on 12-22
run ctok-pull-sales; run ctok-pull-moodle; run ctok-reconcile
admin approve --name Eva --reason 'their time is over'
run ctok-apply
scenario cohort-follows-access "  " "$(members BUYERS) $(members FIRST-AID | sed 's/dora//') $(members LEARNERS)"
site_extra='cohort = "NOBODY-MADE-IT";'
buy 7 CPR ben 12-22
on 12-23
short_night
scenario cohort-follows-access "ben / ben dora" "$(members BUYERS) / $(members FIRST-AID)"
scenario cohort-not-there-is-a-finding "- COHORT_MISSING cohort NOBODY-MADE-IT, which 1 learner is to join" "$(members NOBODY-MADE-IT) $(found)"
run ctok-reconcile
expect "every control ties" "" "$(sql "SELECT control FROM rule.control_now WHERE expected <> actual")"
# It may be made, but not by us; then by us.
site_extra='cohort = "NOBODY-MADE-IT"; make_cohorts = true;'
moodle "DELETE FROM mdl_role_capabilities WHERE capability = 'moodle/cohort:manage'"
on 12-24
run ctok-pull-sales; run ctok-pull-moodle; run ctok-reconcile; run ctok-apply
expect "a cohort that may not be made is refused to who was to join" "65 -" "$code $(members NOBODY-MADE-IT)"
run ctok-reconcile
expect "with what is lacking" 1 "$(found | grep -c 'COHORT_REFUSED ben cohort NOBODY-MADE-IT: could not make cohort .*moodle/cohort:manage')"
moodle "INSERT INTO mdl_role_capabilities (contextid, roleid, capability, permission) VALUES (1, 9, 'moodle/cohort:manage', 1)"
run ctok-apply
expect "and made when it may" "0 ben" "$code $(members NOBODY-MADE-IT)"
run ctok-reconcile
expect "every control ties" "" "$(sql "SELECT control FROM rule.control_now WHERE expected <> actual")"
finish
