-- What source $1 sent in run $2, once each.
INSERT INTO ctok.payload (tenant_id, payload_hash, source_id, sealed, first_seen_run)
SELECT DISTINCT ON (s.payload_hash) ctok.current_tenant(), s.payload_hash, $1::bigint, y.sealed, $2::bigint
  FROM sale_pick p
  JOIN sale_document s ON s.seq = p.seq
  JOIN sale_payload y ON y.seq = p.seq
 WHERE p.new_version
ON CONFLICT DO NOTHING
