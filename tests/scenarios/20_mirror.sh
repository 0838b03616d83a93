#!/bin/bash
# The mirror: three ways of reading Moodle give the same picture, a second reading writes nothing, a reading that is not whole counts
# for nothing.
. "$(dirname "$0")/lib.sh"
more_settings='log_level = "debug";' # also what only a debug log tells
cat >"$dir/rules.conf" <<'R'
products = ( { source = "shop"; match = "sku:MATH-*"; site = "campus"; courses = ("MATH-101", "idnumber:SKU-1002"); term = "P2Y"; },
             { source = "shop"; match = "sku:ALL-*"; site = "campus"; courses = ("日本語-1", "SAFE-OPT", "NOCRIT", "NOMANUAL", "HIDDEN", "BIG"); } );
R
start --seed contract --now 2026-11-20T09:41:24Z
control clock now=2026-11-20T09:45:00Z frozen=1 >/dev/null
now=2026-11-20T09:45:00Z
# What a site says of its people beside names: telephones where it shows them, and of its own profile fields those that the settings name.
site_extra='profile_fields = ( "company" );'
moodle() { control sql "sql=$1" >/dev/null; }
moodle "UPDATE mdl_config SET value = 'email,phone1,phone2' WHERE name = 'showuseridentity'"
moodle "INSERT INTO mdl_user_info_field (id, shortname, name, datatype, categoryid, sortorder, visible)
	VALUES (90, 'company', 'Company', 'text', 1, 90, 2), (91, 'shoesize', 'Shoe size', 'text', 1, 91, 2)"
moodle "INSERT INTO mdl_user_info_data (userid, fieldid, data) SELECT u.id, f.id, f.shortname || ' \"é\" ' || u.id FROM mdl_user u, mdl_user_info_field f
	WHERE f.id IN (90, 91) AND u.username IN ('learner01', 'learner02')"
moodle "UPDATE mdl_user SET phone1 = '+34 600 000 00' || (id % 10), phone2 = 'x' || id, city = 'Vigo', country = 'ES', lang = 'es' WHERE username IN ('learner01', 'learner03')"
level() { read_level=$1 write_conf; }
pull() { run ctok-pull-moodle; }
# The reason, with ids that hang on the order of answers left out.
message() { sed -n 's/.*site "campus" was not read: //p' "$dir/out" | sed 's/ of site "campus"//; s/course [0-9]*/course N/; s/user [0-9]*/user N/; s/after [0-9]*$/after N/'; }
changed() { sql "SELECT changed FROM ctok.site_pull ORDER BY pull_id DESC LIMIT 1"; }
# What all levels must agree on, moments to the minute; a start in the minute of creation reads as none at level 2.
minutes() { sql "SELECT course_id, user_id, method, active, status, CASE WHEN time_start / 60 = time_created / 60 THEN 0 ELSE time_start / 60 END,
	time_end / 60, time_created / 60, roles FROM ctok.mirror_enrolment ORDER BY 1, 2, 3"; }
people() { sql "SELECT DISTINCT u.* FROM ctok.mirror_user u JOIN ctok.mirror_enrolment m USING (tenant_id, site_id, user_id) ORDER BY user_id"; }
plain() { sql "SELECT course_id, user_id, bool_or(active), min(roles) FROM ctok.mirror_enrolment GROUP BY 1, 2 ORDER BY 1, 2"; }
courses() { sql "SELECT course_id, shortname, idnumber, fullname, visible, completion, manual FROM ctok.mirror_course ORDER BY 1"; }
completions() { sql "SELECT course_id, user_id, date_trunc('minute', completed_at) FROM ctok.mirror_completion ORDER BY 1, 2"; }
whole() { sql "SELECT md5(string_agg(t, E'\n' ORDER BY t)) FROM (SELECT m::text AS t FROM ctok.mirror_enrolment m UNION ALL SELECT u::text FROM ctok.mirror_user u
	UNION ALL SELECT c::text FROM ctok.mirror_course c UNION ALL SELECT d::text FROM ctok.mirror_completion d) x"; }

level 1
pull
expect "level 1 reads" 0 "$code"
hold
minutes >"$dir/minutes.1" && people >"$dir/people.1" && plain >"$dir/plain.1" && courses >"$dir/courses.1" && completions >"$dir/completions.1"
control sql "sql=SELECT e.courseid || ' ' || u.userid || ' ' || e.enrol || ' ' || u.status || ' ' || u.timestart || ' ' || u.timeend AS t
	FROM mdl_user_enrolments u JOIN mdl_enrol e ON e.id = u.enrolid ORDER BY e.courseid, u.userid, e.enrol" | grep -o '"t":"[^"]*"' | cut -d'"' -f4 >"$dir/moodle"
sql "SELECT concat_ws(' ', course_id, user_id, method, status, time_start, time_end) FROM ctok.mirror_enrolment ORDER BY course_id, user_id, method" >"$dir/ours"
expect "what Moodle's own tables hold, to the second" "" "$(diff "$dir/moodle" "$dir/ours" | head -3)"
expect "and there is something to compare" 1 "$([ "$(wc -l <"$dir/ours")" -gt 80 ] && echo 1)"
expect "completions too" 1 "$([ "$(wc -l <"$dir/completions.1")" -gt 3 ] && echo 1)"
expect "what an account says beside its name, and no field that the settings do not name" \
	"manual +34 600 000 003 x3 Vigo ES es CUST-5001 {\"company\": \"company \\\"é\\\" 3\"}|manual   Köln DE en CUST-5002 {\"company\": \"company \\\"é\\\" 4\"}" \
	"$(sql "SELECT string_agg(concat_ws(' ', auth, phone1, phone2, city, country, lang, idnumber, fields), '|' ORDER BY user_id) FROM ctok.mirror_user WHERE username IN ('learner01', 'learner02')")"
pull
expect "a second reading writes no row" "0 0" "$code $(changed)"
welcome() { sql "SELECT string_agg(shortname, ' ' ORDER BY course_id) FROM ctok.mirror_course WHERE welcome"; }
expect "which courses mail a welcome at every change: all with the manual method" "MATH-101 CPR-2Y 日本語-1 SAFE-OPT NOCRIT HIDDEN BIG" "$(welcome)"
control sql "sql=UPDATE mdl_enrol SET customint1 = 0 WHERE enrol = 'manual' AND courseid = (SELECT id FROM mdl_course WHERE shortname = 'MATH-101')" >/dev/null
pull
expect "switched off" 0 "$(welcome | grep -c MATH-101)"
run ctok-reconcile
expect "the others are findings, once each" "$(welcome)" "$(sql "SELECT string_agg(c.shortname, ' ' ORDER BY c.course_id) FROM ctok.finding f JOIN ctok.mirror_course c USING (tenant_id, site_id, course_id)
	WHERE f.class = 'WELCOME_MAIL' AND f.cleared_at IS NULL")"

level 2
before=$(whole)
pull
expect "level 2 reads" 0 "$code"
expect "the same enrolments, to the minute" "" "$(minutes | diff "$dir/minutes.1" - | head -3)"
expect "the same people" "" "$(people | diff "$dir/people.1" - | head -3)"
expect "the same courses" "" "$(courses | diff "$dir/courses.1" - | head -3)"
expect "the same completions" "" "$(completions | diff "$dir/completions.1" - | head -3)"
expect "what was known to the second stays so" "0" "$(sql "SELECT count(*) FROM ctok.mirror_enrolment WHERE method = 'manual' AND time_created % 60 = 0")"
pull
expect "a second reading writes no row" "0 0" "$code $(changed)"

level 3
pull
expect "level 3 reads" 0 "$code"
expect "the same participants, active or not, with their roles" "" "$(plain | diff "$dir/plain.1" - | head -3)"
expect "the same people" "" "$(people | diff "$dir/people.1" - | head -3)"
expect "the same courses" "" "$(courses | diff "$dir/courses.1" - | head -3)"
pull
expect "a second reading writes no row" "0 0" "$code $(changed)"

level 1
pull
expect "back at level 1 the mirror is what it was" "0 $before" "$code $(whole)"

# fault TITLE EXIT MESSAGE FAULT…: with that fault a reading ends so and changes nothing.
fault() {
	control fault "${@:4}" >/dev/null
	pull
	expect "level $read_level, $1" "$2 $3" "$code $(message)"
	expect "level $read_level, $1: the mirror stays" "$before" "$(whole)"
	control reset >/dev/null
	control clock now=2026-11-20T09:45:00Z frozen=1 >/dev/null
}
participants=core_enrol_get_enrolled_users report=core_reportbuilder_retrieve_report accounts=core_user_get_users_by_field
courses=core_course_get_courses details=core_course_get_courses_by_field
web="is a web page instead of JSON: 200 Please wait The service is busy."

level 2
pull
before=$(whole)
of='could not read site "campus" by its report: '
fault "a web page for the report" 12 "${of}answer of \"$report\" $web" kind=html match=$report
fault "a short report" 12 "${of}report 2 declares 111 rows but gave 108" kind=short n=3 match=$report count=9
fault "an empty report" 12 "${of}report 2 declares 111 rows but gave 0" kind=empty match=$report count=9
fault "a report with rows twice" 12 "${of}report 2 declares 111 rows but gave 114" kind=repeat n=3 match=$report count=9
fault "a report out of order is a report" 0 "" kind=shuffle seed=5 match=$report count=9
fault "a report that is cut once is asked for again" 0 "" kind=cut match=$report
fault "participants that are short on every page" 12 "list of participants of course N lacks some whom the report shows" \
	kind=short n=3 match=$participants count=999
fault "no participants" 12 "list of participants of course N lacks some whom the report shows" kind=empty match=$participants count=999
fault "accounts that are not shown prove nothing" 0 "" kind=empty match=$accounts count=9

for l in 2 3; do
	level $l
	pull
	before=$(whole)
	fault "a web page for participants" 12 "could not list the participants of course N: answer of \"$participants\" $web" kind=html match=$participants skip=3
	fault "a short page is not the end" 0 "" kind=short n=3 match=$participants
	fault "an empty page is asked for again" 0 "" kind=empty match=$participants
	fault "participants twice" 12 "participants of course N are out of order: user N came after N" kind=repeat n=3 match=$participants
	fault "participants shuffled" 12 "participants of course N are out of order: user N came after N" kind=shuffle seed=3 match=$participants
	of='could not list the courses: '
	fault "a short list of courses" 12 "${of}site \"campus\" left course N out of its list of courses" kind=short n=2 match=$courses skip=1
	fault "no courses" 12 "${of}site \"campus\" left course N out of its list of courses" kind=empty match=$courses skip=1
	fault "details of some courses only" 12 "${of}site \"campus\" gave details of 6 of 8 courses" kind=short n=2 match=$details
	fault "a server that is busy once" 0 "" kind=status status=503 match=$participants
	fault "a connection that is refused once" 0 "" kind=refuse match=$courses
done
fault "participants that are short on every page" 12 "lists of the active and of the other participants of course N do not add up to all" \
	kind=short n=3 match=$participants count=999
fault "no participants" 12 'site "campus" shows no enrolment at all, but had some' kind=empty match=$participants count=999
fault "accounts that are not shown" 12 'site "campus" lists 13 participants whose accounts it does not show, user N among them' \
	kind=short n=30 match=$accounts

# What a reading that failed says of itself.
expect "failed readings are kept with their reason, which is theirs only" "8 0" "$(sql "SELECT count(*) FILTER (WHERE NOT complete AND ended_at IS NOT NULL
	AND (failure LIKE '%out of order%' OR failure LIKE '%declares 111 rows%')) + count(*) FILTER (WHERE failure LIKE '%no enrolment at all%') || ' ' ||
	count(*) FILTER (WHERE complete = (failure <> '')) FROM ctok.site_pull")"

# Another Moodle at the same address.
control sql "sql=UPDATE mdl_course SET timecreated = timecreated + 1 WHERE id = 1" >/dev/null
pull
expect "another Moodle is refused" "77 site \"campus\" is another Moodle than before" "$code $(message | cut -d: -f1)"
expect "and changes nothing" "$before" "$(whole)"
control sql "sql=UPDATE mdl_course SET timecreated = timecreated - 1 WHERE id = 1" >/dev/null

# Moodle's own database fails while it is read: the message says whose.
level 1
control sql "sql=ALTER TABLE mdl_role RENAME TO mdl_role_away" >/dev/null
pull
expect "a database that fails is named" "1 $before" "$(grep -c 'could not read the database of site "campus": ' "$dir/out") $(whole)"
control sql "sql=ALTER TABLE mdl_role_away RENAME TO mdl_role" >/dev/null

# What moved is written, and noted for the next reconcile: a suspension, a new end, somebody gone, a rename, a switched-off method.
level 1
pull
sql "WITH a AS (DELETE FROM ctok.dirty_access), u AS (DELETE FROM ctok.dirty_user) SELECT" >/dev/null
control sql "sql=UPDATE mdl_user_enrolments SET status = 1 WHERE enrolid = (SELECT id FROM mdl_enrol WHERE courseid = 3 AND enrol = 'manual') AND userid = 9" >/dev/null
control sql "sql=UPDATE mdl_user_enrolments SET timeend = 1900000000 WHERE enrolid = (SELECT id FROM mdl_enrol WHERE courseid = 3 AND enrol = 'manual') AND userid = 10" >/dev/null
control sql "sql=DELETE FROM mdl_user_enrolments WHERE enrolid = (SELECT id FROM mdl_enrol WHERE courseid = 3 AND enrol = 'manual') AND userid = 11" >/dev/null
control sql "sql=UPDATE mdl_user SET lastname = 'Byron' WHERE id = 3" >/dev/null
pull
expect "what moved, and nothing else, is written" "0 4" "$code $(changed)"
expect "suspended, moved, gone" "9 f 1 x|10 t 0 1900000000" "$(sql "SELECT string_agg(concat_ws(' ', user_id, active, status, CASE user_id WHEN 10 THEN time_end::text ELSE 'x' END), '|' ORDER BY user_id)
	FROM ctok.mirror_enrolment WHERE course_id = 3 AND user_id IN (9, 10, 11) AND method = 'manual'")"
expect "and noted" "3 9, 3 10, 3 11; 3" "$(sql "SELECT (SELECT string_agg(course_id || ' ' || user_id, ', ' ORDER BY course_id, user_id) FROM ctok.dirty_access) || '; ' ||
	(SELECT string_agg(user_id::text, ' ') FROM ctok.dirty_user)")"
no_secrets
finish
