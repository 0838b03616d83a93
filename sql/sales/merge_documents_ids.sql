-- The ids that the new documents of source $1 were given.
UPDATE sale_pick p
   SET document_id = d.document_id
  FROM ctok.document d
 WHERE p.document_id IS NULL AND d.tenant_id = ctok.current_tenant() AND d.source_id = $1::bigint AND d.external_id = p.external_id
