-- Did payouts arrive?

-- Payouts and the movements on bank accounts that may be them: of the same currency, from three days before the announced day to seven after it, and of
-- the same amount, or bearing the payout's id. Which are one, sql/entitle/payout_round.sql finds; ctok.payout_bank takes each once.
CREATE VIEW rule.payout_candidate WITH (security_invoker = true) AS
SELECT p.tenant_id, p.payout_id, e.entry_id, strpos(e.text, p.external_id) > 0 AS named, true AS same, abs(extract(epoch FROM e.booked_at - p.arrival_at)) AS away
  FROM ctok.payout p
  JOIN ctok.bank_entry e ON e.tenant_id = p.tenant_id AND e.currency = p.currency AND e.amount_minor = p.amount_minor
                        AND e.booked_at >= p.arrival_at - interval '3 days' AND e.booked_at <= p.arrival_at + interval '7 days'
 WHERE p.status NOT IN ('failed', 'canceled')
UNION ALL
SELECT p.tenant_id, p.payout_id, e.entry_id, true, false, abs(extract(epoch FROM e.booked_at - p.arrival_at))
  FROM ctok.payout p
  JOIN ctok.bank_entry e ON e.tenant_id = p.tenant_id AND e.currency = p.currency AND e.amount_minor <> p.amount_minor
                        AND sign(e.amount_minor) = sign(p.amount_minor)
                        AND e.booked_at >= p.arrival_at - interval '3 days' AND e.booked_at <= p.arrival_at + interval '7 days'
                        AND strpos(e.text, p.external_id) > 0
 WHERE p.status NOT IN ('failed', 'canceled');

-- Payouts that arrived.
CREATE VIEW rule.payout_arrived WITH (security_invoker = true) AS
SELECT l.tenant_id, l.payout_id, l.entry_id, e.booked_at, e.amount_minor AS bank_minor
  FROM ctok.payout_bank l
  JOIN ctok.bank_entry e ON e.tenant_id = l.tenant_id AND e.entry_id = l.entry_id;

-- Up to when all bank accounts are known: the last movement of each that was kept. (When a file was put there says nothing of the days that
-- its statement covers.)
CREATE VIEW rule.bank_known WITH (security_invoker = true) AS
SELECT b.tenant_id, min(coalesce(b.last_at, '-infinity')) AS until
  FROM (SELECT s.tenant_id, s.source_id, (SELECT max(e.booked_at) FROM ctok.bank_entry e WHERE e.tenant_id = s.tenant_id AND e.source_id = s.source_id) AS last_at
          FROM ctok.source s
         WHERE s.role = 'bank' AND NOT s.gone) b
 GROUP BY b.tenant_id;

-- Payouts that the bank should have told of and did not, once statements reach a week past the announced day; those of before the first statement are not asked for.
CREATE VIEW rule.payout_missing WITH (security_invoker = true) AS
SELECT p.tenant_id, p.payout_id, p.source_id, p.external_id, p.amount_minor, p.currency, p.arrival_at
  FROM ctok.payout p
  JOIN rule.bank_known k ON k.tenant_id = p.tenant_id AND p.arrival_at + interval '7 days' < k.until
  LEFT JOIN rule.payout_arrived a ON a.tenant_id = p.tenant_id AND a.payout_id = p.payout_id
 WHERE p.status NOT IN ('failed', 'canceled') AND p.amount_minor <> 0 AND a.payout_id IS NULL
   AND p.arrival_at >= (SELECT min(e.booked_at) FROM ctok.bank_entry e WHERE e.tenant_id = p.tenant_id);

-- Movements that look like payouts and are none that a provider told of, from its first payout on; young ones may still be told.
CREATE VIEW rule.bank_untied WITH (security_invoker = true) AS
SELECT e.tenant_id, e.entry_id, e.source_id, e.amount_minor, e.currency, e.booked_at
  FROM ctok.bank_entry e
  LEFT JOIN rule.payout_arrived a ON a.tenant_id = e.tenant_id AND a.entry_id = e.entry_id
 WHERE a.entry_id IS NULL AND e.booked_at < rule.now() - interval '3 days'
   AND e.booked_at >= (SELECT min(p.arrival_at) FROM ctok.payout p WHERE p.tenant_id = e.tenant_id AND p.currency = e.currency);
