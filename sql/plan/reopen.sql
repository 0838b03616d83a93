-- The others did not arrive, and what was refused may have been put right: both are open again, if they are still wanted. What is left of a
-- revert that was cut off is for its person to repeat: its pairs are planned anew.
WITH again AS (
    UPDATE ctok.action a
       SET state = 'open', failure = CASE a.state WHEN 'sending' THEN '' ELSE a.failure END,
           ended_at = NULL, ended_run = NULL
     WHERE a.tenant_id = (SELECT ctok.current_tenant()) AND a.state IN ('sending', 'refused')
       AND (EXISTS (SELECT 1 FROM rule.sending_read s WHERE s.tenant_id = a.tenant_id AND s.action_id = a.action_id)
            OR (a.state = 'refused' AND a.undoes IS NULL
                AND NOT EXISTS (SELECT 1 FROM ctok.action o
                                 WHERE o.tenant_id = a.tenant_id AND o.site_id = a.site_id AND o.person_id = a.person_id
                                   AND coalesce(o.target_id, 0) = coalesce(a.target_id, 0) AND o.cohort = a.cohort AND o.action_id > a.action_id)))
    RETURNING a.person_id, a.target_id
), left_over AS (
    SELECT a.person_id, a.target_id FROM ctok.action a
     WHERE a.tenant_id = ctok.current_tenant() AND a.state IN ('open', 'held') AND a.undoes IS NOT NULL
)
INSERT INTO dirty_pair
SELECT person_id, target_id FROM again WHERE target_id IS NOT NULL
UNION
SELECT person_id, target_id FROM left_over
ON CONFLICT DO NOTHING
