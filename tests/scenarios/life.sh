# What worlds of many small stories share: one sandbox, one calendar, each learner a story. Source it after lib.sh.
#
#   courses NAME …              courses with the manual method; all that is sold in one may end without meeting a brake, if few are in it
#   rule SKU COURSES MORE       a product rule of source shop; the rest of it as the settings say it
#   on NIGHT MOMENT             it is that night: for the shop, for Moodle and for us
#   turn                        what a night does to access: sales, Moodle, plan, changes, mails; then Moodle's enrolments are noted
#   story WHO [COURSE [METHOD]] what Moodle showed of WHO@r.test, night by night, where it changed:
#                               "D0 A 11-19 11:00 > 2026-12-04, D7 S": active from, to (none: for ever); suspended; -: no such enrolment
others= # names of further sandboxes (start_more); their courses are NAME/COURSE in stories
rules=() nights= night_name= now=${now:-}

courses() {
	local name list=
	for name; do list="$list${list:+,}('$name')"; done
	control sql "sql=WITH c AS (INSERT INTO mdl_course (category, sortorder, fullname, shortname, summary, startdate, enablecompletion, timecreated, timemodified, cacherev)
			SELECT 1, 0, 'Course ' || v.name, v.name, '', 1767225600, 1, sandbox_now(), sandbox_now(), sandbox_now() FROM (VALUES $list) AS v (name) RETURNING id),
		x AS (INSERT INTO mdl_context (contextlevel, instanceid, path, depth) SELECT 50, id, '/1/3/' || id + 100000, 3 FROM c RETURNING id)
		INSERT INTO mdl_enrol (enrol, status, courseid, sortorder, roleid, customint1, timecreated, timemodified)
		SELECT m.enrol, m.status, c.id, 0, 5, 0, sandbox_now(), sandbox_now() FROM c, (VALUES ('manual', 0), ('self', 0)) AS m (enrol, status)" >/dev/null
}

rule() {
	local list=
	for name in $2; do list="$list${list:+, }\"$name\""; done
	rules+=("{ source = \"${source:-shop}\"; match = \"$1\"; site = \"${site:-campus}\"; courses = ($list); $3 }")
}
write_rules() {
	local IFS=,
	echo "products = ( ${rules[*]} );" >"$dir/rules.conf"
}

on() {
	night_name=$1
	nights="$nights $1"
	now=$2
	write_conf
	for box in sandbox $others; do control clock "now=$2" >/dev/null; done
	box=
}

codes= # of programs that did not end well: NIGHT PROGRAM CODE
step() {
	run "$@"
	[ "$code" -eq 0 ] || codes="$codes${codes:+, }$night_name $1 $code"
}
turn() {
	local program
	for program in ctok-pull-sales ctok-pull-moodle ctok-reconcile ctok-apply ctok-mail; do step $program; done
	look
}
look() {
	local prefix
	for box in sandbox $others; do
		prefix=
		[ "$box" = sandbox ] || prefix=$box/
		control sql "sql=SELECT split_part(u.email, '@', 1) || ' $prefix' || c.shortname || ' ' || e.enrol || ' ' ||
				CASE ue.status WHEN 0 THEN 'A ' || to_char(to_timestamp(ue.timestart) AT TIME ZONE 'Europe/Madrid', 'MM-DD HH24:MI') || ' > ' ||
					CASE ue.timeend WHEN 0 THEN 'none' ELSE replace(to_char(to_timestamp(ue.timeend) AT TIME ZONE 'Europe/Madrid', 'YYYY-MM-DD HH24:MI'), ' 00:00', '') END
				ELSE 'S' END AS t
			FROM mdl_user_enrolments ue JOIN mdl_enrol e ON e.id = ue.enrolid JOIN mdl_course c ON c.id = e.courseid JOIN mdl_user u ON u.id = ue.userid
			WHERE u.email LIKE '%@r.test'" | grep -o '"t":"[^"]*"' | cut -d'"' -f4 | sed "s/^/$night_name /" >>"$dir/looks"
	done
	box=
}
story() {
	awk -v who="$1" -v course="${2:-}" -v method="${3:-manual}" -v nights="$nights" '
		$2 == who && (course == "" || $3 == course) && $4 == method { t = $5; for (i = 6; i <= NF; i++) t = t " " $i; s[$1] = t }
		END { n = split(nights, night, " "); last = ""
			for (i = 1; i <= n; i++) { t = night[i] in s ? s[night[i]] : "-"; if (t != last) out = out (out == "" ? "" : ", ") night[i] " " t; last = t }
			print out }' "$dir/looks"
}
# found CLASS: the open findings of a class: about whom or which document, and the money.
found() {
	sql "SELECT coalesce(string_agg(concat_ws(' ', coalesce(split_part(p.email, '@', 1), d.number, split_part(t.reference, ':', 2)), nullif(f.risk_minor, 0)),
			', ' ORDER BY d.number, p.email, t.reference), '')
		FROM ctok.finding f LEFT JOIN ctok.document d USING (tenant_id, document_id) LEFT JOIN ctok.person p USING (tenant_id, person_id)
		LEFT JOIN ctok.target t USING (tenant_id, target_id) WHERE f.class = '$1' AND f.cleared_at IS NULL"
}
# post: all that the mail server took, a line each: to whom, subject and text. posted WHO PATTERN: how many of them.
post() {
	/usr/bin/python3 - "$dir/mail/new" <<'PY' >"$dir/post"
import email, glob, sys
from email import policy
for file in sorted(glob.glob(sys.argv[1] + "/*")):
    mail = email.message_from_binary_file(open(file, "rb"), policy=policy.default)
    print(mail["X-Envelope-To"], mail["Subject"], " ".join(mail.get_body(("plain",)).get_content().split()), sep=" | ")
PY
}
posted() { grep "^$1@r.test | " "$dir/post" | grep -cE "$2"; }
