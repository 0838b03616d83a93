-- Who settles one sale. Uniqueness is in the table: a document settles one at most.
INSERT INTO ctok.deal_document (tenant_id, document_id, deal_id, part)
SELECT f.tenant_id, f.document_id, f.first_id, f.part
  FROM deal_found f
 WHERE f.first_id = f.last_id
   AND NOT EXISTS (SELECT 1 FROM ctok.deal_document m WHERE m.tenant_id = f.tenant_id AND m.document_id = f.document_id)
 ORDER BY f.document_id
