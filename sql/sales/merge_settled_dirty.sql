-- What reconcile must look at besides: documents that something was booked for, and those sold under a subscription of source $1 that changed.
INSERT INTO ctok.dirty_document (tenant_id, document_id)
SELECT ctok.current_tenant(), document_id FROM sale_settled
UNION
SELECT f.tenant_id, f.document_id
  FROM sale_subscription s
  JOIN ctok.document_reference f ON f.tenant_id = ctok.current_tenant() AND f.name = 'subscription' AND f.value = s.external_id
  JOIN ctok.document d ON d.tenant_id = f.tenant_id AND d.document_id = f.document_id AND d.source_id = $1::bigint
ON CONFLICT DO NOTHING
