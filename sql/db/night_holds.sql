-- Does the night of this fence ($1) still hold the lock? A look alone: what is committed is checked by fence.sql.
SELECT night_id FROM ctok.run_lock WHERE fence = $1::bigint AND night_id IS NOT NULL
