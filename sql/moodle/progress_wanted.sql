-- Levels 2 and 3: learners the site is asked about tonight: who was in a course since the site was asked about them, first; then whoever it was not asked about
-- for a week, because a grade may come without the learner. Whoever was never there is not asked about. Of people we know, no more than $2; $3: now. "due":
-- how many there are.
WITH due AS (
    SELECT s.course_id, s.user_id, p.asked_at, s.last_access > coalesce(p.last_access, 0) AS moved
      FROM read_seen s
      JOIN ctok.account k ON k.tenant_id = ctok.current_tenant() AND k.site_id = $1 AND k.user_id = s.user_id
      LEFT JOIN ctok.mirror_progress p ON p.tenant_id = k.tenant_id AND p.site_id = k.site_id AND p.course_id = s.course_id AND p.user_id = s.user_id
     WHERE s.last_access > coalesce(p.last_access, 0) OR p.user_id IS NOT NULL AND coalesce(p.asked_at, '-infinity') <= to_timestamp($3::bigint) - interval '7 days'
)
SELECT course_id, user_id, count(*) OVER () AS due
  FROM due
 ORDER BY moved DESC, asked_at NULLS FIRST, course_id, user_id
 LIMIT $2::bigint
