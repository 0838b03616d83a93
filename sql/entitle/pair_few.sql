-- The same of the pairs.
SELECT rule.few(n.looks, (SELECT count(*) FROM (SELECT FROM ctok.access a WHERE a.tenant_id = (SELECT ctok.current_tenant()) LIMIT 25 * n.looks) t)) AS yes
  FROM (SELECT count(*) AS looks FROM dirty_pair) n
