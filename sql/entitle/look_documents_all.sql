-- `--full`: every document.
CREATE TEMP TABLE look_document ON COMMIT DROP AS
SELECT d.tenant_id, d.document_id FROM ctok.document d
