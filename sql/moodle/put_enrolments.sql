-- The mirror shows what we did as the next reading will: at level 3 without method, status and dates.
WITH p AS MATERIALIZED (
    SELECT course_id, user_id, gone, role, CASE WHEN $2 = 3 THEN '?' ELSE 'manual' END AS method,
           status = 0 AND time_start <= $3 AND (time_end = 0 OR time_end > $3) AS active,
           CASE WHEN $2 < 3 THEN status END AS status, CASE WHEN $2 < 3 THEN time_start END AS time_start,
           CASE WHEN $2 < 3 THEN time_end END AS time_end
      FROM put_enrolment
), removed AS (
    DELETE FROM ctok.mirror_enrolment m USING p
     WHERE p.gone AND m.tenant_id = ctok.current_tenant() AND m.site_id = $1 AND m.course_id = p.course_id AND m.user_id = p.user_id
       AND m.method = p.method
), written AS (
    INSERT INTO ctok.mirror_enrolment AS m (tenant_id, site_id, course_id, user_id, method, active, status, time_start, time_end,
                                            time_created, roles, read_level)
    SELECT ctok.current_tenant(), $1, course_id, user_id, method, active, status, time_start, time_end, NULL, role, $2
      FROM p
     WHERE NOT gone
    ON CONFLICT (tenant_id, site_id, course_id, user_id, method) DO UPDATE
       SET active = excluded.active, status = excluded.status, time_start = excluded.time_start, time_end = excluded.time_end,
           roles = CASE WHEN excluded.roles = '' OR excluded.roles = ANY (string_to_array(m.roles, ',')) THEN m.roles
                        ELSE array_to_string(ARRAY(SELECT r FROM unnest(string_to_array(m.roles, ',') || excluded.roles) r
                                                    ORDER BY r COLLATE "C"), ',') END
)
INSERT INTO ctok.dirty_access (tenant_id, site_id, user_id, course_id)
SELECT DISTINCT ctok.current_tenant(), $1, user_id, course_id FROM p
ON CONFLICT DO NOTHING
