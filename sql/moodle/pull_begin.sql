-- A reading begins; it counts for nothing until it is complete.
INSERT INTO ctok.site_pull (tenant_id, site_id, run_id, read_level, begun_at)
VALUES (ctok.current_tenant(), $1, $2, $3, clock_timestamp())
RETURNING pull_id
