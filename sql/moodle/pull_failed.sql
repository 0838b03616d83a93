-- A reading failed.
UPDATE ctok.site_pull SET ended_at = clock_timestamp(), failure = $2
 WHERE tenant_id = ctok.current_tenant() AND pull_id = $1
