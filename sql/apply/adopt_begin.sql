-- Enrolments that somebody else made and that give access which is owed. $1: site, $2: course, $3: e-mails or "#number" of persons; NULL: all.
CREATE TEMP TABLE adopt_item ON COMMIT DROP AS
SELECT g.tenant_id, g.site_id, g.person_id, g.target_id, g.course_id, g.user_id, g.role, g.before_status, g.before_start, g.before_end,
       g.wanted_end, g.ends_at, g.trial, s.name AS site, coalesce(c.shortname, split_part(t.reference, ':', 2)) AS course, st.read_level, f.fresh
  FROM rule.access_gap g
  JOIN ctok.site s ON s.tenant_id = g.tenant_id AND s.site_id = g.site_id
  JOIN ctok.target t ON t.tenant_id = g.tenant_id AND t.target_id = g.target_id
  JOIN ctok.site_state st ON st.tenant_id = g.tenant_id AND st.site_id = g.site_id
  JOIN rule.site_fresh f ON f.tenant_id = g.tenant_id AND f.site_id = g.site_id
  LEFT JOIN ctok.mirror_course c ON c.tenant_id = g.tenant_id AND c.site_id = g.site_id AND c.course_id = g.course_id
 WHERE g.tenant_id = ctok.current_tenant() AND g.gap = 'ALREADY_ENROLLED'
   AND ($1::text IS NULL OR s.name = $1)
   AND ($2::text IS NULL OR lower(coalesce(c.shortname, split_part(t.reference, ':', 2))) = lower($2))
   AND ($3::text[] IS NULL
        OR '#' || g.person_id = ANY ($3::text[])
        OR EXISTS (SELECT 1 FROM ctok.person_email e
                    WHERE e.tenant_id = g.tenant_id AND e.person_id = g.person_id AND e.email IN (SELECT lower(x) FROM unnest($3::text[]) AS x)))
