-- Level 3 reads participants of courses that rules name (those of the configuration, $2, and earlier ones) or that hold an enrolment
-- of ours.
INSERT INTO read_scope
SELECT c.course_id
  FROM read_course c
 WHERE EXISTS (SELECT 1 FROM ctok.target t
                WHERE t.tenant_id = ctok.current_tenant() AND t.site_id = $1
                  AND (t.course_id = c.course_id
                       OR t.reference IN ('shortname:' || c.shortname, 'idnumber:' || c.idnumber, 'id:' || c.course_id)))
    OR $2::text[] && ARRAY['shortname:' || c.shortname, 'idnumber:' || c.idnumber, 'id:' || c.course_id]
    OR EXISTS (SELECT 1 FROM ctok.managed m
                WHERE m.tenant_id = ctok.current_tenant() AND m.site_id = $1 AND m.course_id = c.course_id)
