-- The same for a few documents, each looked up. (OFFSET 0 keeps the planner from making all keys and joining then.)
CREATE TEMP TABLE deal_key_new ON COMMIT DROP AS
SELECT k.tenant_id, k.document_id, k.key, k.source_id
  FROM look_document d
 CROSS JOIN LATERAL (SELECT * FROM rule.document_key k
                      WHERE k.tenant_id = d.tenant_id AND k.document_id = d.document_id
                     OFFSET 0) k;
ANALYZE deal_key_new
