-- Enrolments: only what differs is written; noted unless it is just when the row was made or how it was read.
WITH mirror AS (
    SELECT * FROM ctok.mirror_enrolment WHERE tenant_id = ctok.current_tenant() AND site_id = $1
), change AS MATERIALIZED (
    SELECT coalesce(s.course_id, m.course_id) AS course_id, coalesce(s.user_id, m.user_id) AS user_id, coalesce(s.method, m.method) AS method,
           s.user_id IS NULL AS gone, m.user_id IS NULL AS fresh, s.active, s.status, s.time_start, s.time_end, s.time_created, s.roles,
           (s.active, s.status, s.time_start, s.time_end, s.roles)
           IS DISTINCT FROM (m.active, m.status, m.time_start, m.time_end, m.roles) AS matters
      FROM read_enrolment s
      FULL JOIN mirror m ON m.course_id = s.course_id AND m.user_id = s.user_id AND m.method = s.method
     WHERE (s.user_id, s.active, s.status, s.time_start, s.time_end, s.time_created, s.roles, $2::smallint)
           IS DISTINCT FROM (m.user_id, m.active, m.status, m.time_start, m.time_end, m.time_created, m.roles, m.read_level)
), removed AS (
    DELETE FROM ctok.mirror_enrolment m USING change c
     WHERE c.gone AND m.tenant_id = ctok.current_tenant() AND m.site_id = $1 AND m.course_id = c.course_id AND m.user_id = c.user_id
       AND m.method = c.method
), changed AS (
    UPDATE ctok.mirror_enrolment m
       SET active = c.active, status = c.status, time_start = c.time_start, time_end = c.time_end, time_created = c.time_created,
           roles = c.roles, read_level = $2::smallint
      FROM change c
     WHERE NOT c.gone AND NOT c.fresh AND m.tenant_id = ctok.current_tenant() AND m.site_id = $1 AND m.course_id = c.course_id
       AND m.user_id = c.user_id AND m.method = c.method
), added AS (
    INSERT INTO ctok.mirror_enrolment (tenant_id, site_id, course_id, user_id, method, active, status, time_start, time_end, time_created,
                                       roles, read_level)
    SELECT ctok.current_tenant(), $1, course_id, user_id, method, active, status, time_start, time_end, time_created, roles, $2::smallint
      FROM change
     WHERE fresh
     ORDER BY course_id, user_id, method       -- in the order of the key: half the time of a large first reading
), noted AS (
    INSERT INTO ctok.dirty_access (tenant_id, site_id, user_id, course_id)
    SELECT DISTINCT ctok.current_tenant(), $1::bigint, user_id, course_id FROM change WHERE matters ORDER BY user_id, course_id
    ON CONFLICT DO NOTHING
)
SELECT count(*) AS changed FROM change
