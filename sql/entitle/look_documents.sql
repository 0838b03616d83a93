-- The documents that this run looks at: what changed.
CREATE TEMP TABLE look_document ON COMMIT DROP AS
SELECT d.tenant_id, d.document_id FROM ctok.dirty_document d
