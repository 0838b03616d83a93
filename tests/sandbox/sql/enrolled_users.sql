/* Participants of course $1: $2 only active, $3 only not active ones, at $4 now; $5 group (0: any); $6 capability (null: any); $7 limit from
 * and $8 number (0: all); $9 sort column and $10 direction; $11 with roles, groups and courses. The front page has everybody. Columns as
 * enum user_column. */
WITH enrolled AS (
	SELECT ue.userid, bool_or(ue.status = 0 AND e.status = 0 AND ue.timestart <= $4::bigint AND (ue.timeend = 0 OR ue.timeend > $4::bigint)) AS active
	FROM mdl_enrol e JOIN mdl_user_enrolments ue ON ue.enrolid = e.id
	WHERE e.courseid = $1::bigint
	GROUP BY ue.userid
	UNION ALL
	SELECT u.id, true FROM mdl_user u WHERE $1::bigint = 1 AND u.deleted = 0
)
SELECT us.id, us.username, us.firstname, us.lastname, us.email, us.address, CASE WHEN 'phone1' = ANY (shown.fields) THEN us.phone1 ELSE '' END,
	CASE WHEN 'phone2' = ANY (shown.fields) THEN us.phone2 ELSE '' END, us.department, us.institution, us.idnumber,
	us.firstaccess, us.lastaccess, us.auth, us.suspended = 1, us.confirmed = 1, us.lang, us.theme, us.timezone, us.mailformat, us.trackforums,
	us.city, us.country, us.maildisplay,
	(SELECT string_agg(concat_ws(E'\x1f', f.datatype, d.data, d.data, f.name, f.shortname), E'\x1e' ORDER BY f.sortorder)
		FROM mdl_user_info_data d JOIN mdl_user_info_field f ON f.id = d.fieldid WHERE d.userid = us.id AND d.data <> ''),
	coalesce(la.timeaccess, 0),
	CASE WHEN $11::boolean THEN (SELECT string_agg(concat_ws(E'\x1f', r.id, r.name, r.shortname, a.sortorder), E'\x1e' ORDER BY r.sortorder, a.id)
		FROM mdl_role_assignments a JOIN mdl_role r ON r.id = a.roleid WHERE a.contextid = x.id AND a.userid = us.id) END,
	CASE WHEN $11::boolean THEN (SELECT string_agg(concat_ws(E'\x1f', g.id, g.name, coalesce(g.description, ''), g.descriptionformat), E'\x1e' ORDER BY g.name)
		FROM mdl_groups_members m JOIN mdl_groups g ON g.id = m.groupid AND g.courseid = $1::bigint WHERE m.userid = us.id) END,
	CASE WHEN $11::boolean THEN (SELECT string_agg(concat_ws(E'\x1f', c.id, c.fullname, c.shortname), E'\x1e' ORDER BY c.visible DESC, c.sortorder)
		FROM mdl_course c WHERE c.category <> 0 AND c.visible = 1 AND EXISTS (SELECT FROM mdl_enrol e2 JOIN mdl_user_enrolments ue2 ON ue2.enrolid = e2.id
			WHERE e2.courseid = c.id AND e2.status = 0 AND ue2.userid = us.id AND ue2.status = 0 AND ue2.timestart <= $4::bigint
			AND (ue2.timeend = 0 OR ue2.timeend > $4::bigint))) END
FROM enrolled n
CROSS JOIN (SELECT coalesce((SELECT string_to_array(value, ',') FROM mdl_config WHERE name = 'showuseridentity'), '{}') AS fields) shown
JOIN mdl_user us ON us.id = n.userid AND us.deleted = 0
JOIN mdl_context x ON x.contextlevel = 50 AND x.instanceid = $1::bigint
LEFT JOIN mdl_user_lastaccess la ON la.userid = us.id AND la.courseid = $1::bigint
WHERE (NOT $2::boolean OR n.active) AND (NOT $3::boolean OR NOT n.active)
	AND ($5::bigint = 0 OR EXISTS (SELECT FROM mdl_groups_members m WHERE m.groupid = $5::bigint AND m.userid = us.id))
	AND ($6::text IS NULL OR EXISTS (SELECT FROM mdl_role_assignments a JOIN mdl_role_capabilities rc ON rc.roleid = a.roleid AND rc.capability = $6
		AND rc.permission = 1 WHERE a.userid = us.id AND a.contextid IN (x.id, 1)))
ORDER BY CASE WHEN $10 = 'DESC' THEN NULL WHEN $9 = 'firstname' THEN us.firstname WHEN $9 = 'lastname' THEN us.lastname
		WHEN $9 = 'siteorder' THEN us.lastname || ' ' || us.firstname END,
	CASE WHEN $10 = 'ASC' THEN NULL WHEN $9 = 'firstname' THEN us.firstname WHEN $9 = 'lastname' THEN us.lastname
		WHEN $9 = 'siteorder' THEN us.lastname || ' ' || us.firstname END DESC,
	CASE WHEN $10 = 'DESC' AND $9 = 'id' THEN us.id END DESC, us.id
OFFSET $7::bigint LIMIT nullif($8::bigint, 0)
