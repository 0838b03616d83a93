-- Give the night ($1) of a fence ($2) back, unless another has taken it since.
WITH ended AS (
    UPDATE ctok.night SET ended_at = clock_timestamp() WHERE night_id = $1::bigint AND ended_at IS NULL
)
UPDATE ctok.run_lock
SET night_id = NULL, program = NULL, host = NULL, pid = NULL, now_at = NULL, taken_at = NULL, backend_pid = NULL,
    backend_start = NULL
WHERE night_id = $1::bigint AND fence = $2::bigint
