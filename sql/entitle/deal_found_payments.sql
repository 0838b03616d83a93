-- The same of payments. One that is for an invoice is for its sale; an invoice that could be of several sales tells nothing.
-- Every key is judged once for all who share it, so that one that many share costs no more than they are.
CREATE TEMP TABLE deal_found ON COMMIT DROP AS
WITH asked AS (
    SELECT r.tenant_id, r.document_id, d.source_id
      FROM deal_reach r
      JOIN ctok.document d ON d.tenant_id = r.tenant_id AND d.document_id = r.document_id
      JOIN ctok.source s ON s.tenant_id = d.tenant_id AND s.source_id = d.source_id AND s.role = 'payment'
     WHERE d.kind <> 'credit_note'
), key AS (
    SELECT DISTINCT k.tenant_id, k.key FROM asked a JOIN ctok.deal_key k ON k.tenant_id = a.tenant_id AND k.document_id = a.document_id
), answer AS (
    SELECT y.tenant_id, y.key, y.source_id, min(coalesce(m.deal_id, y.document_id)) AS first_id, max(coalesce(m.deal_id, y.document_id)) AS last_id
      FROM key
      JOIN ctok.deal_key y ON y.tenant_id = key.tenant_id AND y.key = key.key
      JOIN ctok.source s ON s.tenant_id = y.tenant_id AND s.source_id = y.source_id AND s.role IN ('sale', 'invoice')
      LEFT JOIN ctok.deal_document m ON m.tenant_id = y.tenant_id AND m.document_id = y.document_id AND m.part = 'invoice'
     WHERE NOT EXISTS (SELECT 1 FROM ctok.deal_unclear u WHERE u.tenant_id = y.tenant_id AND u.document_id = y.document_id)
     GROUP BY y.tenant_id, y.key, y.source_id
)
SELECT a.tenant_id, a.document_id, 'payment' AS part, min(t.first_id) AS first_id, max(t.last_id) AS last_id
  FROM asked a
  LEFT JOIN (ctok.deal_key k
             JOIN ctok.source_settles o ON o.tenant_id = k.tenant_id AND o.source_id = k.source_id
             JOIN answer t ON t.tenant_id = k.tenant_id AND t.key = k.key AND t.source_id = o.target_id)
         ON k.tenant_id = a.tenant_id AND k.document_id = a.document_id
 GROUP BY a.tenant_id, a.document_id;
ANALYZE deal_found
