-- The same of known documents: a unit that was gone is back.
INSERT INTO ctok.unit (tenant_id, document_id, line_no, unit_no, net_minor)
SELECT ctok.current_tenant(), p.document_id, r.line_no, n.unit_no, rule.unit_share(r.net_minor, r.quantity::bigint, n.unit_no)
  FROM sale_row r
  JOIN sale_pick p ON p.seq = r.seq AND NOT p.is_new
  JOIN sale_document s ON s.seq = p.seq AND s.kind <> 'credit_note'
 CROSS JOIN LATERAL generate_series(1, r.quantity::integer) AS n (unit_no)
 WHERE r.quantity = trunc(r.quantity) AND r.quantity >= 1
 ORDER BY p.document_id, r.line_no, n.unit_no
ON CONFLICT (tenant_id, document_id, line_no, unit_no) DO UPDATE
   SET net_minor = excluded.net_minor, gone = false
 WHERE (unit.net_minor, unit.gone) IS DISTINCT FROM (excluded.net_minor, false)
