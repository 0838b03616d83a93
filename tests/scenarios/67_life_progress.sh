#!/bin/bash
# How far learners are: status by paid term, activities, grades, certificates; at level 1, and the same at levels 2 and 3, which ask about those who moved.
read_level=1
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/life.sh"
start --seed contract --now 2026-11-20T01:50:00Z
control sql "sql=DELETE FROM shop.orders" >/dev/null
courses STEPS PLAIN CUT GRADES LATE
P='term = "P5D"; grace_days = 2; notice_days = 1;'
for c in STEPS LATE; do rule "sku:$c" $c "$P"; done
for c in PLAIN CUT GRADES; do rule "sku:$c" $c 'term = "P1Y";'; done
write_rules
buy() { order "$1" "$2" "$3@r.test" "${3^} Test" 99.00 "2026-${4}T10:00:00Z"; } # buy NUMBER SKU WHO DAY

# activities COURSE N: so many, which the course shows in the reverse order of their ids.
activities() {
	control sql "sql=WITH c AS (SELECT id FROM mdl_course WHERE shortname = '$1'), s AS (INSERT INTO mdl_course_sections (course, section, sequence) SELECT id, 1, '' FROM c RETURNING id, course),
		p AS (INSERT INTO mdl_page (course, name) SELECT c.id, 'Page ' || n FROM c, generate_series(1, $2) n RETURNING id),
		m AS (INSERT INTO mdl_course_modules (course, module, instance, section, added, completion) SELECT s.course, 16, p.id, s.id, 1, 1 FROM s, p RETURNING id, course),
		x AS (INSERT INTO mdl_context (contextlevel, instanceid, path, depth) SELECT 70, m.id, o.path || '/' || (m.id + 200000), 4
			FROM m JOIN mdl_context o ON o.contextlevel = 50 AND o.instanceid = m.course)
		SELECT 1" >/dev/null
	control sql "sql=UPDATE mdl_course_sections s SET sequence = (SELECT string_agg(m.id::text, ',' ORDER BY m.id DESC) FROM mdl_course_modules m WHERE m.section = s.id)
		WHERE s.course = (SELECT id FROM mdl_course WHERE shortname = '$1')" >/dev/null
}
# did WHO COURSE N: the first so many activities, now. visited WHO COURSE. completed WHO COURSE. graded WHO COURSE GRADE (of 100, NULL: not yet).
visited() {
	control sql "sql=WITH d AS (DELETE FROM mdl_user_lastaccess l USING mdl_user u, mdl_course c WHERE l.userid = u.id AND l.courseid = c.id AND u.email = '$1@r.test' AND c.shortname = '$2')
		INSERT INTO mdl_user_lastaccess (userid, courseid, timeaccess) SELECT u.id, c.id, extract(epoch FROM timestamptz '$now')::bigint - 3600
		FROM mdl_user u, mdl_course c WHERE u.email = '$1@r.test' AND c.shortname = '$2'" >/dev/null
}
did() {
	visited "$1" "$2"
	control sql "sql=INSERT INTO mdl_course_modules_completion (coursemoduleid, userid, completionstate, timemodified)
		SELECT m.id, u.id, 1, extract(epoch FROM timestamptz '$now')::bigint - 3600 FROM mdl_user u, mdl_course c
		CROSS JOIN LATERAL (SELECT id FROM mdl_course_modules WHERE course = c.id ORDER BY id DESC LIMIT $3) m
		WHERE u.email = '$1@r.test' AND c.shortname = '$2' ON CONFLICT DO NOTHING" >/dev/null
}
completed() {
	control sql "sql=INSERT INTO mdl_course_completions (userid, course, timeenrolled, timestarted, timecompleted)
		SELECT u.id, c.id, 0, 0, extract(epoch FROM timestamptz '$now')::bigint - 3600 FROM mdl_user u, mdl_course c WHERE u.email = '$1@r.test' AND c.shortname = '$2'
		ON CONFLICT (userid, course) DO UPDATE SET timecompleted = excluded.timecompleted" >/dev/null
}
graded() {
	control sql "sql=INSERT INTO mdl_grade_grades (itemid, userid, rawgrade, finalgrade, timemodified) SELECT i.id, u.id, $3, $3, 1 FROM mdl_grade_items i
		JOIN mdl_course c ON c.id = i.courseid, mdl_user u WHERE u.email = '$1@r.test' AND c.shortname = '$2'" >/dev/null
}
# status WHO: of each paid term, with the progress in percent.
status() {
	sql "SELECT string_agg(concat_ws(' ', l.cycle, l.status, coalesce(round(l.progress)::text, '-')), ', ' ORDER BY l.cycle) FROM rule.learning l
		JOIN ctok.person p USING (tenant_id, person_id) WHERE p.email = '$1@r.test'"
}
course() { # course NAME: the workbook's row
	sql "SELECT concat_ws(' ', learners, not_started, in_progress, completed, coalesce(completion_rate::text, '-'), activities, coalesce(mean_progress::text, '-'), graded, coalesce(mean_grade::text, '-'))
		FROM rule.report_progress WHERE course = 'Course $1'"
}
steps() { sql "SELECT string_agg(concat_ws(' ', place, nullif(kind, ''), reached, stopped), ', ' ORDER BY place) FROM rule.report_dropoff WHERE course = 'Course $1'"; }
mirrored() { sql "SELECT string_agg(concat_ws(' ', course_id, user_id, last_access, done, reached, coalesce(grade::text, '-')), E'\n' ORDER BY course_id, user_id) FROM ctok.mirror_progress
	WHERE last_access > 0 OR done > 0 OR grade IS NOT NULL"; }
certificates() { sql "SELECT coalesce(string_agg(i.state, ' '), '') FROM ctok.issue i JOIN ctok.person p USING (tenant_id, person_id) WHERE p.email = '$1@r.test'"; }

activities STEPS 10
activities CUT 2
control sql "sql=INSERT INTO mdl_grade_items (id, courseid, itemtype, iteminstance, grademax) SELECT 1000 + id, id, 'course', 1, 50 FROM mdl_course WHERE shortname IN ('GRADES', 'CUT')" >/dev/null
buy 1 STEPS ann 11-19
buy 2 STEPS bob 11-19
buy 3 PLAIN cam 11-19
buy 4 CUT dee 11-19
for i in 5 6 7; do buy $i GRADES grad$i 11-19; done
buy 8 LATE lea 11-19
now=2026-11-20T02:00:00Z
write_conf
for program in ctok-pull-sales ctok-pull-moodle ctok-reconcile; do run $program; done
hold
admin go-live --since 2026-01-01
on D0 2026-11-20T03:00:00Z
turn
run ctok-pull-moodle
s0=$(status ann)

on D2 2026-11-22T03:00:00Z
did ann STEPS 3
visited cam PLAIN
did dee CUT 2
completed dee CUT
for i in 5 6 7; do visited grad$i GRADES; done
graded grad5 GRADES 40
graded grad6 GRADES NULL
turn
step ctok-certify
s2=$(status ann)
scenario no-criteria-is-not-complete "1 in_progress -: 1 0 1 0 0 0 - 0 -" "$(status cam): $(course PLAIN)"
scenario ungraded-is-no-grade "3 0 0" "$(course GRADES | cut -d' ' -f1,4,5)"
scenario ungraded-is-no-grade "1 graded, mean 80" "$(course GRADES | awk '{ print $8 " graded, mean " $9 }')"
expect "how many get how far, and where they stop" "0 2 1, 1 page 1 0, 2 page 1 0, 3 page 1 1, 4 page 0 0" "$(steps STEPS | cut -d, -f1-5)"
expect "a course in numbers" "2 1 1 0 0 10 15 0 -" "$(course STEPS)"
before=$(sql "SELECT md5(string_agg(ctid::text || xmin, ' ' ORDER BY course_id, user_id)) FROM ctok.mirror_progress")
run ctok-pull-moodle
expect "what did not move is not written again" "$before" "$(sql "SELECT md5(string_agg(ctid::text || xmin, ' ' ORDER BY course_id, user_id)) FROM ctok.mirror_progress")"

# An activity that was done is removed, a new one is added: who had completed the course has completed it.
on D3 2026-11-23T03:00:00Z
control sql "sql=DELETE FROM mdl_course_modules WHERE id = (SELECT max(m.id) FROM mdl_course_modules m JOIN mdl_course c ON c.id = m.course WHERE c.shortname = 'CUT')" >/dev/null
activities CUT 1
turn
step ctok-certify
scenario activity-removed-does-not-uncomplete "1 completed 50: live" "$(status dee): $(certificates dee)"

on D5 2026-11-25T03:00:00Z
did ann STEPS 10
completed ann STEPS
turn
s5=$(status ann)
on D6 2026-11-26T03:00:00Z
buy 9 STEPS ann 11-25
turn
s6=$(status ann)

# In grace, on the day before access ends, the course is completed. The night that ends it reads that first.
on D7 2026-11-27T03:00:00Z
completed lea LATE
visited ann STEPS
turn
step ctok-certify
step ctok-mail
post
scenario completion-before-suspension-keeps-its-certificate "D0 A 11-19 11:00 > 2026-12-04, D7 S: live: 1" "$(story lea): $(certificates lea): $(posted lea 'certificate')"
scenario right-status-follows-progress "1 not_started 0; 1 in_progress 30; 1 completed 100; 1 completed 100, 2 not_started -; 1 completed 100, 2 in_progress -" \
	"$s0; $s2; $s5; $s6; $(status ann)"
on D9 2026-11-29T03:00:00Z
turn
step ctok-certify
scenario completion-before-suspension-keeps-its-certificate "S: live" "$(story lea | grep -o 'S$'): $(certificates lea)"

# The workbook has it.
step ctok-report
expect "the workbook has the sheets" "Drop-off Progress" "$(/usr/bin/python3 tests/support/check_workbook.py "$(find "$dir/state" -name '*.xlsx' | sort | tail -1)" | grep -o 'complaint.*\|Drop-off [0-9]*\|Progress [0-9]*' |
	sed 's/ [0-9]*$//' | sort | tr '\n' ' ' | sed 's/ $//')"
expect "every program of every night ended well" "" "$codes"

# By web service it is the same. Who was asked about is not asked about again, until they come back, or a week has passed.
control sql "sql=INSERT INTO mdl_role_capabilities (contextid, roleid, capability, permission) VALUES (1, 9, 'mod/assign:view', 1)" >/dev/null
asked() { grep -h 'ctok-pull-moodle .*end outcome' "$dir/state/log/ctok-batch.log" | tail -1 | grep -o 'asked=[0-9]* progress=[0-9]*'; }
told=$(mirrored)
for level in 3 2; do
	sql "UPDATE ctok.mirror_progress SET last_access = 0, done = 0, reached = 0, grade = NULL, asked_at = NULL" >/dev/null
	read_level=$level write_conf
	run ctok-pull-moodle
	expect "level $level tells the same" "0 $told" "$code $(mirrored)"
	expect "it was asked about everybody once" "asked=6" "$(asked | cut -d' ' -f1)"
	run ctok-pull-moodle
	expect "and not again" "0 asked=0 progress=0" "$code $(asked)"
done
now=2026-11-30T03:00:00Z
control clock "now=$now" >/dev/null
read_level=2
write_conf
did bob STEPS 5
run ctok-pull-moodle
expect "who was there since is asked about" "asked=1 progress=1: 1 in_progress 50" "$(asked): $(status bob)"
graded grad7 GRADES 25
now=2026-12-06T03:00:00Z
control clock "now=$now" >/dev/null
write_conf
run ctok-pull-moodle
expect "and everybody after a week: a grade comes without the learner" "asked=6 progress=6: 2 65" "$(asked): $(course GRADES | cut -d' ' -f8,9)"
control sql "sql=DELETE FROM mdl_role_capabilities WHERE roleid = 9 AND capability IN ('moodle/grade:viewall', 'report/progress:view')" >/dev/null
visited bob STEPS
before=$(mirrored)
run ctok-pull-moodle
expect "a site that tells nothing of it is read all the same; what is known stays, and what to do is said" "0 $before: 1 1" \
	"$code $(mirrored): $(grep -c 'could not read the progress of learners of site "campus": site "campus" tells nothing of it' "$dir/out") \
$(sql "SELECT count(*) FROM ctok.progress_state WHERE failure LIKE '%tells nothing%' AND read_at IS NOT NULL")"
finish
