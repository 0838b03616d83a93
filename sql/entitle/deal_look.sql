-- A part that changed changes what a document gives: look at it, too.
INSERT INTO look_document (tenant_id, document_id)
SELECT w.tenant_id, w.document_id
  FROM deal_was w
  LEFT JOIN ctok.deal_document m ON m.tenant_id = w.tenant_id AND m.document_id = w.document_id
  LEFT JOIN ctok.deal_unclear u ON u.tenant_id = w.tenant_id AND u.document_id = w.document_id
 WHERE (w.deal_id, w.part, w.first_id, w.last_id) IS DISTINCT FROM (m.deal_id, m.part, u.first_id, u.last_id)
   AND NOT EXISTS (SELECT 1 FROM look_document d WHERE d.tenant_id = w.tenant_id AND d.document_id = w.document_id)
