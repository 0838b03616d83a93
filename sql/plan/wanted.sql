-- The actions that the dirty pairs want now, the accounts these need first, the welcome course for new accounts, those just planned among them, and what
-- accounts should say; and who is to join and leave cohorts.
CREATE TEMP TABLE action_wanted ON COMMIT DROP AS
WITH change AS (
    SELECT g.tenant_id, g.gap AS kind, g.site_id, g.person_id, g.target_id, g.course_id, g.user_id,
           CASE WHEN g.why = 'allowed' THEN 'allowed' WHEN g.wanted = 'active' THEN 'paid' WHEN g.gap = 'extend' THEN 'waits' ELSE g.why END AS reason, g.trial,
           g.before_status, g.before_start, g.before_end,
           CASE g.gap WHEN 'suspend' THEN 1 WHEN 'unenrol' THEN NULL ELSE 0 END::smallint AS after_status,
           CASE WHEN g.gap = 'suspend' THEN g.before_start
                WHEN g.gap = 'unenrol' THEN NULL
                WHEN g.gap IN ('extend', 'resume') THEN least(g.before_start, g.wanted_start)
                ELSE g.wanted_start END AS after_start,
           CASE WHEN g.gap = 'suspend' THEN g.before_end
                WHEN g.gap = 'unenrol' THEN NULL
                -- Moodle's end moves out, never in.
                WHEN g.wanted_end = 0 OR (g.gap IN ('extend', 'resume') AND g.before_end = 0) THEN 0
                WHEN g.gap IN ('extend', 'resume') THEN greatest(g.before_end, g.wanted_end)
                ELSE g.wanted_end END AS after_end,
           g.role
      FROM gap_now g
     WHERE g.gap IN ('enrol', 'extend', 'resume', 'take_over', 'suspend', 'unenrol')
), account AS (
    SELECT c.tenant_id, 'create_account'::text AS kind, c.site_id, c.person_id, NULL::bigint AS target_id, NULL::bigint AS course_id,
           NULL::bigint AS user_id, 'paid'::text AS reason, bool_and(c.trial) AS trial, NULL::smallint AS before_status,
           NULL::bigint AS before_start, NULL::bigint AS before_end, NULL::smallint AS after_status, NULL::bigint AS after_start,
           NULL::bigint AS after_end, ''::text AS role
      FROM change c
     WHERE c.user_id IS NULL
     GROUP BY c.tenant_id, c.site_id, c.person_id
), welcome AS (
    SELECT d.tenant_id, d.site_id, d.person_id, d.target_id, d.course_id, d.user_id, d.trial, d.role FROM rule.welcome_due d
    UNION ALL
    SELECT a.tenant_id, a.site_id, a.person_id, w.target_id, w.course_id, NULL, a.trial, w.role
      FROM account a
      JOIN rule.welcome_course w ON w.tenant_id = a.tenant_id AND w.site_id = a.site_id
      JOIN ctok.mirror_course m ON m.tenant_id = w.tenant_id AND m.site_id = w.site_id AND m.course_id = w.course_id AND m.manual
     WHERE NOT EXISTS (SELECT 1 FROM ctok.access x WHERE x.tenant_id = a.tenant_id AND x.person_id = a.person_id AND x.target_id = w.target_id)
       AND NOT EXISTS (SELECT 1 FROM ctok.action o
                        WHERE o.tenant_id = a.tenant_id AND o.person_id = a.person_id AND o.target_id = w.target_id
                          AND o.state IN ('sending', 'done', 'refused'))
), saying AS (
    SELECT s.tenant_id, 'update_account'::text AS kind, s.site_id, s.person_id, NULL::bigint AS target_id, NULL::bigint AS course_id, s.user_id,
           'said'::text AS reason, bool_or(s.trial) AS trial, NULL::smallint AS before_status, NULL::bigint AS before_start,
           NULL::bigint AS before_end, NULL::smallint AS after_status, NULL::bigint AS after_start, NULL::bigint AS after_end, ''::text AS role,
           string_agg(s.field || '=' || s.after_value, E'\n' ORDER BY s.field) AS said
      FROM account_wanted s
     GROUP BY s.tenant_id, s.site_id, s.person_id, s.user_id
)
SELECT w.*, ''::text AS cohort, md5(concat_ws('|', w.kind, w.site_id, w.person_id, coalesce(w.target_id, 0), w.after_status, w.after_start, w.after_end, w.role))
            AS fingerprint
  FROM (SELECT * FROM change UNION ALL SELECT * FROM account
        UNION ALL
        SELECT v.tenant_id, 'enrol', v.site_id, v.person_id, v.target_id, v.course_id, v.user_id, 'welcome', v.trial, NULL, NULL, NULL, 0::smallint,
               0, 0, v.role
          FROM welcome v) w
UNION ALL
SELECT s.tenant_id, s.kind, s.site_id, s.person_id, s.target_id, s.course_id, s.user_id, s.reason, s.trial, s.before_status, s.before_start,
       s.before_end, s.after_status, s.after_start, s.after_end, s.role, '', md5(concat_ws('|', s.kind, s.site_id, s.person_id, s.said))
  FROM saying s
UNION ALL
SELECT c.tenant_id, c.kind, c.site_id, c.person_id, NULL, NULL, c.user_id, 'access', false, NULL, NULL, NULL, NULL, NULL, NULL, '', c.cohort,
       md5(concat_ws('|', c.kind, c.site_id, c.person_id, c.cohort))
  FROM cohort_wanted c
