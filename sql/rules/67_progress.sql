-- How far learners are (docs/architecture.md, "Progress"). Nothing here decides about access.

-- A row for each paid term of a person in a course: the newest one that has begun, and those before it that were completed. One that was renewed without
-- having been completed goes on in the next, so it is not counted beside it.
CREATE VIEW rule.learning WITH (security_invoker = true) AS
WITH term AS (
    SELECT e.tenant_id, e.site_id, e.person_id, e.target_id, e.cycle, min(e.starts_at) AS starts_at,
           e.cycle = max(e.cycle) OVER (PARTITION BY e.tenant_id, e.person_id, e.target_id) AS newest
      FROM rule.entitlement_live e
     WHERE NOT e.before_live AND e.starts_at <= rule.now()
     GROUP BY e.tenant_id, e.site_id, e.person_id, e.target_id, e.cycle
), activities AS (
    SELECT tenant_id, site_id, course_id, count(*) AS activities FROM ctok.mirror_activity GROUP BY tenant_id, site_id, course_id
)
SELECT c.tenant_id, c.site_id, c.person_id, c.target_id, t.course_id, k.user_id, c.cycle, c.newest, s.status,
       -- A course without activities has no progress; nor has a term for which Moodle still shows what was done in an earlier one.
       CASE WHEN a.activities IS NULL OR g.read_at IS NULL OR n.earlier THEN NULL
            WHEN NOT c.newest THEN 100.0
            ELSE 100.0 * least(coalesce(p.done, 0), a.activities) / a.activities END AS progress,
       CASE WHEN NOT n.earlier THEN p.grade END AS grade,
       CASE WHEN c.newest THEN nullif(p.last_access, 0) END AS last_access,
       CASE WHEN c.newest AND NOT n.earlier THEN coalesce(r.place, 0) END AS reached
  FROM term c
  JOIN ctok.target t ON t.tenant_id = c.tenant_id AND t.target_id = c.target_id AND t.course_id IS NOT NULL
  LEFT JOIN ctok.account k ON k.tenant_id = c.tenant_id AND k.site_id = c.site_id AND k.person_id = c.person_id
  LEFT JOIN ctok.mirror_progress p ON p.tenant_id = c.tenant_id AND p.site_id = c.site_id AND p.course_id = t.course_id AND p.user_id = k.user_id
  LEFT JOIN activities a ON a.tenant_id = c.tenant_id AND a.site_id = c.site_id AND a.course_id = t.course_id
  LEFT JOIN ctok.mirror_activity r ON r.tenant_id = c.tenant_id AND r.site_id = c.site_id AND r.course_id = t.course_id AND r.activity_id = p.reached
  LEFT JOIN ctok.progress_state g ON g.tenant_id = c.tenant_id AND g.site_id = c.site_id
  LEFT JOIN rule.completion_cycle d ON d.tenant_id = c.tenant_id AND d.site_id = c.site_id AND d.person_id = c.person_id AND d.target_id = c.target_id
 CROSS JOIN LATERAL (SELECT coalesce(d.cycle < c.cycle, false) AS earlier) n
 CROSS JOIN LATERAL (
        SELECT CASE WHEN d.cycle = c.cycle THEN 'completed'
                    WHEN p.last_access >= extract(epoch FROM c.starts_at) OR (p.done > 0 AND NOT n.earlier) THEN 'in_progress'
                    ELSE 'not_started' END AS status
       ) s
 WHERE c.newest OR d.cycle = c.cycle;

-- Whoever may enter a course that we sell and is there by no sale: enrolled by hand, by themselves, by another system. Staff is not meant.
CREATE VIEW rule.enrolled_otherwise WITH (security_invoker = true) AS
SELECT DISTINCT m.tenant_id, m.site_id, m.course_id, m.user_id
  FROM ctok.mirror_enrolment m
  JOIN (SELECT DISTINCT tenant_id, site_id, course_id FROM ctok.target WHERE course_id IS NOT NULL) t
       ON t.tenant_id = m.tenant_id AND t.site_id = m.site_id AND t.course_id = m.course_id
 WHERE m.active
   AND NOT EXISTS (SELECT 1
                     FROM ctok.account k
                     JOIN ctok.target o ON o.tenant_id = k.tenant_id AND o.site_id = k.site_id AND o.course_id = m.course_id
                     JOIN ctok.access a ON a.tenant_id = k.tenant_id AND a.person_id = k.person_id AND a.target_id = o.target_id
                                       AND a.state IN ('active', 'grace', 'held', 'pending')
                    WHERE k.tenant_id = m.tenant_id AND k.site_id = m.site_id AND k.user_id = m.user_id)
   AND NOT EXISTS (SELECT 1 FROM rule.staff_row f
                    WHERE f.tenant_id = m.tenant_id AND f.site_id = m.site_id AND f.course_id = m.course_id AND f.user_id = m.user_id);
