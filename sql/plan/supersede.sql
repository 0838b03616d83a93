-- Open actions of the dirty pairs that are no longer wanted, or wanted otherwise, give way. An account stays wanted as long as any open
-- action needs it. (Each set is joined whole: going live retires all that the trial showed.)
WITH person AS (
    SELECT DISTINCT person_id FROM dirty_pair
), waiting AS (
    -- Enrolments of pairs that nothing moved, and so are not in action_wanted, but for which the account is still to be made.
    SELECT DISTINCT o.site_id, o.person_id, o.trial
      FROM person d
      JOIN ctok.action o ON o.tenant_id = (SELECT ctok.current_tenant()) AND o.person_id = d.person_id
                        AND o.state IN ('open', 'held') AND o.target_id IS NOT NULL AND o.user_id IS NULL AND o.reason <> 'welcome'
      LEFT JOIN dirty_pair p ON p.person_id = o.person_id AND p.target_id = o.target_id
     WHERE p.person_id IS NULL
), account AS (
    SELECT DISTINCT site_id, person_id, trial FROM action_wanted WHERE kind = 'create_account'
), retired AS (
    SELECT a.action_id
      FROM dirty_pair p
      JOIN ctok.action a ON a.tenant_id = (SELECT ctok.current_tenant()) AND a.person_id = p.person_id AND a.target_id = p.target_id
                        AND a.state IN ('open', 'held')
      LEFT JOIN action_wanted w ON w.person_id = a.person_id AND w.target_id = a.target_id AND w.fingerprint = a.fingerprint
                               AND w.trial = a.trial AND w.user_id IS NOT DISTINCT FROM a.user_id
                               AND (w.before_status, w.before_start, w.before_end) IS NOT DISTINCT FROM
                                   (a.before_status, a.before_start, a.before_end)
     WHERE w.person_id IS NULL
    UNION ALL
    SELECT a.action_id
      FROM person d
      JOIN ctok.action a ON a.tenant_id = (SELECT ctok.current_tenant()) AND a.person_id = d.person_id AND a.kind = 'create_account'
                        AND a.state IN ('open', 'held')
      LEFT JOIN account w ON w.site_id = a.site_id AND w.person_id = a.person_id AND w.trial = a.trial
      LEFT JOIN waiting x ON x.site_id = a.site_id AND x.person_id = a.person_id AND x.trial = a.trial
      -- One that is live comes before the trial.
      LEFT JOIN account f ON f.site_id = a.site_id AND f.person_id = a.person_id AND f.trial < a.trial
     WHERE w.person_id IS NULL AND (x.person_id IS NULL OR f.person_id IS NOT NULL)
    UNION ALL
    -- Without a new account there is no welcome.
    SELECT a.action_id
      FROM person d
      JOIN ctok.action a ON a.tenant_id = (SELECT ctok.current_tenant()) AND a.person_id = d.person_id AND a.reason = 'welcome' AND a.user_id IS NULL
                        AND a.state IN ('open', 'held')
      LEFT JOIN account w ON w.site_id = a.site_id AND w.person_id = a.person_id AND w.trial = a.trial
      LEFT JOIN waiting x ON x.site_id = a.site_id AND x.person_id = a.person_id AND x.trial = a.trial
     WHERE w.person_id IS NULL AND x.person_id IS NULL
    UNION ALL
    -- What an account should say: another text, or the account says something else by now.
    SELECT a.action_id
      FROM person d
      JOIN ctok.action a ON a.tenant_id = (SELECT ctok.current_tenant()) AND a.person_id = d.person_id AND a.kind = 'update_account'
                        AND a.state IN ('open', 'held')
      LEFT JOIN action_wanted w ON w.site_id = a.site_id AND w.person_id = a.person_id AND w.fingerprint = a.fingerprint AND w.trial = a.trial
                               AND w.user_id = a.user_id
     WHERE w.person_id IS NULL
        OR EXISTS (SELECT 1 FROM ctok.account_change c
                     LEFT JOIN account_wanted s ON s.site_id = a.site_id AND s.person_id = a.person_id AND s.field = c.field
                    WHERE c.tenant_id = a.tenant_id AND c.action_id = a.action_id AND c.before_value IS DISTINCT FROM s.before_value)
    UNION ALL
    -- Places in cohorts, whoever's: all of them were looked at.
    SELECT a.action_id
      FROM ctok.action a
      LEFT JOIN action_wanted w ON w.site_id = a.site_id AND w.person_id = a.person_id AND w.cohort = a.cohort AND w.kind = a.kind
                               AND w.user_id IS NOT DISTINCT FROM a.user_id
     WHERE a.tenant_id = (SELECT ctok.current_tenant()) AND a.cohort <> '' AND a.state IN ('open', 'held') AND w.person_id IS NULL
)
UPDATE ctok.action a
   SET state = 'superseded', ended_at = rule.now(), ended_run = $1::bigint
  FROM retired r
 WHERE a.tenant_id = (SELECT ctok.current_tenant()) AND a.action_id = r.action_id
