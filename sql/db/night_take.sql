-- Take the night: program, host, pid, now (seconds since 1970). The one that was not ended ends unended.
WITH lock AS (
    UPDATE ctok.run_lock SET fence = fence + 1 RETURNING fence
), night AS (
    INSERT INTO ctok.night (program, host, pid, fence, now_at)
    SELECT $1::text, $2::text, $3::bigint, fence, to_timestamp($4::bigint) FROM lock
    RETURNING night_id, fence
)
SELECT night_id, fence FROM night
