-- Activities: only what differs is written.
WITH mirror AS (
    SELECT * FROM ctok.mirror_activity WHERE tenant_id = ctok.current_tenant() AND site_id = $1
), change AS MATERIALIZED (
    SELECT coalesce(r.course_id, m.course_id) AS course_id, coalesce(r.activity_id, m.activity_id) AS activity_id, r.place, r.kind
      FROM read_activity r
      FULL JOIN mirror m ON m.course_id = r.course_id AND m.activity_id = r.activity_id
     WHERE (r.place, r.kind) IS DISTINCT FROM (m.place, m.kind)
), removed AS (
    DELETE FROM ctok.mirror_activity m USING change c
     WHERE c.place IS NULL AND m.tenant_id = ctok.current_tenant() AND m.site_id = $1 AND m.course_id = c.course_id AND m.activity_id = c.activity_id
), written AS (
    INSERT INTO ctok.mirror_activity (tenant_id, site_id, course_id, activity_id, place, kind)
    SELECT ctok.current_tenant(), $1, course_id, activity_id, place, kind FROM change WHERE place IS NOT NULL
    ON CONFLICT (tenant_id, site_id, course_id, activity_id) DO UPDATE SET place = excluded.place, kind = excluded.kind
)
SELECT count(*) AS changed FROM change
