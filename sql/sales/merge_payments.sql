-- Payments that the source tells, each a movement at its own moment, met in run $1: the first money and any that came later is charged, what
-- was taken back adjusts; refunds and fees are what they are. (A payment is a fact of the source for good: met again, it is the same one.)
INSERT INTO ctok.movement (tenant_id, document_id, kind, external_key, amount_minor, currency, effective_at, known_at, run_id)
SELECT r.tenant_id, p.document_id, CASE WHEN y.kind <> 'paid' THEN y.kind WHEN y.amount_minor > 0 THEN 'charge' ELSE 'adjustment' END,
       CASE y.kind WHEN 'paid' THEN 'payment' ELSE y.kind END || ' ' || y.payment_key, y.amount_minor,
       s.currency, y.effective_at, r.known_at, r.run_id
  FROM sale_payment y
  JOIN sale_pick p ON p.seq = y.seq
  JOIN sale_document s ON s.seq = y.seq AND s.kind <> 'credit_note' AND s.status <> 'test'
 CROSS JOIN (SELECT tenant_id, run_id, known_at FROM ctok.run WHERE run_id = $1::bigint) r
 WHERE y.amount_minor <> 0
 ORDER BY p.document_id, y.effective_at, y.kind <> 'paid', length(y.payment_key), y.payment_key
ON CONFLICT DO NOTHING
