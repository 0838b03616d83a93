-- Held certificates that were approved are made by the next run.
UPDATE ctok.issue i
   SET held_why = ''
  FROM rule.approval_live l
 WHERE i.held_why <> '' AND l.tenant_id = i.tenant_id AND l.fingerprint = 'issue:' || i.issue_id
