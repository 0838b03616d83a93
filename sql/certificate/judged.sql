-- The certificates that are to be made and that nobody approved.
INSERT INTO brake_item
SELECT i.issue_id, 'issue', i.site_id, i.target_id, false, ''
  FROM ctok.issue i
 WHERE i.tenant_id = ctok.current_tenant() AND i.state = 'planned'
   AND NOT EXISTS (SELECT 1 FROM rule.approval_live l WHERE l.tenant_id = i.tenant_id AND l.fingerprint = 'issue:' || i.issue_id)
