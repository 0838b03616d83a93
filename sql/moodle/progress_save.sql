-- Progress of site $1 was read at $2, but for $3 learners; or ($4) why it was not.
INSERT INTO ctok.progress_state (tenant_id, site_id, read_at, waiting, failure)
VALUES (ctok.current_tenant(), $1, to_timestamp($2::bigint), $3, $4)
ON CONFLICT (tenant_id, site_id) DO UPDATE
   SET read_at = coalesce(excluded.read_at, progress_state.read_at), waiting = excluded.waiting, failure = excluded.failure
