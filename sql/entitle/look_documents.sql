-- The documents that this run looks at: what changed,
CREATE TEMP TABLE look_document ON COMMIT DROP AS
SELECT d.tenant_id, d.document_id FROM ctok.dirty_document d
UNION
-- and what is judged otherwise since the settings changed what becomes of disabled clients and of what is overdue.
SELECT o.tenant_id, o.document_id
  FROM rule.document_owed o
  JOIN ctok.entitlement e ON e.tenant_id = o.tenant_id AND e.document_id = o.document_id AND e.revoked_why IS NULL
UNION
SELECT e.tenant_id, e.document_id
  FROM ctok.entitlement e
 WHERE e.revoked_why IN ('disabled', 'overdue')
   AND NOT EXISTS (SELECT 1 FROM rule.document_owed o WHERE o.tenant_id = e.tenant_id AND o.document_id = e.document_id)
