-- Level 3: learners who may have completed a course since: of enrolments of ours, and of the courses that a gate waits for. They are active (others Moodle
-- does not tell), the course has completion, and they are not known as having completed it.
WITH looked AS (
    SELECT g.tenant_id, g.site_id, g.course_id, g.user_id
      FROM ctok.managed g
     WHERE g.tenant_id = ctok.current_tenant() AND g.site_id = $1
    UNION
    SELECT k.tenant_id, k.site_id, coalesce(o.course_id, t.course_id), k.user_id
      FROM ctok.gate w
      JOIN ctok.entitlement e ON e.tenant_id = w.tenant_id AND e.unit_id = w.unit_id AND e.target_id = w.target_id
      JOIN ctok.rule_requires q ON q.tenant_id = w.tenant_id AND q.rule_id = w.rule_id
      JOIN ctok.target t ON t.tenant_id = q.tenant_id AND t.target_id = q.target_id
      LEFT JOIN ctok.target o ON o.tenant_id = t.tenant_id AND o.target_id = t.same_as
      JOIN ctok.account k ON k.tenant_id = t.tenant_id AND k.site_id = t.site_id AND k.person_id = e.person_id
     WHERE w.tenant_id = ctok.current_tenant() AND w.opened_at IS NULL AND t.site_id = $1
)
SELECT g.course_id, g.user_id
  FROM looked g
  JOIN read_course c ON c.course_id = g.course_id AND c.completion
  JOIN read_enrolment e ON e.course_id = g.course_id AND e.user_id = g.user_id AND e.active
 WHERE NOT EXISTS (SELECT 1 FROM ctok.mirror_completion m
                    WHERE m.tenant_id = g.tenant_id AND m.site_id = g.site_id AND m.course_id = g.course_id AND m.user_id = g.user_id)
 ORDER BY g.course_id, g.user_id
