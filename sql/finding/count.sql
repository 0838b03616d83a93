SELECT count(*) AS open FROM ctok.finding WHERE tenant_id = (SELECT ctok.current_tenant()) AND cleared_at IS NULL
