-- Level 3: what was known stays.
INSERT INTO read_completion
SELECT m.course_id, m.user_id, m.completed_at
  FROM ctok.mirror_completion m
 WHERE m.tenant_id = ctok.current_tenant() AND m.site_id = $1
   AND NOT EXISTS (SELECT 1 FROM read_completion r WHERE r.course_id = m.course_id AND r.user_id = m.user_id)
