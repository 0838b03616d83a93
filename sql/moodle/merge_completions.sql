-- Completions: only what differs is written, and noted.
WITH mirror AS (
    SELECT * FROM ctok.mirror_completion WHERE tenant_id = ctok.current_tenant() AND site_id = $1
), change AS MATERIALIZED (
    SELECT coalesce(s.course_id, m.course_id) AS course_id, coalesce(s.user_id, m.user_id) AS user_id,
           s.user_id IS NULL AS gone, m.user_id IS NULL AS fresh, s.completed_at
      FROM read_completion s
      FULL JOIN mirror m ON m.course_id = s.course_id AND m.user_id = s.user_id
     WHERE s.completed_at IS DISTINCT FROM m.completed_at
), removed AS (
    DELETE FROM ctok.mirror_completion m USING change c
     WHERE c.gone AND m.tenant_id = ctok.current_tenant() AND m.site_id = $1 AND m.course_id = c.course_id AND m.user_id = c.user_id
), changed AS (
    UPDATE ctok.mirror_completion m SET completed_at = c.completed_at
      FROM change c
     WHERE NOT c.gone AND NOT c.fresh AND m.tenant_id = ctok.current_tenant() AND m.site_id = $1 AND m.course_id = c.course_id
       AND m.user_id = c.user_id
), added AS (
    INSERT INTO ctok.mirror_completion (tenant_id, site_id, course_id, user_id, completed_at)
    SELECT ctok.current_tenant(), $1, course_id, user_id, completed_at FROM change WHERE fresh ORDER BY course_id, user_id
), noted AS (
    INSERT INTO ctok.dirty_access (tenant_id, site_id, user_id, course_id)
    SELECT ctok.current_tenant(), $1, user_id, course_id FROM change ORDER BY user_id, course_id
    ON CONFLICT DO NOTHING
)
SELECT count(*) AS changed FROM change
