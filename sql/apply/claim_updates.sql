-- Take the next accounts to change, with their fields: from here on they are under way. $1: site, $2: at most, $3: run, $4: plan of a revert; NULL
-- for the night, which leaves reverts alone.
WITH taken AS (
    UPDATE ctok.action a SET state = 'sending'
     WHERE a.tenant_id = ctok.current_tenant()
       AND a.action_id IN (SELECT o.action_id FROM ctok.action o
                            WHERE o.tenant_id = ctok.current_tenant() AND o.site_id = $1::bigint AND o.state = 'open' AND NOT o.trial
                              AND o.kind = 'update_account'
                              AND CASE WHEN $4::bigint IS NULL THEN o.undoes IS NULL ELSE o.plan_id = $4::bigint END
                            ORDER BY o.action_id LIMIT $2::bigint)
    RETURNING a.tenant_id, a.action_id, a.user_id
), noted AS (
    INSERT INTO ctok.journal (tenant_id, action_id, run_id, phase, outcome, user_id, at)
    SELECT tenant_id, action_id, $3::bigint, 'before', 'sending', user_id, rule.now() FROM taken
)
SELECT t.action_id, t.user_id, c.field, c.before_value, c.after_value,
       -- Listings (read level 2) do not show an account's language: what it was, nobody knows.
       c.field = 'lang' AND c.before_value = '' AS unknown
  FROM taken t
  JOIN ctok.account_change c ON c.tenant_id = t.tenant_id AND c.action_id = t.action_id
 ORDER BY t.action_id, c.field
