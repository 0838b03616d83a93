-- The source of pull $1 has been read up to the end of its window.
INSERT INTO ctok.source_state (tenant_id, source_id, watermark, last_complete_at)
SELECT p.tenant_id, p.source_id, p.window_to, p.ended_at
  FROM ctok.pull p
 WHERE p.pull_id = $1::bigint
ON CONFLICT (tenant_id, source_id) DO UPDATE
   SET watermark = greatest(source_state.watermark, excluded.watermark), last_complete_at = excluded.last_complete_at
