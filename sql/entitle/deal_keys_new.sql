-- The keys of the documents that are looked at, as they are now. A credit note goes with what it corrects.
CREATE TEMP TABLE deal_key_new ON COMMIT DROP AS
SELECT k.tenant_id, k.document_id, k.key, k.source_id
  FROM look_document d
  JOIN rule.document_key k ON k.tenant_id = d.tenant_id AND k.document_id = d.document_id;
ANALYZE deal_key_new
