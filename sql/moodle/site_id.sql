-- The id of a configured site.
SELECT site_id FROM ctok.site WHERE tenant_id = ctok.current_tenant() AND name = $1
