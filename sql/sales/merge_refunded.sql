-- What credit notes of source $1 gave back of their originals so far.
WITH original AS (
    SELECT DISTINCT c.original_id
      FROM (SELECT s.external_id FROM sale_document s WHERE s.kind = 'credit_note'
             UNION
            SELECT w.external_id FROM sale_note_waited w) s
      JOIN ctok.document d ON d.tenant_id = ctok.current_tenant() AND d.source_id = $1::bigint AND d.external_id = s.external_id
      JOIN rule.credit_note c ON c.tenant_id = d.tenant_id AND c.document_id = d.document_id
), refunded AS (
    SELECT o.original_id, -coalesce(sum(m.amount_minor), 0) AS refunded_minor
      FROM original o
      LEFT JOIN ctok.movement m ON m.tenant_id = ctok.current_tenant() AND m.document_id = o.original_id AND m.kind = 'refund'
     GROUP BY o.original_id
)
UPDATE ctok.document d
   SET refunded_minor = r.refunded_minor
  FROM refunded r
 WHERE d.tenant_id = ctok.current_tenant() AND d.document_id = r.original_id AND d.refunded_minor <> r.refunded_minor
