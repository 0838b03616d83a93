/* Take the manual enrolments of users $1 in courses $2 away. */
WITH gone AS (
	DELETE FROM mdl_user_enrolments ue
	USING unnest($1::bigint[], $2::bigint[]) AS n (userid, courseid)
	JOIN mdl_enrol e ON e.courseid = n.courseid AND e.enrol = 'manual'
	WHERE ue.enrolid = e.id AND ue.userid = n.userid
	RETURNING 1
)
SELECT count(*) FROM gone
