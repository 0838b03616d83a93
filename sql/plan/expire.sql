-- Actions released by an approval that expired before they were carried out are held again.
UPDATE ctok.action a
   SET state = 'held', held_why = coalesce(nullif(a.held_why, ''), 'brake'), approval_id = NULL
  FROM ctok.approval p
 WHERE a.tenant_id = ctok.current_tenant() AND a.state = 'open' AND p.tenant_id = a.tenant_id AND p.approval_id = a.approval_id
   AND p.expires_at <= rule.now()
