-- The enrolments to look at on a site ($1).
SELECT DISTINCT i.course_id, i.user_id, coalesce(u.username, '') AS username
  FROM undo_item i
  LEFT JOIN ctok.mirror_user u ON u.tenant_id = ctok.current_tenant() AND u.site_id = i.site_id AND u.user_id = i.user_id
 WHERE i.site_id = $1::bigint AND i.course_id IS NOT NULL AND i.user_id IS NOT NULL
 ORDER BY 1, 2
