-- The stored documents of round $1.
DECLARE replay NO SCROLL CURSOR FOR
SELECT d.external_id, d.number, d.kind, (extract(epoch FROM v.modified_at) * 1000000)::bigint AS met_us, encode(v.payload_hash, 'hex') AS hash,
       coalesce(encode(y.sealed, 'hex'), '') AS sealed
  FROM replay_version r
  JOIN ctok.document d ON d.tenant_id = ctok.current_tenant() AND d.document_id = r.document_id
  JOIN ctok.document_version v ON v.tenant_id = ctok.current_tenant() AND v.document_id = r.document_id AND v.version = r.version
  LEFT JOIN ctok.payload y ON y.tenant_id = ctok.current_tenant() AND y.payload_hash = v.payload_hash
 WHERE r.round = $1::integer
