SELECT count(*) AS held FROM ctok.issue WHERE tenant_id = ctok.current_tenant() AND held_why <> '' AND state = 'planned'
