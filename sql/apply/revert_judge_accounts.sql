-- The same of changes of accounts: taken back when all fields are still as we left them.
WITH compared AS (
    SELECT i.action_id, bool_and(s.value IS NOT DISTINCT FROM c.after_value) AS as_left, bool_and(s.value IS NOT DISTINCT FROM c.before_value) AS as_before
      FROM undo_item i
      JOIN ctok.account_change c ON c.tenant_id = ctok.current_tenant() AND c.action_id = i.action_id
      LEFT JOIN undo_says s ON s.action_id = c.action_id AND s.field = c.field
     WHERE i.part = 'run' AND i.kind = 'update_account'
     GROUP BY i.action_id
)
UPDATE undo_item i
   SET undo_kind = 'update_account', undo_ours = NULL, later_run = NULL,
       verdict = CASE
           WHEN i.state <> 'done' THEN 'not_arrived'
           WHEN EXISTS (SELECT 1 FROM ctok.action a
                         WHERE a.tenant_id = ctok.current_tenant() AND a.person_id = i.person_id AND a.site_id = i.site_id
                           AND a.kind = 'update_account' AND a.state = 'sending') THEN 'under_way'
           WHEN c.as_before THEN 'as_before'
           WHEN NOT c.as_left THEN 'moved'
           WHEN EXISTS (SELECT 1
                          FROM ctok.mirror_user u
                          JOIN ctok.protected_account p ON p.tenant_id = u.tenant_id AND p.site_id = u.site_id AND p.name IN (u.username, u.email_key)
                         WHERE u.tenant_id = ctok.current_tenant() AND u.site_id = i.site_id AND u.user_id = i.user_id) THEN 'protected'
           ELSE 'undo' END
  FROM compared c
 WHERE c.action_id = i.action_id
