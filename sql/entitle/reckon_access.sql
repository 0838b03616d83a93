-- Bring `access` in step for the dirty pairs; an end that is planned otherwise than before is known from now on. Pairs whose entitlements no
-- longer count (older than go-live) keep a row in state 'none'.
WITH wanted AS (
    SELECT n.*
      FROM dirty_pair p
      JOIN rule.access_now n ON n.tenant_id = ctok.current_tenant() AND n.person_id = p.person_id AND n.target_id = p.target_id
)
INSERT INTO ctok.access AS a (tenant_id, person_id, target_id, site_id, state, why, wanted, starts_at, ends_at, debt_at, suspend_at,
                              wanted_start, wanted_end, role, rule_id, trial, next_change_at, end_known_at)
SELECT tenant_id, person_id, target_id, site_id, state, why, wanted, starts_at, ends_at, debt_at, suspend_at, wanted_start, wanted_end,
       role, rule_id, trial, next_change_at, rule.now()
  FROM wanted
ON CONFLICT (tenant_id, person_id, target_id) DO UPDATE
   SET state = excluded.state, why = excluded.why, wanted = excluded.wanted, starts_at = excluded.starts_at, ends_at = excluded.ends_at,
       debt_at = excluded.debt_at, suspend_at = excluded.suspend_at, wanted_start = excluded.wanted_start,
       wanted_end = excluded.wanted_end, role = excluded.role, rule_id = excluded.rule_id, trial = excluded.trial,
       next_change_at = excluded.next_change_at,
       end_known_at = CASE WHEN (a.ends_at, a.rule_id) IS DISTINCT FROM (excluded.ends_at, excluded.rule_id) THEN excluded.end_known_at
                           ELSE a.end_known_at END
 WHERE (a.state, a.why, a.wanted, a.starts_at, a.ends_at, a.debt_at, a.suspend_at, a.wanted_start, a.wanted_end, a.role, a.rule_id,
        a.trial, a.next_change_at)
    IS DISTINCT FROM
       (excluded.state, excluded.why, excluded.wanted, excluded.starts_at, excluded.ends_at, excluded.debt_at, excluded.suspend_at,
        excluded.wanted_start, excluded.wanted_end, excluded.role, excluded.rule_id, excluded.trial, excluded.next_change_at)
