-- Keys that they have now.
INSERT INTO ctok.deal_key (tenant_id, document_id, key, source_id)
SELECT n.tenant_id, n.document_id, n.key, n.source_id
  FROM deal_key_new n
 ORDER BY n.document_id, n.key
ON CONFLICT DO NOTHING
