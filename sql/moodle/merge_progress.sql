-- Progress of the people we know: only what differs is written.
WITH mirror AS (
    SELECT * FROM ctok.mirror_progress WHERE tenant_id = ctok.current_tenant() AND site_id = $1
), known AS (
    SELECT DISTINCT r.*
      FROM read_progress r
      JOIN ctok.account k ON k.tenant_id = ctok.current_tenant() AND k.site_id = $1 AND k.user_id = r.user_id
), change AS MATERIALIZED (
    SELECT coalesce(r.course_id, m.course_id) AS course_id, coalesce(r.user_id, m.user_id) AS user_id, r.last_access, r.done, r.reached, r.grade, r.asked_at
      FROM known r
      FULL JOIN mirror m ON m.course_id = r.course_id AND m.user_id = r.user_id
     WHERE (r.last_access, r.done, r.reached, r.grade, r.asked_at) IS DISTINCT FROM (m.last_access, m.done, m.reached, m.grade, m.asked_at)
), removed AS (
    DELETE FROM ctok.mirror_progress m USING change c
     WHERE c.done IS NULL AND m.tenant_id = ctok.current_tenant() AND m.site_id = $1 AND m.course_id = c.course_id AND m.user_id = c.user_id
), written AS (
    INSERT INTO ctok.mirror_progress (tenant_id, site_id, course_id, user_id, last_access, done, reached, grade, asked_at)
    SELECT ctok.current_tenant(), $1, course_id, user_id, last_access, done, reached, grade, asked_at FROM change WHERE done IS NOT NULL ORDER BY course_id, user_id
    ON CONFLICT (tenant_id, site_id, course_id, user_id) DO UPDATE
       SET last_access = excluded.last_access, done = excluded.done, reached = excluded.reached, grade = excluded.grade, asked_at = excluded.asked_at
)
SELECT count(*) AS changed FROM change
