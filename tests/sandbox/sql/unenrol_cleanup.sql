/* After a user's last enrolment in a course: roles, groups, grades and last access go, completion stays. */
WITH last AS (
	SELECT DISTINCT n.userid, n.courseid, x.id AS contextid
	FROM unnest($1::bigint[], $2::bigint[]) AS n (userid, courseid)
	JOIN mdl_context x ON x.contextlevel = 50 AND x.instanceid = n.courseid
	WHERE NOT EXISTS (SELECT FROM mdl_user_enrolments ue JOIN mdl_enrol e ON e.id = ue.enrolid WHERE ue.userid = n.userid AND e.courseid = n.courseid)
), roles AS (
	DELETE FROM mdl_role_assignments a USING last WHERE a.contextid = last.contextid AND a.userid = last.userid
), members AS (
	DELETE FROM mdl_groups_members m USING last, mdl_groups g WHERE m.groupid = g.id AND g.courseid = last.courseid AND m.userid = last.userid
), grades AS (
	DELETE FROM mdl_grade_grades gg USING last, mdl_grade_items i WHERE gg.itemid = i.id AND i.courseid = last.courseid AND gg.userid = last.userid
)
DELETE FROM mdl_user_lastaccess la USING last WHERE la.userid = last.userid AND la.courseid = last.courseid
