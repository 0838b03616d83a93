-- Bring `access` in step for the dirty pairs; what is in step is not touched, and an end that is planned otherwise than before is known from
-- now on. Pairs whose entitlements no longer count (older than go-live) keep a row in state 'none'.
MERGE INTO ctok.access AS a
USING access_wanted AS w
   ON a.tenant_id = w.tenant_id AND a.person_id = w.person_id AND a.target_id = w.target_id
 WHEN MATCHED AND (a.state, a.why, a.wanted, a.starts_at, a.ends_at, a.debt_at, a.suspend_at, a.wanted_start, a.wanted_end, a.role, a.rule_id,
                   a.trial, a.next_change_at)
                  IS DISTINCT FROM
                  (w.state, w.why, w.wanted, w.starts_at, w.ends_at, w.debt_at, w.suspend_at, w.wanted_start, w.wanted_end, w.role, w.rule_id,
                   w.trial, w.next_change_at) THEN
      UPDATE SET state = w.state, why = w.why, wanted = w.wanted, starts_at = w.starts_at, ends_at = w.ends_at, debt_at = w.debt_at,
                 suspend_at = w.suspend_at, wanted_start = w.wanted_start, wanted_end = w.wanted_end, role = w.role, rule_id = w.rule_id,
                 trial = w.trial, next_change_at = w.next_change_at,
                 end_known_at = CASE WHEN (a.ends_at, a.rule_id) IS DISTINCT FROM (w.ends_at, w.rule_id) THEN (SELECT rule.now())
                                     ELSE a.end_known_at END
 WHEN NOT MATCHED THEN
      INSERT (tenant_id, person_id, target_id, site_id, state, why, wanted, starts_at, ends_at, debt_at, suspend_at, wanted_start, wanted_end,
              role, rule_id, trial, next_change_at, end_known_at)
      VALUES (w.tenant_id, w.person_id, w.target_id, w.site_id, w.state, w.why, w.wanted, w.starts_at, w.ends_at, w.debt_at, w.suspend_at,
              w.wanted_start, w.wanted_end, w.role, w.rule_id, w.trial, w.next_change_at, (SELECT rule.now()))
