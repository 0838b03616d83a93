-- Moodle's database: one row per user, course and method. A method that a course has twice gives the union of both. Active is Moodle's
-- own rule: enrolment and method on, begun, not ended.
COPY (
    WITH held AS (
        SELECT x.instanceid AS course_id, a.userid AS user_id, string_agg(DISTINCT r.shortname, ',' ORDER BY r.shortname) AS roles
          FROM mdl_role_assignments a
          JOIN mdl_context x ON x.id = a.contextid AND x.contextlevel = 50
          JOIN mdl_role r ON r.id = a.roleid
         GROUP BY x.instanceid, a.userid
    ), enrolled AS (
        SELECT e.courseid AS course_id, ue.userid AS user_id, e.enrol AS method,
               bool_or(ue.status = 0 AND e.status = 0 AND ue.timestart <= current_setting('ctok.now')::bigint
                       AND (ue.timeend = 0 OR ue.timeend > current_setting('ctok.now')::bigint)) AS active,
               min(ue.status) AS status, min(ue.timestart) AS time_start,
               CASE WHEN min(ue.timeend) = 0 THEN 0 ELSE max(ue.timeend) END AS time_end, min(ue.timecreated) AS time_created
          FROM mdl_user_enrolments ue
          JOIN mdl_enrol e ON e.id = ue.enrolid AND e.courseid <> 1
          JOIN mdl_user u ON u.id = ue.userid AND u.deleted = 0
         GROUP BY e.courseid, ue.userid, e.enrol
    )
    SELECT m.course_id, m.user_id, m.method, m.active, m.status, m.time_start, m.time_end, m.time_created, coalesce(h.roles, '')
      FROM enrolled m
      LEFT JOIN held h ON h.course_id = m.course_id AND h.user_id = m.user_id
) TO STDOUT
