/* A page of the participants at $1; $2 only active ones; $3 the report's own sort columns; $4 offset, $5 limit. Without a sort the order is
 * stable here, in Moodle it is not defined. */
SELECT c.id, c.fullname, c.shortname, c.idnumber, e.enrol, e.enrol, u.id, u.username, u.email, u.idnumber, u.suspended = 1,
	u.firstname || ' ' || u.lastname, ue.timecreated, CASE ue.timestart WHEN 0 THEN ue.timecreated ELSE ue.timestart END, ue.timeend,
	CASE WHEN ue.id IS NULL THEN NULL WHEN ue.status = 1 THEN 'Suspended'
		WHEN e.status = 0 AND ue.timestart <= $1::bigint AND (ue.timeend = 0 OR ue.timeend > $1::bigint) THEN 'Active' ELSE 'Not current' END,
	CASE WHEN cc.id IS NULL THEN NULL ELSE coalesce(cc.timecompleted, 0) > 0 END, cc.timecompleted
FROM mdl_course c
JOIN mdl_course_categories k ON k.id = c.category
LEFT JOIN mdl_enrol e ON e.courseid = c.id
LEFT JOIN mdl_user_enrolments ue ON ue.enrolid = e.id
LEFT JOIN mdl_user u ON u.id = ue.userid AND u.deleted = 0
LEFT JOIN mdl_course_completions cc ON cc.course = c.id AND cc.userid = u.id
WHERE c.id <> 1 AND (NOT $2::boolean OR (ue.status = 0 AND e.status = 0 AND ue.timestart <= $1::bigint AND (ue.timeend = 0 OR ue.timeend > $1::bigint)))
ORDER BY CASE WHEN $3 LIKE 'course:shortname%' THEN c.shortname WHEN $3 LIKE 'user:username%' THEN u.username WHEN $3 LIKE 'user:email%' THEN u.email END,
	u.id IS NULL, u.id, ue.id, e.id
OFFSET $4::bigint LIMIT $5::bigint
