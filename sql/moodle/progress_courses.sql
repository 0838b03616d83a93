-- Courses of site $1 that rules name, those of the configuration ($2) and earlier ones.
SELECT c.course_id
  FROM ctok.mirror_course c
 WHERE c.tenant_id = ctok.current_tenant() AND c.site_id = $1
   AND ($2::text[] && ARRAY['shortname:' || c.shortname, 'idnumber:' || c.idnumber, 'id:' || c.course_id]
        OR EXISTS (SELECT 1 FROM ctok.target t WHERE t.tenant_id = c.tenant_id AND t.site_id = c.site_id AND t.course_id = c.course_id))
 ORDER BY c.course_id
