-- Changes of accounts of a site ($1) that were under way when a run was cut off: what Moodle shows as done, is done; the others did not arrive.
SELECT i.action_id,
       CASE WHEN EXISTS (SELECT 1 FROM ctok.account_change c
                           LEFT JOIN undo_says s ON s.action_id = c.action_id AND s.field = c.field
                          WHERE c.tenant_id = ctok.current_tenant() AND c.action_id = i.action_id AND s.value IS DISTINCT FROM c.after_value)
            THEN 'open' ELSE 'found' END AS outcome
  FROM undo_item i
 WHERE i.site_id = $1::bigint AND i.state = 'sending' AND i.kind = 'update_account'
