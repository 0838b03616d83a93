-- A payload may grow by what its source is asked besides, and then holds more than the version that the ledger has of the same content. It takes
-- that one's place where an older release kept less, or where what was asked is now answered otherwise, of source $1 in run $2: what is stored
-- says as much as what was read.
WITH fuller AS (
    SELECT p.document_id, p.version, p.seq, s.payload_hash, s.content_hash
      FROM sale_pick p
      JOIN sale_document s ON s.seq = p.seq AND s.content_hash IS NOT NULL
      JOIN ctok.document_version v ON v.tenant_id = ctok.current_tenant() AND v.document_id = p.document_id AND v.version = p.version
     WHERE NOT p.new_version AND v.payload_hash <> s.payload_hash AND (p.changed OR v.content_hash IS NULL)
), kept AS (
    INSERT INTO ctok.payload (tenant_id, payload_hash, source_id, sealed, first_seen_run)
    SELECT ctok.current_tenant(), f.payload_hash, $1::bigint, y.sealed, $2::bigint
      FROM fuller f
      JOIN sale_payload y ON y.seq = f.seq
    ON CONFLICT DO NOTHING
)
UPDATE ctok.document_version v
   SET payload_hash = f.payload_hash, content_hash = f.content_hash
  FROM fuller f
 WHERE v.tenant_id = ctok.current_tenant() AND v.document_id = f.document_id AND v.version = f.version
