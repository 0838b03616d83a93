-- Disputes and subscriptions: what payment providers say, by document.

-- Disputes of documents. The money is taken at the opening; won, it comes back, lost, it stays away.
CREATE VIEW rule.dispute WITH (security_invoker = true) AS
SELECT o.tenant_id, o.document_id, o.external_key, -o.amount_minor AS amount_minor, o.currency, o.effective_at AS opened_at,
       min(e.effective_at) FILTER (WHERE e.kind = 'dispute_won') AS won_at, min(e.effective_at) FILTER (WHERE e.kind = 'dispute_lost') AS lost_at,
       -- In which night that it was won became known.
       min(greatest(e.effective_at, k.effective_at)) FILTER (WHERE e.kind = 'dispute_won') AS won_known_at
  FROM ctok.settlement o
  LEFT JOIN ctok.settlement e ON e.tenant_id = o.tenant_id AND e.document_id = o.document_id AND e.source_id = o.source_id
                             AND e.external_key = o.external_key AND e.kind IN ('dispute_won', 'dispute_lost')
  LEFT JOIN ctok.run k ON k.tenant_id = e.tenant_id AND k.run_id = e.run_id
 WHERE o.kind = 'dispute_opened' AND o.document_id IS NOT NULL
 GROUP BY o.tenant_id, o.document_id, o.external_key, o.amount_minor, o.currency, o.effective_at;

-- Documents with disputes: what was lost for good and when the last of it was, and what is open.
CREATE VIEW rule.document_dispute WITH (security_invoker = true) AS
SELECT d.tenant_id, d.document_id, d.currency,
       coalesce(sum(d.amount_minor) FILTER (WHERE d.lost_at IS NOT NULL), 0)::bigint AS lost_minor, max(d.lost_at) AS lost_at,
       coalesce(sum(d.amount_minor) FILTER (WHERE d.lost_at IS NULL AND d.won_at IS NULL), 0)::bigint AS open_minor,
       min(d.opened_at) FILTER (WHERE d.lost_at IS NULL AND d.won_at IS NULL) AS open_since
  FROM rule.dispute d
 GROUP BY d.tenant_id, d.document_id, d.currency;

-- Documents whose access waits for a dispute: an open one over their own payment, or over a payment that settles them. What was lost there in full
-- waits on, until the sale says itself that its money was given back (docs/architecture.md, "Deals").
CREATE VIEW rule.document_disputed WITH (security_invoker = true) AS
SELECT y.tenant_id, y.document_id, min(y.since) AS since
  FROM (SELECT x.tenant_id, x.document_id, x.open_since AS since FROM rule.document_dispute x WHERE x.open_minor > 0
        UNION ALL
        SELECT m.tenant_id, m.deal_id, coalesce(x.open_since, x.lost_at)
          FROM rule.document_dispute x
          JOIN ctok.deal_document m ON m.tenant_id = x.tenant_id AND m.document_id = x.document_id AND m.part <> 'sale'
          JOIN ctok.document d ON d.tenant_id = x.tenant_id AND d.document_id = x.document_id
         WHERE x.open_minor > 0 OR x.lost_minor >= d.total_minor AND x.lost_minor > 0) y
 GROUP BY y.tenant_id, y.document_id;

-- Lines sold under a subscription that ended, or is to end, before the time that they were paid for is over: from then on they give nothing. One that runs
-- out at the end of its period ends with that, and a line whose time was over before was used up. Where an older release read the sale, without its
-- period, the subscription's own stands in for that; where it was read with one, a line without was sold besides and has nothing to do with it.
CREATE VIEW rule.line_ended WITH (security_invoker = true) AS
SELECT l.tenant_id, l.document_id, l.line_no, min(e.ends_at) AS ended_at
  FROM (SELECT s.*, coalesce(s.ended_at, s.cancel_at) AS ends_at FROM ctok.subscription s WHERE s.ended_at IS NOT NULL OR s.cancel_at IS NOT NULL) e
  JOIN ctok.document_reference f ON f.tenant_id = e.tenant_id AND f.name = 'subscription' AND f.value = e.external_id
  JOIN ctok.document d ON d.tenant_id = f.tenant_id AND d.document_id = f.document_id AND d.source_id = e.source_id AND d.kind <> 'credit_note'
  JOIN ctok.line l ON l.tenant_id = d.tenant_id AND l.document_id = d.document_id
 WHERE e.ends_at < l.period_to
    OR l.period_to IS NULL AND e.ended_at < e.period_to AND d.effective_at <= e.ended_at
       AND NOT EXISTS (SELECT 1 FROM ctok.line o WHERE o.tenant_id = l.tenant_id AND o.document_id = l.document_id AND o.period_to IS NOT NULL)
 GROUP BY l.tenant_id, l.document_id, l.line_no;

-- What was told of the payment of a document in another currency than the document's.
CREATE VIEW rule.settlement_foreign WITH (security_invoker = true) AS
SELECT DISTINCT ON (s.tenant_id, s.settlement_id) s.tenant_id, s.settlement_id, s.source_id, s.kind, s.external_key, s.amount_minor, s.currency,
       d.document_id, d.currency AS document_currency
  FROM ctok.settlement s
  JOIN ctok.document_reference f ON f.tenant_id = s.tenant_id AND f.name = 'transaction' AND f.value IN (nullif(s.payment_key, ''), nullif(s.intent_key, ''))
  JOIN ctok.document d ON d.tenant_id = f.tenant_id AND d.document_id = f.document_id AND d.source_id = s.source_id AND d.currency <> s.currency
                      AND d.kind <> 'credit_note' AND d.status <> 'test'
 WHERE s.document_id IS NULL AND s.kind <> 'charge'
 ORDER BY s.tenant_id, s.settlement_id, d.document_id;
