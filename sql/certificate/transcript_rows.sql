-- What a person has completed: every certificate that holds, and what Moodle says was completed and has none, the earliest first. $1: person.
SELECT r.course, coalesce(r.serial, '') AS serial, extract(epoch FROM r.completed_at)::bigint AS completed,
       coalesce(extract(epoch FROM r.valid_until)::bigint, 0) AS valid_until
  FROM (SELECT i.course_name AS course, i.serial, i.completed_at, i.valid_until
          FROM ctok.issue i
         WHERE i.tenant_id = ctok.current_tenant() AND i.person_id = $1::bigint AND i.state = 'live'
         UNION ALL
        SELECT c.fullname, NULL, m.completed_at, NULL
          FROM ctok.account a
          JOIN ctok.mirror_completion m ON m.tenant_id = a.tenant_id AND m.site_id = a.site_id AND m.user_id = a.user_id
          JOIN ctok.mirror_course c ON c.tenant_id = m.tenant_id AND c.site_id = m.site_id AND c.course_id = m.course_id
         WHERE a.tenant_id = ctok.current_tenant() AND a.person_id = $1::bigint
           AND NOT EXISTS (SELECT 1 FROM ctok.issue i
                            WHERE i.tenant_id = a.tenant_id AND i.person_id = a.person_id AND i.site_id = m.site_id AND i.course_id = m.course_id
                              AND i.completed_at = m.completed_at AND i.state = 'live')) r
 ORDER BY r.completed_at, r.course, r.serial
