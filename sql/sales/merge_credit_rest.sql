-- Where what a credit note of source $1 gave back is not what its payments add up to, the difference, as run $2 found it; all of it, where the
-- note was in the ledger before its original.
WITH note AS (
    SELECT c.document_id, c.original_id, c.external_id, c.currency, s.modified_at, d.version, coalesce(c.paid_minor, c.total_minor) AS paid_minor,
           coalesce(b.booked_minor, 0) AS booked_minor, b.rests
      FROM (SELECT s.external_id, coalesce(s.modified_at, s.met_at) AS modified_at FROM sale_document s WHERE s.kind = 'credit_note'
             UNION
            SELECT w.external_id, w.modified_at FROM sale_note_waited w) s
      JOIN ctok.document d ON d.tenant_id = ctok.current_tenant() AND d.source_id = $1::bigint AND d.external_id = s.external_id
      JOIN rule.credit_note c ON c.tenant_id = d.tenant_id AND c.document_id = d.document_id
     CROSS JOIN LATERAL (
            SELECT sum(m.amount_minor) AS booked_minor, count(*) FILTER (WHERE starts_with(m.external_key, 'credit ' || c.external_id || ' rest')) AS rests
              FROM ctok.movement m
             WHERE m.tenant_id = c.tenant_id AND m.document_id = c.original_id AND m.kind = 'refund'
               AND starts_with(m.external_key, 'credit ' || c.external_id || ' ')
           ) b
), used AS (
    INSERT INTO ctok.credit_use (tenant_id, note_id, original_id)
    SELECT ctok.current_tenant(), n.document_id, n.original_id FROM note n WHERE n.paid_minor <> n.booked_minor
    ON CONFLICT DO NOTHING
)
INSERT INTO ctok.movement (tenant_id, document_id, note_id, kind, external_key, amount_minor, currency, effective_at, known_at, run_id)
SELECT r.tenant_id, n.original_id, n.document_id, 'refund', concat_ws(' ', 'credit', n.external_id, 'rest@' || n.version, 'no', n.rests + 1), n.paid_minor - n.booked_minor,
       n.currency, coalesce(n.modified_at, r.effective_at), r.known_at, r.run_id
  FROM note n
 CROSS JOIN (SELECT tenant_id, run_id, known_at, effective_at FROM ctok.run WHERE run_id = $2::bigint) r
 WHERE n.paid_minor <> n.booked_minor
