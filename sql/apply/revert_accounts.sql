-- Fields of accounts to look at on a site ($1).
SELECT i.action_id, i.user_id, c.field
  FROM undo_item i
  JOIN ctok.account_change c ON c.tenant_id = ctok.current_tenant() AND c.action_id = i.action_id
 WHERE i.site_id = $1::bigint AND i.kind = 'update_account' AND i.user_id IS NOT NULL
 ORDER BY i.action_id, c.field
