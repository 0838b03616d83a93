-- The source of pull $1 has been read up to the end of its window, and its sales are known up to then; or up to $2 (seconds) if that is
-- earlier, as a file tells of no sale after it was written. '' for $2: nothing new was read, and all stays as it was.
INSERT INTO ctok.source_state (tenant_id, source_id, watermark, last_complete_at)
SELECT p.tenant_id, p.source_id, p.window_to, least(p.ended_at, to_timestamp(nullif($2::text, '')::bigint))
  FROM ctok.pull p
 WHERE p.pull_id = $1::bigint AND $2::text IS DISTINCT FROM ''
ON CONFLICT (tenant_id, source_id) DO UPDATE
   SET watermark = greatest(source_state.watermark, excluded.watermark),
       last_complete_at = CASE WHEN $2::text IS NULL THEN excluded.last_complete_at
                               ELSE greatest(source_state.last_complete_at, excluded.last_complete_at) END
