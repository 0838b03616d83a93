-- The fields of a revert's plan ($1): back to what they were.
INSERT INTO ctok.account_change (tenant_id, action_id, field, before_value, after_value)
SELECT a.tenant_id, a.action_id, c.field, c.after_value, c.before_value
  FROM ctok.action a
  JOIN ctok.account_change c ON c.tenant_id = a.tenant_id AND c.action_id = a.undoes
 WHERE a.tenant_id = ctok.current_tenant() AND a.plan_id = $1::bigint AND a.kind = 'update_account'
