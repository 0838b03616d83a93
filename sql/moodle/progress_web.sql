-- Levels 2 and 3: what was said of whom the site was asked about ($2: now); of the others what is known, and when they were there last stays too, so that
-- they are asked about when their turn comes. Activities are those of the last learner asked about in each course.
WITH told AS (
    SELECT course_id, user_id, count(*) FILTER (WHERE done) AS done,
           coalesce((array_agg(activity_id ORDER BY place DESC) FILTER (WHERE done))[1], 0) AS reached
      FROM read_status
     GROUP BY course_id, user_id
), list AS (
    INSERT INTO read_activity
    SELECT s.course_id, s.activity_id, s.place, s.kind
      FROM read_status s
      JOIN (SELECT course_id, max(user_id) AS user_id FROM read_asked GROUP BY course_id) l USING (course_id, user_id)
    UNION ALL
    SELECT m.course_id, m.activity_id, m.place, m.kind
      FROM ctok.mirror_activity m
     WHERE m.tenant_id = ctok.current_tenant() AND m.site_id = $1 AND m.course_id NOT IN (SELECT course_id FROM read_asked)
)
INSERT INTO read_progress
SELECT a.course_id, a.user_id, s.last_access, coalesce(t.done, 0), coalesce(t.reached, 0), round(100 * (g.raw - g.least) / nullif(g.most - g.least, 0), 2),
       to_timestamp($2::bigint)
  FROM read_asked a
  JOIN read_seen s USING (course_id, user_id)
  LEFT JOIN told t USING (course_id, user_id)
  LEFT JOIN read_grade g USING (course_id, user_id)
UNION ALL
SELECT m.course_id, m.user_id, m.last_access, m.done, m.reached, m.grade, m.asked_at
  FROM ctok.mirror_progress m
 WHERE m.tenant_id = ctok.current_tenant() AND m.site_id = $1
   AND NOT EXISTS (SELECT 1 FROM read_asked a WHERE a.course_id = m.course_id AND a.user_id = m.user_id)
