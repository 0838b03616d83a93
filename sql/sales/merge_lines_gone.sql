-- Lines that the newest version no longer has.
UPDATE ctok.line k
   SET gone = true
  FROM sale_pick p
 WHERE k.tenant_id = ctok.current_tenant() AND k.document_id = p.document_id AND NOT k.gone AND NOT p.is_new
   AND NOT EXISTS (SELECT 1 FROM sale_row r WHERE r.seq = p.seq AND r.line_no = k.line_no)
