-- Cohorts of site $1 were read at $2; or ($3) why they were not.
INSERT INTO ctok.cohort_state (tenant_id, site_id, read_at, failure)
VALUES (ctok.current_tenant(), $1, to_timestamp($2::bigint), $3)
ON CONFLICT (tenant_id, site_id) DO UPDATE SET read_at = coalesce(excluded.read_at, cohort_state.read_at), failure = excluded.failure
