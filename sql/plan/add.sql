-- The wanted actions that are not waiting already make the plan; no action, no plan. Those whose fingerprint is approved are released.
WITH fresh AS (
    SELECT w.*
      FROM action_wanted w
     WHERE NOT EXISTS (SELECT 1 FROM ctok.action a
                        WHERE a.tenant_id = w.tenant_id AND a.site_id = w.site_id AND a.person_id = w.person_id
                          AND coalesce(a.target_id, 0) = coalesce(w.target_id, 0) AND a.cohort = w.cohort AND a.state IN ('open', 'held', 'sending'))
), made AS (
    INSERT INTO ctok.plan (tenant_id, run_id, made_at)
    SELECT (SELECT ctok.current_tenant()), $1::bigint, rule.now()
     WHERE EXISTS (SELECT 1 FROM fresh)
    RETURNING tenant_id, plan_id
)
INSERT INTO ctok.action (tenant_id, plan_id, kind, site_id, person_id, target_id, course_id, user_id, reason, trial, before_status, before_start,
                         before_end, after_status, after_start, after_end, role, cohort, fingerprint, state, approval_id)
SELECT f.tenant_id, m.plan_id, f.kind, f.site_id, f.person_id, f.target_id, f.course_id, f.user_id, f.reason, f.trial, f.before_status,
       f.before_start, f.before_end, f.after_status, f.after_start, f.after_end, f.role, f.cohort, f.fingerprint, 'open', l.approval_id
  FROM fresh f
 CROSS JOIN made m
  LEFT JOIN rule.approval_live l ON l.tenant_id = f.tenant_id AND l.fingerprint = f.fingerprint AND NOT f.trial
 ORDER BY f.kind NOT IN ('create_account', 'update_account'), f.cohort, f.site_id, f.course_id, f.person_id
