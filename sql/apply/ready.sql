-- How many actions of a site may be carried out now. $1: site.
SELECT count(*) AS actions FROM ctok.action a
 WHERE a.tenant_id = ctok.current_tenant() AND a.site_id = $1::bigint AND a.state = 'open' AND NOT a.trial
