-- Where Moodle differs from what is wanted: the one place that compares the two. Plan, findings, classes of units and the workbook all
-- read it.

-- Enrolments that an action may concern, each field filled with what we last wrote where the read level cannot tell.
CREATE VIEW rule.manual_row WITH (security_invoker = true) AS
SELECT m.tenant_id, m.site_id, m.course_id, m.user_id, m.active, m.roles, m.read_level, g.user_id IS NOT NULL AS managed,
       coalesce(m.status, CASE WHEN m.active THEN 0
                               -- Listed as not active although it should be: somebody suspended it.
                               WHEN g.written_status = 0 AND (g.written_end = 0 OR g.written_end > (SELECT extract(epoch FROM rule.now()))) THEN 1
                               ELSE coalesce(g.written_status, 1) END)::smallint AS status,
       coalesce(m.time_start, g.written_start, 0) AS time_start,
       coalesce(m.time_end, g.written_end, 0) AS time_end
  FROM ctok.mirror_enrolment m
  LEFT JOIN ctok.managed g ON g.tenant_id = m.tenant_id AND g.site_id = m.site_id AND g.course_id = m.course_id AND g.user_id = m.user_id
 WHERE m.method = 'manual' OR (m.method = '?' AND m.read_level = 3);

-- Where in Moodle somebody's access is, or is to be.
CREATE VIEW rule.accounted_row WITH (security_invoker = true) AS
SELECT a.tenant_id, a.site_id, t.course_id, k.user_id
  FROM ctok.access a
  JOIN ctok.target t ON t.tenant_id = a.tenant_id AND t.target_id = a.target_id
  JOIN ctok.account k ON k.tenant_id = a.tenant_id AND k.site_id = a.site_id AND k.person_id = a.person_id;

-- Every access with the row in Moodle, and the gap between them: NULL when in step, the kind of an action, or a finding's class when
-- a person must act first.
CREATE VIEW rule.access_gap WITH (security_invoker = true) AS
WITH told AS MATERIALIZED (
    SELECT rule.now() AS now, rule.zone() AS zone, floor(extract(epoch FROM rule.now()))::bigint AS now_s
)
SELECT a.tenant_id, a.person_id, a.target_id, a.site_id, a.state, a.why, a.wanted, a.starts_at, a.ends_at, a.debt_at, a.suspend_at,
       a.wanted_start,
       CASE WHEN a.wanted IN ('suspended', 'unenrolled') THEN rule.moodle_end(rule.day_end(o.now + rule.tail(r.renews), o.zone))
            ELSE a.wanted_end END AS wanted_end, a.trial, a.rule_id, t.course_id, k.user_id, m.managed, m.active, m.read_level,
       m.status AS before_status, m.time_start AS before_start, m.time_end AS before_end,
       coalesce(nullif(a.role, ''), i.role) AS role, x.gap, w.waits
  FROM ctok.access a
 CROSS JOIN told o
  JOIN ctok.target t ON t.tenant_id = a.tenant_id AND t.target_id = a.target_id
  JOIN ctok.product_rule r ON r.tenant_id = a.tenant_id AND r.rule_id = a.rule_id
  JOIN ctok.site i ON i.tenant_id = a.tenant_id AND i.site_id = a.site_id
  LEFT JOIN ctok.mirror_course c ON c.tenant_id = a.tenant_id AND c.site_id = a.site_id AND c.course_id = t.course_id
  LEFT JOIN ctok.account k ON k.tenant_id = a.tenant_id AND k.site_id = a.site_id AND k.person_id = a.person_id
  LEFT JOIN ctok.mirror_user u ON u.tenant_id = a.tenant_id AND u.site_id = a.site_id AND u.user_id = k.user_id
  LEFT JOIN rule.manual_row m ON m.tenant_id = a.tenant_id AND m.site_id = a.site_id AND m.course_id = t.course_id
                             AND m.user_id = k.user_id
  LEFT JOIN rule.target_fresh h ON h.tenant_id = a.tenant_id AND h.target_id = a.target_id
  LEFT JOIN rule.rule_gone q ON q.tenant_id = a.tenant_id AND q.rule_id = a.rule_id AND q.target_id = a.target_id
 CROSS JOIN LATERAL (
        SELECT CASE WHEN a.wanted IN ('suspended', 'unenrolled') AND a.why NOT IN ('denied', 'dropped') THEN concat_ws('; ', CASE WHEN NOT h.fresh THEN h.silent END, q.what) ELSE '' END AS waits
       ) w
 CROSS JOIN LATERAL (
        -- Each is asked only where the decision comes to it.
        -- Accounts that the configuration protects, by user name or e-mail, and people with another role in the course.
        SELECT (a.tenant_id, a.site_id, u.username) IN (SELECT p.tenant_id, p.site_id, p.name FROM ctok.protected_account p)
            OR (a.tenant_id, a.site_id, u.email_key) IN (SELECT p.tenant_id, p.site_id, p.name FROM ctok.protected_account p)
            OR EXISTS (SELECT 1 FROM rule.staff_row f
                        WHERE f.tenant_id = a.tenant_id AND f.site_id = a.site_id AND f.course_id = t.course_id
                          AND f.user_id = k.user_id) AS protected,
               EXISTS (SELECT 1 FROM rule.doubtful_account x
                        WHERE x.tenant_id = a.tenant_id AND x.site_id = a.site_id AND x.person_id = a.person_id) AS several,
               EXISTS (SELECT 1 FROM ctok.action o
                        WHERE o.tenant_id = a.tenant_id AND o.site_id = a.site_id AND o.person_id = a.person_id
                          AND coalesce(o.target_id, 0) = a.target_id AND o.state = 'held' AND o.kind IN ('suspend', 'unenrol')) AS end_held
       ) is_
 CROSS JOIN LATERAL rule.row_gap(a.state, a.wanted, a.wanted_start, a.wanted_end, t.course_id IS NOT NULL, c.course_id IS NOT NULL, c.manual,
                                 k.user_id IS NOT NULL, is_.several, u.user_id IS NOT NULL OR k.made, u.suspended, is_.protected,
                                 m.user_id IS NOT NULL, m.managed, m.active, m.read_level, m.status, m.time_start, m.time_end,
                                 w.waits <> '', is_.end_held, o.now_s) x;
