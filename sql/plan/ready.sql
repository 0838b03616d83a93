-- How many actions of a site may be carried out now. $1: name of the site.
SELECT count(*) AS actions
  FROM ctok.action a
  JOIN ctok.site s ON s.tenant_id = a.tenant_id AND s.site_id = a.site_id
 WHERE a.tenant_id = ctok.current_tenant() AND s.name = $1 AND a.state = 'open' AND NOT a.trial AND a.undoes IS NULL
   AND a.action_id NOT IN (SELECT w.action_id FROM rule.action_waits w)
