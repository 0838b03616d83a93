-- Waiting actions whose fingerprint is approved are released, also those that a later plan made anew; those whose approval expired are to be
-- judged again.
UPDATE ctok.action a
   SET approval_id = w.approval_id, state = CASE WHEN w.approval_id IS NOT NULL AND a.held_why <> 'enrolments' THEN 'open' ELSE a.state END
  FROM (SELECT o.tenant_id, o.action_id, l.approval_id
          FROM ctok.action o
          LEFT JOIN rule.approval_live l ON l.tenant_id = o.tenant_id AND l.fingerprint = o.fingerprint
         WHERE o.tenant_id = ctok.current_tenant() AND o.state IN ('open', 'held') AND NOT o.trial) w
 WHERE a.tenant_id = w.tenant_id AND a.action_id = w.action_id
   AND (a.approval_id IS DISTINCT FROM w.approval_id OR (w.approval_id IS NOT NULL AND a.state = 'held' AND a.held_why <> 'enrolments'))
