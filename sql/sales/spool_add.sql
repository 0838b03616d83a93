-- Deliveries of source $1 that run $3 has taken: pairs of hex hashes, a JSON list $2.
INSERT INTO ctok.spool_nonce (tenant_id, source_id, nonce_hash, file_hash, seen_at)
SELECT s.tenant_id, s.source_id, decode(j ->> 0, 'hex'), decode(j ->> 1, 'hex'), r.known_at
  FROM jsonb_array_elements($2::jsonb) j
  JOIN ctok.source s ON s.tenant_id = ctok.current_tenant() AND s.name = $1
  JOIN ctok.run r ON r.tenant_id = s.tenant_id AND r.run_id = $3::bigint
ON CONFLICT DO NOTHING
