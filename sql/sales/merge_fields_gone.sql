-- Fields that known documents and their lines have no more.
DELETE FROM ctok.kept_field f
 USING sale_pick p
 WHERE f.tenant_id = ctok.current_tenant() AND f.document_id = p.document_id AND NOT p.is_new
   AND NOT EXISTS (SELECT 1
                     FROM sale_field x
                     LEFT JOIN sale_row w ON w.seq = x.seq AND w.line_key = x.line_key
                    WHERE x.seq = p.seq AND coalesce(w.line_no, 0) = f.line_no AND x.name = f.name)
