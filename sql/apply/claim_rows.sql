-- Take the next enrolments to write: from here on they are under way. $1: site, $2: at most, $3: run, $4: kinds, $5: plan of a revert; NULL
-- for the night, which leaves reverts alone.
WITH taken AS (
    UPDATE ctok.action a SET state = 'sending'
     WHERE a.tenant_id = ctok.current_tenant()
       AND a.action_id IN (SELECT o.action_id FROM ctok.action o
                            WHERE o.tenant_id = ctok.current_tenant() AND o.site_id = $1::bigint AND o.state = 'open' AND NOT o.trial
                              AND o.kind = ANY ($4::text[]) AND o.user_id IS NOT NULL
                              -- The plan may be older than what we know by now.
                              AND o.action_id NOT IN (SELECT w.action_id FROM rule.action_waits w)
                              AND CASE WHEN $5::bigint IS NULL THEN o.undoes IS NULL ELSE o.plan_id = $5::bigint END
                            ORDER BY o.course_id, o.action_id LIMIT $2::bigint)
    RETURNING a.*
), noted AS (
    INSERT INTO ctok.journal (tenant_id, action_id, run_id, phase, outcome, user_id, status, time_start, time_end, roles, at)
    SELECT t.tenant_id, t.action_id, $3::bigint, 'before', 'sending', t.user_id, t.before_status, t.before_start, t.before_end, m.roles, rule.now()
      FROM taken t
      LEFT JOIN rule.manual_row m ON m.tenant_id = t.tenant_id AND m.site_id = t.site_id AND m.course_id = t.course_id AND m.user_id = t.user_id
)
SELECT t.action_id, t.kind, t.course_id, t.user_id, coalesce(u.username, '') AS username, t.role, coalesce(r.role_id, 0) AS role_id,
       coalesce(t.before_status, -1) AS before_status, coalesce(t.before_start, 0) AS before_start, coalesce(t.before_end, 0) AS before_end,
       coalesce(t.after_status, 0) AS after_status, coalesce(t.after_start, 0) AS after_start, coalesce(t.after_end, 0) AS after_end,
       coalesce(m.active, false) AS was_active
  FROM taken t
  LEFT JOIN ctok.mirror_user u ON u.tenant_id = t.tenant_id AND u.site_id = t.site_id AND u.user_id = t.user_id
  LEFT JOIN rule.manual_row m ON m.tenant_id = t.tenant_id AND m.site_id = t.site_id AND m.course_id = t.course_id AND m.user_id = t.user_id
  LEFT JOIN ctok.site_role r ON r.tenant_id = t.tenant_id AND r.site_id = t.site_id AND r.shortname = t.role
 ORDER BY t.course_id, t.action_id
