-- The fields of new documents and of their lines; line 0 is the document.
INSERT INTO ctok.kept_field (tenant_id, document_id, line_no, name, value)
SELECT (SELECT ctok.current_tenant()), p.document_id, coalesce(w.line_no, 0), x.name, x.value
  FROM sale_field x
  JOIN sale_pick p ON p.seq = x.seq AND p.is_new
  LEFT JOIN sale_row w ON w.seq = x.seq AND w.line_key = x.line_key
 ORDER BY p.document_id, 3, x.name
