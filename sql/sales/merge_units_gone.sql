-- Units of lines that are gone or shrank.
UPDATE ctok.unit u
   SET gone = true
  FROM sale_pick p
 WHERE u.tenant_id = ctok.current_tenant() AND u.document_id = p.document_id AND NOT u.gone AND NOT p.is_new
   AND NOT EXISTS (SELECT 1 FROM sale_row r
                    WHERE r.seq = p.seq AND r.line_no = u.line_no AND r.quantity = trunc(r.quantity) AND u.unit_no <= r.quantity)
