-- Clients of source $1 that were disabled and are not any more; reconcile looks at what they bought.
WITH back AS (
    DELETE FROM ctok.client_disabled c
     WHERE c.tenant_id = ctok.current_tenant() AND c.source_id = $1::bigint
       AND NOT EXISTS (SELECT 1 FROM sale_client s WHERE s.client_key = c.client_key)
    RETURNING c.client_key
)
INSERT INTO ctok.dirty_document (tenant_id, document_id)
SELECT DISTINCT d.tenant_id, d.document_id
  FROM back b
  JOIN ctok.document_reference f ON f.tenant_id = ctok.current_tenant() AND f.name = 'client' AND f.value = b.client_key
  JOIN ctok.document d ON d.tenant_id = f.tenant_id AND d.document_id = f.document_id AND d.source_id = $1::bigint
ON CONFLICT DO NOTHING
