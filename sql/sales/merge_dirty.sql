-- What reconcile must look at.
INSERT INTO ctok.dirty_document (tenant_id, document_id)
SELECT ctok.current_tenant(), document_id FROM sale_pick
ON CONFLICT DO NOTHING
