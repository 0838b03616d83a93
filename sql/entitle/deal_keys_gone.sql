-- Keys that the documents had.
DELETE FROM ctok.deal_key k
 USING look_document d
 WHERE k.tenant_id = d.tenant_id AND k.document_id = d.document_id
   AND NOT EXISTS (SELECT 1 FROM deal_key_new n WHERE n.tenant_id = k.tenant_id AND n.document_id = k.document_id AND n.key = k.key)
