-- What was given back so far of documents that refunds were booked for.
UPDATE ctok.document d
   SET refunded_minor = r.refunded_minor
  FROM (SELECT s.document_id, -coalesce(sum(m.amount_minor), 0) AS refunded_minor
          FROM sale_settled s
          LEFT JOIN ctok.movement m ON m.tenant_id = ctok.current_tenant() AND m.document_id = s.document_id AND m.kind = 'refund'
         GROUP BY s.document_id) r
 WHERE d.tenant_id = ctok.current_tenant() AND d.document_id = r.document_id AND d.refunded_minor <> r.refunded_minor
