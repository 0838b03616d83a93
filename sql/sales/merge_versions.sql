-- The new versions, met in run $1.
INSERT INTO ctok.document_version (tenant_id, document_id, version, modified_at, known_at, run_id, payload_hash, status, total_minor,
    refunded_minor, content_hash, merge_no)
SELECT r.tenant_id, p.document_id, p.version, coalesce(s.modified_at, s.met_at, r.effective_at), r.known_at, r.run_id, s.payload_hash, s.status,
       s.total_minor,
       coalesce(s.refunded_minor, d.refunded_minor, 0),
       s.content_hash, (SELECT currval('ctok.merge_no'))
  FROM sale_pick p
  JOIN sale_document s ON s.seq = p.seq
  -- One that does not say keeps what the ledger knows. (A join, and not for new ones: the indexes may be away just now.)
  LEFT JOIN ctok.document d ON d.tenant_id = ctok.current_tenant() AND d.document_id = p.document_id AND NOT p.is_new AND s.refunded_minor IS NULL
 CROSS JOIN (SELECT tenant_id, run_id, known_at, effective_at FROM ctok.run WHERE run_id = $1::bigint) r
 WHERE p.new_version
