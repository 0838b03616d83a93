UPDATE ctok.run r
SET ended_at = n.now_at + (clock_timestamp() - n.begun_at), exit_code = $2::integer, counts = $3::jsonb
FROM ctok.night n
WHERE r.run_id = $1::bigint AND n.night_id = r.night_id
