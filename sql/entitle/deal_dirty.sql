-- What settles what has changed: look again at every document.
INSERT INTO ctok.dirty_document (tenant_id, document_id)
SELECT d.tenant_id, d.document_id FROM ctok.document d
ON CONFLICT DO NOTHING
