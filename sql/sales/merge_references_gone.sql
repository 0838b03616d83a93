-- What known documents refer to no more.
DELETE FROM ctok.document_reference f
 USING sale_pick p
 WHERE f.tenant_id = ctok.current_tenant() AND f.document_id = p.document_id AND NOT p.is_new
   AND NOT EXISTS (SELECT 1 FROM sale_reference r WHERE r.seq = p.seq AND r.name = f.name AND r.value = f.value)
