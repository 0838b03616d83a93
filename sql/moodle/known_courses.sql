-- Courses the mirror has.
SELECT course_id FROM ctok.mirror_course WHERE tenant_id = ctok.current_tenant() AND site_id = $1 ORDER BY course_id
