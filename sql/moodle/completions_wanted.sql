-- Level 3: enrolments of ours whose learners may have completed since: active (others Moodle does not tell), course with completion, not
-- known as completed.
SELECT g.course_id, g.user_id
  FROM ctok.managed g
  JOIN read_course c ON c.course_id = g.course_id AND c.completion
  JOIN read_enrolment e ON e.course_id = g.course_id AND e.user_id = g.user_id AND e.active
 WHERE g.tenant_id = ctok.current_tenant() AND g.site_id = $1
   AND NOT EXISTS (SELECT 1 FROM ctok.mirror_completion m
                    WHERE m.tenant_id = g.tenant_id AND m.site_id = g.site_id AND m.course_id = g.course_id AND m.user_id = g.user_id)
 ORDER BY g.course_id, g.user_id
