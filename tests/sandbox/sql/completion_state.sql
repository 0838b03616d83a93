/* Is user $2 actively enrolled in course $1 at $3, has the course been completed, and is every criterion needed (1) or any (2)? */
SELECT EXISTS (SELECT FROM mdl_enrol e JOIN mdl_user_enrolments ue ON ue.enrolid = e.id
		WHERE e.courseid = $1::bigint AND e.status = 0 AND ue.userid = $2::bigint AND ue.status = 0 AND ue.timestart <= $3::bigint
		AND (ue.timeend = 0 OR ue.timeend > $3::bigint)),
	EXISTS (SELECT FROM mdl_course_completions WHERE course = $1::bigint AND userid = $2::bigint AND timecompleted > 0),
	coalesce((SELECT method FROM mdl_course_completion_aggr_methd WHERE course = $1::bigint AND criteriatype IS NULL LIMIT 1), 1)
