/* May user $2 enter course $1? $3: may view every course, $4: hidden ones too, $5: now. The front page is open to all. */
SELECT c.id = 1 OR ((c.visible = 1 OR $4::boolean) AND ($3::boolean
	OR EXISTS (SELECT FROM mdl_enrol e WHERE e.courseid = c.id AND e.enrol = 'guest' AND e.status = 0)
	OR EXISTS (SELECT FROM mdl_enrol e JOIN mdl_user_enrolments ue ON ue.enrolid = e.id
		WHERE e.courseid = c.id AND e.status = 0 AND ue.userid = $2::bigint AND ue.status = 0 AND ue.timestart <= $5::bigint
		AND (ue.timeend = 0 OR ue.timeend > $5::bigint))))
FROM mdl_course c
WHERE c.id = $1::bigint
