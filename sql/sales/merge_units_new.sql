-- The units of new documents: one for each of a whole quantity; credit notes, which never entitle to anything, have none. The line's net is
-- split among them: all get the same, rounded down, and what remains goes in single minor units to the lowest numbers.
INSERT INTO ctok.unit (tenant_id, document_id, line_no, unit_no, net_minor)
SELECT (SELECT ctok.current_tenant()), l.document_id, l.line_no, n.unit_no, rule.unit_share(l.net_minor, l.quantity, n.unit_no)
  FROM (SELECT p.document_id, r.line_no, r.net_minor, r.quantity::bigint AS quantity
          FROM sale_row r
          JOIN sale_pick p ON p.seq = r.seq AND p.is_new
          JOIN sale_document s ON s.seq = p.seq AND s.kind <> 'credit_note'
         WHERE r.quantity = trunc(r.quantity) AND r.quantity >= 1
         ORDER BY p.document_id, r.line_no) l
 CROSS JOIN LATERAL generate_series(1, l.quantity::integer) AS n (unit_no)
