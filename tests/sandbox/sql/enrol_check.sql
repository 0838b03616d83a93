/* The first row of a batch that Moodle refuses, and why; no row: all good. $1 roles, $2 users, $3 courses; $4 enrol (else unenrol);
 * $5 caller views every course, $6 hidden ones too, $7 may (un)enrol, $8 the caller's roles, $9 the caller, $10 now, $11 the caller's
 * password is to be changed first, $12 may assign roles at all. */
SELECT reason, userid, courseid, roleid
FROM (
	SELECT n.ord, n.userid, n.courseid, n.roleid, CASE
		WHEN c.id IS NULL THEN CASE WHEN $4::boolean THEN 'context' ELSE 'course' END
		WHEN $11::boolean OR NOT (c.id = 1 OR ((c.visible = 1 OR $6::boolean) AND ($5::boolean
			OR EXISTS (SELECT FROM mdl_enrol g WHERE g.courseid = c.id AND g.enrol = 'guest' AND g.status = 0)
			OR EXISTS (SELECT FROM mdl_enrol o JOIN mdl_user_enrolments ue ON ue.enrolid = o.id WHERE o.courseid = c.id AND o.status = 0
				AND ue.userid = $9::bigint AND ue.status = 0 AND ue.timestart <= $10::bigint AND (ue.timeend = 0 OR ue.timeend > $10::bigint)))))
			THEN 'access'
		WHEN NOT $7::boolean THEN CASE WHEN $4::boolean THEN 'enrol' ELSE 'unenrol' END
		WHEN NOT $4::boolean AND e.id IS NULL THEN 'instance'
		WHEN u.id IS NULL THEN 'unknown'
		WHEN u.deleted = 1 THEN 'deleted'
		WHEN u.confirmed = 0 THEN 'unconfirmed'
		WHEN u.id = 1 THEN 'guest'
		WHEN NOT $4::boolean THEN NULL
		WHEN NOT $12::boolean OR NOT EXISTS (SELECT FROM mdl_role_allow_assign a WHERE a.roleid = ANY ($8::bigint[]) AND a.allowassign = n.roleid) THEN 'role'
		WHEN e.id IS NULL OR e.status <> 0 THEN 'instance'
		END AS reason
	FROM unnest($1::bigint[], $2::bigint[], $3::bigint[]) WITH ORDINALITY AS n (roleid, userid, courseid, ord)
	LEFT JOIN mdl_course c ON c.id = n.courseid
	LEFT JOIN mdl_user u ON u.id = n.userid
	LEFT JOIN mdl_enrol e ON e.courseid = n.courseid AND e.enrol = 'manual'
) checked
WHERE reason IS NOT NULL
ORDER BY ord
LIMIT 1
