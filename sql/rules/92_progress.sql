-- How far learners are, as the workbook shows it.

-- A row for each course that was sold, or that rules name and somebody is in. Shares and means are of what there is: none of nothing.
CREATE VIEW rule.report_progress WITH (security_invoker = true) AS
SELECT s.name AS site, coalesce(c.fullname, split_part(t.reference, ':', 2)) AS course, t.site_id, t.course_id, coalesce(l.learners, 0) AS learners,
       coalesce(l.not_started, 0) AS not_started, coalesce(l.in_progress, 0) AS in_progress, coalesce(l.completed, 0) AS completed,
       round(100.0 * l.completed / nullif(l.learners, 0))::bigint AS completion_rate,
       (SELECT count(*) FROM ctok.mirror_activity a WHERE a.tenant_id = t.tenant_id AND a.site_id = t.site_id AND a.course_id = t.course_id) AS activities,
       round(l.progress)::bigint AS mean_progress, coalesce(l.graded, 0) AS graded, round(l.grade)::bigint AS mean_grade,
       rule.report_moment(to_timestamp(l.last_access)) AS last_access, coalesce(o.others, 0) AS others, rule.report_moment(g.read_at) AS read_at
  FROM (SELECT DISTINCT ON (tenant_id, site_id, course_id) * FROM ctok.target WHERE course_id IS NOT NULL ORDER BY tenant_id, site_id, course_id, target_id) t
  JOIN ctok.site s ON s.tenant_id = t.tenant_id AND s.site_id = t.site_id
  LEFT JOIN ctok.mirror_course c ON c.tenant_id = t.tenant_id AND c.site_id = t.site_id AND c.course_id = t.course_id
  LEFT JOIN ctok.progress_state g ON g.tenant_id = t.tenant_id AND g.site_id = t.site_id
  LEFT JOIN (SELECT tenant_id, site_id, course_id, count(*) AS learners, count(*) FILTER (WHERE status = 'not_started') AS not_started,
                    count(*) FILTER (WHERE status = 'in_progress') AS in_progress, count(*) FILTER (WHERE status = 'completed') AS completed,
                    avg(progress) AS progress, count(grade) AS graded, avg(grade) AS grade, max(last_access) AS last_access
               FROM rule.learning
              GROUP BY tenant_id, site_id, course_id) l ON l.tenant_id = t.tenant_id AND l.site_id = t.site_id AND l.course_id = t.course_id
  LEFT JOIN (SELECT tenant_id, site_id, course_id, count(*) AS others FROM rule.enrolled_otherwise GROUP BY tenant_id, site_id, course_id) o
         ON o.tenant_id = t.tenant_id AND o.site_id = t.site_id AND o.course_id = t.course_id
 WHERE l.learners > 0 OR o.others > 0;

-- Where learners stop: of those in a course, how many have done an activity or a later one, and for how many who have not completed the course it is the
-- last one that they did. Place 0: none yet.
CREATE VIEW rule.report_dropoff WITH (security_invoker = true) AS
SELECT s.name AS site, c.fullname AS course, a.site_id, a.course_id, a.place, a.kind, count(l.person_id) FILTER (WHERE l.reached >= a.place) AS reached,
       count(l.person_id) FILTER (WHERE l.reached = a.place AND l.status <> 'completed') AS stopped,
       round(100.0 * count(l.person_id) FILTER (WHERE l.reached >= a.place) / nullif(count(l.person_id), 0))::bigint AS share
  FROM (SELECT tenant_id, site_id, course_id, place, kind FROM ctok.mirror_activity
        UNION ALL
        SELECT DISTINCT tenant_id, site_id, course_id, 0, '' FROM ctok.mirror_activity) a
  JOIN ctok.site s ON s.tenant_id = a.tenant_id AND s.site_id = a.site_id
  JOIN ctok.mirror_course c ON c.tenant_id = a.tenant_id AND c.site_id = a.site_id AND c.course_id = a.course_id
  JOIN rule.learning l ON l.tenant_id = a.tenant_id AND l.site_id = a.site_id AND l.course_id = a.course_id AND l.reached IS NOT NULL
 GROUP BY s.name, c.fullname, a.site_id, a.course_id, a.place, a.kind;
