-- What was paid on the credit notes of source $1 is refunds of their originals, met in run $2: each payment is split among the units that the
-- note gives back, by their parts of its lines; the part of other lines names no unit. All notes of the pull are looked at, changed or
-- not, because an original may come in after its note.
WITH note AS (
    SELECT s.seq, c.document_id, c.original_id, c.external_id, c.total_minor, c.currency
      FROM sale_document s
      JOIN ctok.document d ON d.tenant_id = ctok.current_tenant() AND d.source_id = $1::bigint AND d.external_id = s.external_id
      JOIN rule.credit_note c ON c.tenant_id = d.tenant_id AND c.document_id = d.document_id
     WHERE s.kind = 'credit_note'
), credit AS MATERIALIZED (
    -- Looked up original by original: what notes of years give back is not gone through for those of tonight. (OFFSET 0 keeps it so.)
    SELECT k.document_id, k.unit_id, k.line_no, k.unit_no, k.net_minor
      FROM (SELECT DISTINCT original_id FROM note) o
     CROSS JOIN LATERAL (SELECT * FROM rule.unit_credit k WHERE k.tenant_id = ctok.current_tenant() AND k.original_id = o.original_id OFFSET 0) k
), part AS (
    SELECT n.seq, k.unit_id, k.line_no, k.unit_no, k.net_minor
      FROM note n
      JOIN credit k ON k.document_id = n.document_id
    UNION ALL
    SELECT n.seq, NULL, NULL, NULL, n.total_minor - coalesce(g.net_minor, 0)
      FROM note n
      LEFT JOIN (SELECT document_id, sum(net_minor) AS net_minor FROM credit GROUP BY document_id) g ON g.document_id = n.document_id
), summed AS (
    SELECT p.*, sum(p.net_minor) OVER (PARTITION BY p.seq ORDER BY p.line_no NULLS LAST, p.unit_no) AS up_to FROM part p
), share AS (
    SELECT n.*, p.unit_id, p.line_no, p.unit_no, y.payment_key, y.effective_at,
           CASE WHEN n.total_minor = 0 THEN CASE WHEN p.unit_id IS NULL THEN y.amount_minor ELSE 0 END
                ELSE (trunc(y.amount_minor * p.up_to / n.total_minor) - trunc(y.amount_minor * (p.up_to - p.net_minor) / n.total_minor))::bigint
           END AS amount_minor
      FROM note n
      JOIN summed p ON p.seq = n.seq
      JOIN sale_payment y ON y.seq = n.seq
), used AS (
    INSERT INTO ctok.credit_use (tenant_id, note_id, original_id)
    SELECT DISTINCT ctok.current_tenant(), s.document_id, s.original_id FROM share s WHERE s.amount_minor <> 0
    ON CONFLICT DO NOTHING
)
INSERT INTO ctok.movement (tenant_id, document_id, note_id, unit_id, kind, external_key, amount_minor, currency, effective_at, known_at, run_id)
SELECT r.tenant_id, s.original_id, s.document_id, s.unit_id, 'refund',
       concat_ws(' ', 'credit', s.external_id, 'payment', s.payment_key, CASE WHEN s.unit_id IS NOT NULL THEN s.line_no || '.' || s.unit_no END),
       s.amount_minor, s.currency, s.effective_at, r.known_at, r.run_id
  FROM share s
 CROSS JOIN (SELECT tenant_id, run_id, known_at FROM ctok.run WHERE run_id = $2::bigint) r
 WHERE s.amount_minor <> 0
 ORDER BY s.original_id, s.effective_at, length(s.payment_key), s.payment_key, s.line_no, s.unit_no
ON CONFLICT DO NOTHING
