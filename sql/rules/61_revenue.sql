-- Sales as revenue: each once, whatever other systems tell of it (docs/architecture.md, "Deals"), and in the tenant's currency.

-- Who expects a partner of whom. By the roles alone only of a source that gives no access itself: one with product rules sells on its own.
CREATE VIEW rule.partner_expected WITH (security_invoker = true) AS
SELECT o.tenant_id, o.source_id, o.target_id, s.role, o.wait_s, o.unlinked IN ('both', 'own') AS own, o.unlinked IN ('both', 'sales') AS sales,
       -- What was sold before is known: both have been read up to then.
       CASE WHEN s.closed THEN 'infinity' ELSE f.last_complete_at END - make_interval(secs => o.wait_s) AS source_known,
       CASE WHEN t.closed THEN 'infinity' ELSE g.last_complete_at END - make_interval(secs => o.wait_s) AS target_known
  FROM ctok.source_settles o
  JOIN ctok.source s ON s.tenant_id = o.tenant_id AND s.source_id = o.source_id
  JOIN ctok.source t ON t.tenant_id = o.tenant_id AND t.source_id = o.target_id
  LEFT JOIN ctok.source_state f ON f.tenant_id = s.tenant_id AND f.source_id = s.source_id
  LEFT JOIN ctok.source_state g ON g.tenant_id = t.tenant_id AND g.source_id = t.source_id
 WHERE NOT s.gone
   AND (o.told OR (t.role = 'sale' AND NOT EXISTS (SELECT 1 FROM rule.source_ruled r WHERE r.tenant_id = o.tenant_id AND r.source_id = o.source_id)));

-- Documents that count as revenue: each sale once. What settles another one does not, nor what could or should; one that gives access by a rule of its
-- own is a sale until it is linked. What is only expected is none yet.
CREATE VIEW rule.document_revenue WITH (security_invoker = true) AS
SELECT d.*
  FROM ctok.document d
 WHERE d.kind <> 'credit_note' AND d.status <> 'test'
   AND NOT EXISTS (SELECT 1 FROM ctok.deal_document m WHERE m.tenant_id = d.tenant_id AND m.document_id = d.document_id AND m.part <> 'sale')
   AND NOT EXISTS (SELECT 1 FROM rule.document_expected x WHERE x.tenant_id = d.tenant_id AND x.document_id = d.document_id)
   AND NOT EXISTS (SELECT 1 FROM ctok.deal_unclear u WHERE u.tenant_id = d.tenant_id AND u.document_id = d.document_id)
   AND (NOT EXISTS (SELECT 1 FROM rule.partner_expected e WHERE e.tenant_id = d.tenant_id AND e.source_id = d.source_id)
        OR EXISTS (SELECT 1 FROM ctok.deal_document m WHERE m.tenant_id = d.tenant_id AND m.document_id = d.document_id AND m.part = 'sale')
        OR EXISTS (SELECT 1 FROM rule.source_ruled r WHERE r.tenant_id = d.tenant_id AND r.source_id = d.source_id));

-- What a sale is worth: what it was sold for, less what was given back; of one that was cancelled, what was paid for it and kept.
CREATE FUNCTION rule.worth(status text, total_minor bigint, paid_minor bigint, refunded_minor bigint) RETURNS bigint
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE status WHEN 'cancelled' THEN rule.paid(paid_minor, status, total_minor) ELSE total_minor END - refunded_minor;

-- Which amounts are to be told in which currency, of which day: settling documents in their sale's, sales in the tenant's.
CREATE VIEW rule.rate_asked WITH (security_invoker = true) AS
SELECT p.tenant_id, p.currency, s.currency AS to_currency, rule.book_day(p.effective_at) AS day
  FROM ctok.deal_document m
  JOIN ctok.document p ON p.tenant_id = m.tenant_id AND p.document_id = m.document_id
  JOIN ctok.document s ON s.tenant_id = m.tenant_id AND s.document_id = m.deal_id AND s.currency <> p.currency
 WHERE m.part <> 'sale'
UNION
SELECT d.tenant_id, d.currency, t.currency, rule.book_day(d.effective_at)
  FROM rule.document_revenue d
  JOIN ctok.tenant t ON t.tenant_id = d.tenant_id AND t.currency <> d.currency;

-- And the rates for it: of the last day that has both, no more than `rate_days` before.
CREATE VIEW rule.rate_found WITH (security_invoker = true) AS
SELECT a.tenant_id, a.currency, a.to_currency, a.day, r.rate_day, r.from_rate, r.to_rate, r.base, r.publisher,
       w.pair, format('%s (%s, %s)', w.pair, to_char(r.rate_day, 'YYYY-MM-DD'), r.publisher) AS words
  FROM rule.rate_asked a
 CROSS JOIN LATERAL (
        SELECT f.day AS rate_day, f.rate AS from_rate, 1::numeric AS to_rate, f.base, f.publisher
          FROM rule.rate_known f
         WHERE f.tenant_id = a.tenant_id AND f.currency = a.currency AND f.base = a.to_currency AND f.day BETWEEN a.day - f.rate_days AND a.day
        UNION ALL
        SELECT t.day, 1::numeric, t.rate, t.base, t.publisher
          FROM rule.rate_known t
         WHERE t.tenant_id = a.tenant_id AND t.currency = a.to_currency AND t.base = a.currency AND t.day BETWEEN a.day - t.rate_days AND a.day
        UNION ALL
        SELECT f.day, f.rate, t.rate, f.base, f.publisher
          FROM rule.rate_known f
          JOIN rule.rate_known t ON t.tenant_id = f.tenant_id AND t.source_id = f.source_id AND t.day = f.day AND t.base = f.base
         WHERE f.tenant_id = a.tenant_id AND f.currency = a.currency AND t.currency = a.to_currency AND f.day BETWEEN a.day - f.rate_days AND a.day
         ORDER BY rate_day DESC
         LIMIT 1
       ) r
 CROSS JOIN LATERAL (SELECT rule.rate_pair(r.base, a.currency, r.from_rate, a.to_currency, r.to_rate) AS pair) w;

-- Revenue by sale, in its currency and in the tenant's (NULL: no rate is known).
CREATE VIEW rule.revenue WITH (security_invoker = true) AS
SELECT d.tenant_id, d.document_id, d.status, d.currency, d.total_minor, d.paid_minor, d.effective_at, x.refunded_minor, x.worth_minor, t.currency AS home,
       CASE WHEN d.currency = t.currency THEN x.worth_minor ELSE rule.converted(x.worth_minor, d.currency, t.currency, f.from_rate, f.to_rate) END AS home_minor,
       f.words
  FROM rule.document_revenue d
  JOIN ctok.tenant t ON t.tenant_id = d.tenant_id
  LEFT JOIN rule.document_credit k ON k.tenant_id = d.tenant_id AND k.original_id = d.document_id
  LEFT JOIN rule.document_dispute q ON q.tenant_id = d.tenant_id AND q.document_id = d.document_id
  LEFT JOIN rule.rate_found f ON f.tenant_id = d.tenant_id AND f.currency = d.currency AND f.to_currency = t.currency AND f.day = rule.book_day(d.effective_at)
 CROSS JOIN LATERAL (
        SELECT y.refunded_minor, rule.worth(d.status, d.total_minor, d.paid_minor, y.refunded_minor) AS worth_minor
          -- A credit note counts from the day it is written, its money may follow. What was lost in a dispute is given back, too.
          FROM (SELECT greatest(d.refunded_minor, coalesce(k.credited_minor, 0)) + coalesce(q.lost_minor, 0) AS refunded_minor) y
       ) x;
