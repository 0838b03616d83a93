-- What a person has completed: every certificate that holds, and what Moodle says was completed and has none, the earliest first; and what the place
-- in the course cost, when last one was bought before it was completed (not of a unit that is for several courses: its price is of them all).
-- $1: person.
SELECT r.course, coalesce(r.serial, '') AS serial, extract(epoch FROM r.completed_at)::bigint AS completed,
       coalesce(extract(epoch FROM r.valid_until)::bigint, 0) AS valid_until,
       coalesce(p.price_minor, 0) AS paid, coalesce(p.currency, '') AS currency
  FROM (SELECT i.course_name AS course, i.serial, i.completed_at, i.valid_until, i.site_id, i.course_id
          FROM ctok.issue i
         WHERE i.tenant_id = ctok.current_tenant() AND i.person_id = $1::bigint AND i.state = 'live'
         UNION ALL
        SELECT c.fullname, NULL, m.completed_at, NULL, m.site_id, m.course_id
          FROM ctok.account a
          JOIN ctok.mirror_completion m ON m.tenant_id = a.tenant_id AND m.site_id = a.site_id AND m.user_id = a.user_id
          JOIN ctok.mirror_course c ON c.tenant_id = m.tenant_id AND c.site_id = m.site_id AND c.course_id = m.course_id
         WHERE a.tenant_id = ctok.current_tenant() AND a.person_id = $1::bigint
           AND NOT EXISTS (SELECT 1 FROM ctok.issue i
                            WHERE i.tenant_id = a.tenant_id AND i.person_id = a.person_id AND i.site_id = m.site_id AND i.course_id = m.course_id
                              AND i.completed_at = m.completed_at AND i.state = 'live')) r
  LEFT JOIN LATERAL (
        SELECT CASE WHEN NOT u.several THEN e.price_minor END AS price_minor, CASE WHEN NOT u.several THEN e.currency END AS currency
          FROM ctok.target t
          JOIN ctok.entitlement e ON e.tenant_id = t.tenant_id AND e.target_id = t.target_id AND e.person_id = $1::bigint
         CROSS JOIN LATERAL (SELECT EXISTS (SELECT 1 FROM ctok.entitlement o
                                             WHERE o.tenant_id = e.tenant_id AND o.unit_id = e.unit_id AND o.target_id <> e.target_id) AS several) u
         WHERE t.tenant_id = ctok.current_tenant() AND t.site_id = r.site_id AND t.course_id = r.course_id
           AND (e.revoked_at IS NULL OR e.revoked_why = 'subscription') AND e.starts_at <= r.completed_at
         ORDER BY e.starts_at DESC, e.entitlement_id DESC
         LIMIT 1
       ) p ON true
 ORDER BY r.completed_at, r.course, r.serial
