-- What known documents refer to now.
INSERT INTO ctok.document_reference (tenant_id, document_id, name, value)
SELECT ctok.current_tenant(), p.document_id, r.name, r.value
  FROM sale_reference r
  JOIN sale_pick p ON p.seq = r.seq AND NOT p.is_new
 ORDER BY p.document_id, r.name, r.value
ON CONFLICT DO NOTHING
