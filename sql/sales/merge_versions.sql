-- The new versions, met in run $1.
INSERT INTO ctok.document_version (tenant_id, document_id, version, modified_at, known_at, run_id, payload_hash, status, total_minor,
    refunded_minor, content_hash, merge_no)
SELECT r.tenant_id, p.document_id, p.version, coalesce(s.modified_at, s.met_at, r.effective_at), r.known_at, r.run_id, s.payload_hash, s.status,
       s.total_minor,
       coalesce(s.refunded_minor, (SELECT d.refunded_minor FROM ctok.document d WHERE d.tenant_id = r.tenant_id AND d.document_id = p.document_id)),
       s.content_hash, (SELECT currval('ctok.merge_no'))
  FROM sale_pick p
  JOIN sale_document s ON s.seq = p.seq
 CROSS JOIN (SELECT tenant_id, run_id, known_at, effective_at FROM ctok.run WHERE run_id = $1::bigint) r
 WHERE p.new_version
