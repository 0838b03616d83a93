-- Take the next accounts to make: from here on they are under way. $1: site, $2: at most, $3: run.
WITH taken AS (
    UPDATE ctok.action a SET state = 'sending'
     WHERE a.tenant_id = ctok.current_tenant()
       AND a.action_id IN (SELECT o.action_id FROM ctok.action o
                            WHERE o.tenant_id = ctok.current_tenant() AND o.site_id = $1::bigint AND o.state = 'open' AND NOT o.trial
                              AND o.kind = 'create_account'
                            ORDER BY o.action_id LIMIT $2::bigint)
    RETURNING a.tenant_id, a.action_id, a.person_id
), noted AS (
    INSERT INTO ctok.journal (tenant_id, action_id, run_id, phase, outcome, at)
    SELECT tenant_id, action_id, $3::bigint, 'before', 'sending', rule.now() FROM taken
)
SELECT t.action_id, t.person_id, p.email, rule.first_name(p.display_name, p.email) AS firstname, rule.last_name(p.display_name) AS lastname,
       rule.username_stem(s.usernames, p.display_name, p.email) AS stem
  FROM taken t
  JOIN ctok.site s ON s.tenant_id = t.tenant_id AND s.site_id = $1::bigint
  JOIN ctok.person p ON p.tenant_id = t.tenant_id AND p.person_id = t.person_id
 ORDER BY t.action_id
