-- Money that moved, as the difference between what documents show now and what the ledger has: append-only. A charge counts from the
-- sale, when the document is new; anything later from the version that first shows it. Test orders and orders that were never charged
-- move nothing; what was booked for them before is taken back. Payments that the source tells are booked already (merge_payments.sql), and
-- credit notes are refunds of what they correct (merge_credits.sql).
WITH have AS (
    SELECT m.document_id, sum(m.amount_minor) FILTER (WHERE m.kind IN ('charge', 'adjustment')) AS charged,
           -sum(m.amount_minor) FILTER (WHERE m.kind = 'refund') AS refunded, bool_or(m.kind = 'charge') AS has_charge
      FROM ctok.movement m
      JOIN sale_pick p ON p.document_id = m.document_id
     WHERE m.tenant_id = ctok.current_tenant() AND (NOT p.is_new OR p.seq IN (SELECT y.seq FROM sale_payment y))
     GROUP BY m.document_id
), want AS (
    SELECT p.document_id, p.version, s.currency, s.effective_at, coalesce(s.modified_at, s.met_at, r.effective_at) AS modified_at,
           coalesce(h.has_charge, false) AS has_charge,
           rule.paid(s.paid_minor, s.status, s.total_minor) - coalesce(h.charged, 0) AS charge,
           CASE WHEN s.status = 'test' THEN 0 ELSE coalesce(s.refunded_minor, h.refunded, 0) END - coalesce(h.refunded, 0) AS refund
      FROM sale_pick p
      JOIN sale_document s ON s.seq = p.seq
      LEFT JOIN have h ON h.document_id = p.document_id
     CROSS JOIN (SELECT effective_at FROM ctok.run WHERE run_id = $1::bigint) r
     WHERE s.kind <> 'credit_note'
)
INSERT INTO ctok.movement (tenant_id, document_id, kind, external_key, amount_minor, currency, effective_at, known_at, run_id)
SELECT r.tenant_id, w.document_id, w.kind, w.external_key, w.amount_minor, w.currency, w.effective_at, r.known_at, r.run_id
  FROM (SELECT document_id, CASE WHEN has_charge THEN 'adjustment' ELSE 'charge' END AS kind,
               CASE WHEN has_charge THEN 'total@' || version ELSE 'charge' END AS external_key, charge AS amount_minor, currency,
               CASE WHEN version = 1 THEN effective_at ELSE modified_at END AS effective_at
          FROM want
         WHERE charge <> 0
         UNION ALL
        SELECT document_id, 'refund', 'refund@' || version, -refund, currency, modified_at
          FROM want
         WHERE refund <> 0) w
 CROSS JOIN (SELECT tenant_id, run_id, known_at FROM ctok.run WHERE run_id = $1::bigint) r
 ORDER BY w.document_id, w.kind
