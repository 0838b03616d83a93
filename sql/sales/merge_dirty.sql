-- What reconcile must look at: what changed, and what credit notes that changed are for.
INSERT INTO ctok.dirty_document (tenant_id, document_id)
SELECT ctok.current_tenant(), document_id FROM sale_pick
UNION ALL
SELECT c.tenant_id, c.original_id
  FROM sale_pick p
  JOIN rule.credit_note c ON c.tenant_id = ctok.current_tenant() AND c.document_id = p.document_id
ON CONFLICT DO NOTHING
