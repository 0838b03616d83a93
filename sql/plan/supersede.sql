-- Open actions of the dirty pairs that are no longer wanted, or wanted otherwise, give way. An account stays wanted as long as any open
-- action needs it.
UPDATE ctok.action a
   SET state = 'superseded', ended_at = rule.now(), ended_run = $1::bigint
 WHERE a.tenant_id = (SELECT ctok.current_tenant()) AND a.state IN ('open', 'held')
   AND ((a.target_id IS NOT NULL
         AND EXISTS (SELECT 1 FROM dirty_pair p WHERE p.person_id = a.person_id AND p.target_id = a.target_id)
         AND NOT EXISTS (SELECT 1 FROM action_wanted w
                          WHERE w.person_id = a.person_id AND w.target_id = a.target_id AND w.fingerprint = a.fingerprint
                            AND w.trial = a.trial AND w.user_id IS NOT DISTINCT FROM a.user_id
                            AND (w.before_status, w.before_start, w.before_end) IS NOT DISTINCT FROM
                                (a.before_status, a.before_start, a.before_end)))
        OR (a.kind = 'create_account'
            AND EXISTS (SELECT 1 FROM dirty_pair p WHERE p.person_id = a.person_id)
            AND NOT EXISTS (SELECT 1 FROM action_wanted w
                             WHERE w.kind = 'create_account' AND w.site_id = a.site_id AND w.person_id = a.person_id AND w.trial = a.trial)
            -- Waiting enrolments of pairs that nothing moved are not in action_wanted; one that is live comes before the trial.
            AND (NOT EXISTS (SELECT 1 FROM ctok.action o
                              WHERE o.tenant_id = a.tenant_id AND o.site_id = a.site_id AND o.person_id = a.person_id
                                AND o.state IN ('open', 'held') AND o.target_id IS NOT NULL AND o.user_id IS NULL AND o.trial = a.trial
                                AND NOT EXISTS (SELECT 1 FROM dirty_pair p WHERE p.person_id = o.person_id AND p.target_id = o.target_id))
                 OR EXISTS (SELECT 1 FROM action_wanted w
                             WHERE w.kind = 'create_account' AND w.site_id = a.site_id AND w.person_id = a.person_id AND w.trial < a.trial))))
