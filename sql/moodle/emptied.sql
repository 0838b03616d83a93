-- Courses listed as empty in which the mirror has participants.
SELECT s.course_id
  FROM read_scope s
 WHERE EXISTS (SELECT 1 FROM ctok.mirror_enrolment m
                WHERE m.tenant_id = ctok.current_tenant() AND m.site_id = $1 AND m.course_id = s.course_id)
   AND NOT EXISTS (SELECT 1 FROM read_listing l WHERE l.course_id = s.course_id)
 ORDER BY s.course_id
