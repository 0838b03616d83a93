-- Level 2: the report joined to ids. It shows whole minutes, and a start in the minute of creation like none: where the mirror knows
-- better and the report does not contradict, the mirror's value stays.
INSERT INTO read_enrolment
SELECT r.course_id, r.user_id, r.method, r.active, r.status,
       CASE WHEN m.time_start / 60 = r.time_start / 60 THEN m.time_start
            WHEN r.time_start = 0 AND m.time_start / 60 = r.time_created / 60 THEN m.time_start
            ELSE r.time_start END,
       CASE WHEN m.time_end / 60 = r.time_end / 60 THEN m.time_end ELSE r.time_end END,
       CASE WHEN m.time_created / 60 = r.time_created / 60 THEN m.time_created ELSE r.time_created END,
       r.roles
  FROM (SELECT c.course_id, l.user_id, r.method, bool_or(r.active) AS active, min(r.status) AS status, min(r.time_start) AS time_start,
               CASE WHEN min(r.time_end) = 0 THEN 0 ELSE max(r.time_end) END AS time_end, min(r.time_created) AS time_created, l.roles
          FROM read_report r
          JOIN read_course c ON c.shown = r.shown
          JOIN read_listing l ON l.course_id = c.course_id AND l.username = r.username
         GROUP BY c.course_id, l.user_id, r.method, l.roles) r
  LEFT JOIN ctok.mirror_enrolment m ON m.tenant_id = ctok.current_tenant() AND m.site_id = $1 AND m.course_id = r.course_id
                                   AND m.user_id = r.user_id AND m.method = r.method
