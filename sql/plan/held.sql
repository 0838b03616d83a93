-- How many actions of the tenant are held.
SELECT count(*) AS held FROM ctok.action a WHERE a.tenant_id = ctok.current_tenant() AND a.state = 'held'
