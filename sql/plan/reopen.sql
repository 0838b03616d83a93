-- The others did not arrive, and what was refused may have been put right: both are open again, if they are still wanted.
WITH again AS (
    UPDATE ctok.action a
       SET state = 'open', failure = CASE a.state WHEN 'sending' THEN '' ELSE a.failure END,
           ended_at = NULL, ended_run = NULL
     WHERE a.tenant_id = ctok.current_tenant()
       AND (EXISTS (SELECT 1 FROM rule.sending_read s WHERE s.tenant_id = a.tenant_id AND s.action_id = a.action_id)
            OR (a.state = 'refused'
                AND NOT EXISTS (SELECT 1 FROM ctok.action o
                                 WHERE o.tenant_id = a.tenant_id AND o.site_id = a.site_id AND o.person_id = a.person_id
                                   AND coalesce(o.target_id, 0) = coalesce(a.target_id, 0) AND o.action_id > a.action_id)))
    RETURNING a.person_id, a.target_id
)
INSERT INTO dirty_pair
SELECT person_id, target_id FROM again WHERE target_id IS NOT NULL
ON CONFLICT DO NOTHING
