-- What became of a revert's plan ($1): how much was undone, and each action that was not.
SELECT a.state, coalesce(c.shortname, '') AS course, p.display_name AS name, p.email, a.failure
  FROM ctok.action a
  JOIN ctok.person p ON p.tenant_id = a.tenant_id AND p.person_id = a.person_id
  LEFT JOIN ctok.mirror_course c ON c.tenant_id = a.tenant_id AND c.site_id = a.site_id AND c.course_id = a.course_id
 WHERE a.tenant_id = ctok.current_tenant() AND a.plan_id = $1::bigint AND a.state <> 'done'
 ORDER BY c.shortname, p.display_name, p.email, a.action_id
