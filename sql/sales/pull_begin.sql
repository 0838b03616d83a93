-- Source $1 is read in run $2 from $3 to $4 (seconds). It does not count until it is complete.
INSERT INTO ctok.pull (tenant_id, source_id, run_id, window_from, window_to, begun_at)
SELECT r.tenant_id, $1::bigint, r.run_id, to_timestamp($3::bigint), to_timestamp($4::bigint),
       n.now_at + (clock_timestamp() - n.begun_at)
  FROM ctok.run r
  JOIN ctok.night n ON n.night_id = r.night_id
 WHERE r.run_id = $2::bigint
RETURNING pull_id
