/* The course total of course $1, of user $2 or (0) of everybody enrolled. Items of activities are left out, as for an account that may not see them. */
WITH learner AS (
	SELECT DISTINCT u.id, u.firstname || ' ' || u.lastname AS fullname, u.lastname, u.firstname, u.idnumber
	FROM mdl_user u
	WHERE u.id = $2::bigint OR ($2::bigint = 0 AND EXISTS (SELECT FROM mdl_user_enrolments ue JOIN mdl_enrol e ON e.id = ue.enrolid
		WHERE e.courseid = $1::bigint AND ue.userid = u.id))
)
SELECT c.idnumber, l.id, l.fullname, l.idnumber, coalesce(i.id, 0), coalesce(i.iteminstance, 0), trim_scale(g.finalgrade), CASE WHEN g.finalgrade IS NOT NULL THEN g.timemodified END,
	round(g.finalgrade, 2), trim_scale(coalesce(i.grademin, 0)), trim_scale(coalesce(i.grademax, 0)),
	round(100 * (g.finalgrade - i.grademin) / nullif(i.grademax - i.grademin, 0), 2)
FROM mdl_course c
CROSS JOIN learner l
LEFT JOIN mdl_grade_items i ON i.courseid = c.id AND i.itemtype = 'course'
LEFT JOIN mdl_grade_grades g ON g.itemid = i.id AND g.userid = l.id
WHERE c.id = $1::bigint
ORDER BY l.lastname, l.firstname, l.id
