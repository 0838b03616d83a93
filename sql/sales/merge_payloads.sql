-- What source $1 sent in run $2, once each.
INSERT INTO ctok.payload (tenant_id, payload_hash, source_id, sealed, first_seen_run)
SELECT ctok.current_tenant(), n.payload_hash, $1::bigint, y.sealed, $2::bigint
  FROM (SELECT s.payload_hash, min(p.seq) AS seq
          FROM sale_pick p
          JOIN sale_document s ON s.seq = p.seq
         WHERE p.new_version
         GROUP BY s.payload_hash) n
  JOIN sale_payload y ON y.seq = n.seq
ON CONFLICT DO NOTHING
