-- Who settles another sale than before, or none. (An invoice without a sale may be one to its payments: see deal_heads_gone.sql.)
DELETE FROM ctok.deal_document m
 USING deal_found f
 WHERE m.tenant_id = f.tenant_id AND m.document_id = f.document_id
   AND ((m.part = f.part AND (f.first_id IS NULL OR f.first_id <> f.last_id OR m.deal_id <> f.first_id))
        OR (m.part = 'sale' AND f.first_id = f.last_id))
