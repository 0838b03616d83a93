-- The fields of known documents as they are now.
INSERT INTO ctok.kept_field (tenant_id, document_id, line_no, name, value)
SELECT ctok.current_tenant(), p.document_id, coalesce(w.line_no, 0), x.name, x.value
  FROM sale_field x
  JOIN sale_pick p ON p.seq = x.seq AND NOT p.is_new
  LEFT JOIN sale_row w ON w.seq = x.seq AND w.line_key = x.line_key
 ORDER BY p.document_id, 3, x.name
ON CONFLICT (tenant_id, document_id, line_no, name) DO UPDATE SET value = excluded.value
