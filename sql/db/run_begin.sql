-- A program ($2) begins its work for the connection's tenant in a night ($1). `known_at` is the wall clock as the night counts it:
-- its `now` plus what has passed since it began, so that a night with a given `now` is consistent in itself.
INSERT INTO ctok.run (tenant_id, night_id, program, effective_at, known_at)
SELECT ctok.current_tenant(), night_id, $2::text, now_at, now_at + (clock_timestamp() - begun_at)
FROM ctok.night
WHERE night_id = $1::bigint
RETURNING run_id
