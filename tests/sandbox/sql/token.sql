/* Who calls, by which service, and what the account may do in the system context. */
SELECT t.userid, t.validuntil, t.iprestriction, u.username, u.confirmed = 1, u.suspended = 1, u.timezone, t.externalserviceid, c.caps, c.roles,
	EXISTS (SELECT FROM mdl_user_preferences p WHERE p.userid = u.id AND p.name = 'auth_forcepasswordchange' AND p.value = '1')
FROM mdl_external_tokens t
JOIN mdl_user u ON u.id = t.userid AND u.deleted = 0
CROSS JOIN LATERAL (
	SELECT string_agg(rc.capability, ',') FILTER (WHERE rc.permission = 1) AS caps, array_agg(DISTINCT r.roleid) AS roles
	FROM (SELECT roleid FROM mdl_role_assignments WHERE userid = u.id AND contextid = 1 UNION SELECT 7) r
	LEFT JOIN mdl_role_capabilities rc ON rc.roleid = r.roleid AND rc.contextid = 1
) c
WHERE t.token = $1
