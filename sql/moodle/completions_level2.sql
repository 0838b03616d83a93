-- Level 2: to the minute, unless the mirror knows the second. The report shows completions of enrolled learners only: others stay.
INSERT INTO read_completion
SELECT x.course_id, x.user_id,
       CASE WHEN date_trunc('minute', m.completed_at, 'UTC') = x.completed_at THEN m.completed_at ELSE x.completed_at END
  FROM (SELECT c.course_id, l.user_id, to_timestamp(max(r.completed)) AS completed_at
          FROM read_report r
          JOIN read_course c ON c.shown = r.shown
          JOIN read_listing l ON l.course_id = c.course_id AND l.username = r.username
         WHERE r.completed > 0
         GROUP BY c.course_id, l.user_id) x
  LEFT JOIN ctok.mirror_completion m ON m.tenant_id = ctok.current_tenant() AND m.site_id = $1 AND m.course_id = x.course_id
                                    AND m.user_id = x.user_id
UNION ALL
SELECT m.course_id, m.user_id, m.completed_at
  FROM ctok.mirror_completion m
 WHERE m.tenant_id = ctok.current_tenant() AND m.site_id = $1
   AND NOT EXISTS (SELECT 1 FROM read_listing l WHERE l.course_id = m.course_id AND l.user_id = m.user_id)
