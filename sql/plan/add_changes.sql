-- The fields of the account changes that were planned just now.
INSERT INTO ctok.account_change (tenant_id, action_id, field, before_value, after_value)
SELECT a.tenant_id, a.action_id, w.field, w.before_value, w.after_value
  FROM account_wanted w
  JOIN ctok.action a ON a.tenant_id = w.tenant_id AND a.site_id = w.site_id AND a.person_id = w.person_id AND a.kind = 'update_account'
                    AND a.state = 'open' AND a.undoes IS NULL
 WHERE NOT EXISTS (SELECT 1 FROM ctok.account_change c WHERE c.tenant_id = a.tenant_id AND c.action_id = a.action_id)
