-- Identities that must hold, whatever is open. A run ties when every difference is 0.
CREATE VIEW rule.control_now WITH (security_invoker = true) AS
WITH class AS (
    SELECT tenant_id, class, code, currency, count(*) AS units, sum(net_minor)::bigint AS net_minor FROM rule.unit_class GROUP BY 1, 2, 3, 4
)
-- Every quantity that was sold is so many units.
SELECT 'UNITS_OF_LINES' AS control, '' AS currency,
       -- (What is added up is filtered, not the rows: nothing tells the planner how many quantities are whole.)
       (SELECT coalesce(sum(l.quantity) FILTER (WHERE l.quantity = trunc(l.quantity) AND l.quantity >= 1), 0)::bigint FROM ctok.line l
          JOIN ctok.document d ON d.tenant_id = l.tenant_id AND d.document_id = l.document_id AND d.kind <> 'credit_note'
         WHERE NOT l.gone) AS expected,
       (SELECT count(*) FROM ctok.unit u
          JOIN ctok.line l ON l.tenant_id = u.tenant_id AND l.document_id = u.document_id AND l.line_no = u.line_no
         WHERE NOT u.gone AND NOT l.gone) AS actual
UNION ALL
-- Every unit is matched, open or excluded, once.
SELECT 'UNITS_CLASSED', '', (SELECT count(*) FROM ctok.unit),
       (SELECT coalesce(sum(units), 0)::bigint FROM class WHERE class IN ('matched', 'open', 'excluded'))
UNION ALL
-- Every open unit stands in exactly one open finding.
SELECT 'OPEN_IN_FINDINGS', '', (SELECT coalesce(sum(units), 0)::bigint FROM class WHERE class = 'open'),
       (SELECT coalesce(sum(units), 0)::bigint FROM ctok.finding WHERE cleared_at IS NULL)
UNION ALL
-- What customers were charged is what the units, the shipping and the differences reported as findings add up to. (A credit note is no
-- charge: see CREDITS.)
SELECT 'MONEY_OF_UNITS', d.currency, sum(d.total_minor)::bigint,
       sum(d.shipping_minor + d.unallocated_minor + coalesce(u.net_minor, 0) + coalesce(b.net_minor, 0))::bigint
  FROM ctok.document d
  LEFT JOIN (SELECT u.tenant_id, u.document_id, sum(u.net_minor)::bigint AS net_minor
               FROM ctok.unit u
               JOIN ctok.line l ON l.tenant_id = u.tenant_id AND l.document_id = u.document_id AND l.line_no = u.line_no
              WHERE NOT u.gone AND NOT l.gone
              GROUP BY u.tenant_id, u.document_id) u ON u.tenant_id = d.tenant_id AND u.document_id = d.document_id
  LEFT JOIN (SELECT l.tenant_id, l.document_id, sum(l.net_minor)::bigint AS net_minor
               FROM ctok.line l
              WHERE NOT l.gone AND (l.quantity <> trunc(l.quantity) OR l.quantity < 1)
              GROUP BY l.tenant_id, l.document_id) b ON b.tenant_id = d.tenant_id AND b.document_id = d.document_id
 WHERE d.kind <> 'credit_note'
 GROUP BY d.currency
UNION ALL
-- The movements add up to the documents: what was charged (nothing for orders that never were, what was paid so far of invoices),
SELECT 'MONEY_CHARGED', d.currency, sum(rule.paid(d.paid_minor, d.status, d.total_minor))::bigint, sum(coalesce(m.amount_minor, 0))::bigint
  FROM ctok.document d
  LEFT JOIN (SELECT tenant_id, document_id, sum(amount_minor)::bigint AS amount_minor FROM ctok.movement WHERE kind IN ('charge', 'adjustment')
              GROUP BY tenant_id, document_id) m ON m.tenant_id = d.tenant_id AND m.document_id = d.document_id
 WHERE d.status <> 'test' AND d.kind <> 'credit_note'
 GROUP BY d.currency
UNION ALL
-- and what was given back.
SELECT 'MONEY_REFUNDED', d.currency, sum(d.refunded_minor)::bigint, sum(coalesce(m.amount_minor, 0))::bigint
  FROM ctok.document d
  LEFT JOIN (SELECT tenant_id, document_id, -sum(amount_minor)::bigint AS amount_minor FROM ctok.movement WHERE kind = 'refund'
              GROUP BY tenant_id, document_id) m ON m.tenant_id = d.tenant_id AND m.document_id = d.document_id
 WHERE d.status <> 'test'
 GROUP BY d.currency
UNION ALL
-- What credit notes gave back is a refund of what they correct, or a finding.
SELECT 'CREDITS', d.currency, sum(-coalesce(d.paid_minor, d.total_minor))::bigint,
       (sum(CASE WHEN c.document_id IS NULL THEN -coalesce(d.paid_minor, d.total_minor) ELSE 0 END)
      - sum(coalesce((SELECT sum(m.amount_minor) FROM ctok.movement m
                       WHERE m.tenant_id = c.tenant_id AND m.document_id = c.original_id AND m.kind = 'refund'
                         AND starts_with(m.external_key, 'credit ' || c.external_id || ' ')), 0)))::bigint
  FROM ctok.document d
  LEFT JOIN rule.credit_note c ON c.tenant_id = d.tenant_id AND c.document_id = d.document_id
 WHERE d.kind = 'credit_note' AND d.status <> 'test'
 GROUP BY d.currency
UNION ALL
-- What was paid out to the bank is what the provider's entries add up to, wherever it says what a payout is made of.
SELECT 'PAYOUTS', p.currency, sum(p.amount_minor)::bigint, sum(p.amount_minor - p.residual_minor)::bigint
  FROM rule.payout_bridge p
 WHERE p.residual_minor IS NOT NULL
 GROUP BY p.currency
UNION ALL
-- What was booked of payments is what the provider says happened to them, but for what no document names.
SELECT 'SETTLEMENTS', s.currency, sum(s.amount_minor)::bigint, coalesce(sum(m.amount_minor), 0)::bigint
  FROM ctok.settlement s
  LEFT JOIN ctok.movement m ON m.tenant_id = s.tenant_id AND m.settlement_id = s.settlement_id AND m.document_id = s.document_id AND m.kind = s.kind
                           AND m.currency = s.currency
 WHERE s.document_id IS NOT NULL AND s.kind <> 'charge'
 GROUP BY s.currency
UNION ALL
-- Every document is linked, single by rule, or in a finding.
SELECT 'DEALS', '', (SELECT count(*) FROM ctok.document),
       (SELECT count(*) FROM rule.document_deal x WHERE x.class IN ('linked', 'single'))
     + (SELECT count(DISTINCT f.document_id) FROM ctok.finding f
          JOIN rule.document_deal x ON x.tenant_id = f.tenant_id AND x.document_id = f.document_id AND x.class = 'open'
         WHERE f.cleared_at IS NULL
           AND f.class IN ('DEAL_UNCLEAR', 'INVOICE_MISSING', 'PAYMENT_MISSING', 'INVOICE_WITHOUT_SALE', 'PAYMENT_WITHOUT_SALE'))
UNION ALL
-- Every deal is revenue once, unless its sale is a test.
SELECT 'DEALS_ONCE', '', (SELECT count(*) FROM ctok.deal_document m
                            JOIN ctok.document d ON d.tenant_id = m.tenant_id AND d.document_id = m.document_id AND d.status <> 'test'
                           WHERE m.part = 'sale'),
       (SELECT count(*) FROM rule.document_revenue d
          JOIN ctok.deal_document m ON m.tenant_id = d.tenant_id AND m.document_id = d.document_id)
UNION ALL
-- Every enrolment of ours that gives access is owed, or a finding.
SELECT 'MANAGED_IS_OWED', '', (SELECT count(*) FROM rule.manual_row m WHERE m.managed AND m.active),
       (SELECT count(*) FILTER (WHERE g.managed AND g.active) FROM rule.access_gap g)
     + (SELECT count(*) FROM ctok.finding f WHERE f.class = 'ACCESS_WITHOUT_SALE' AND f.cleared_at IS NULL)
     + (SELECT count(*) FROM rule.welcome_row)
UNION ALL
-- Every certificate that was issued is in the outbox, once.
SELECT 'CERTIFICATES_MAILED', '', (SELECT count(*) FROM ctok.issue i WHERE i.state = 'live'),
       (SELECT count(*) FROM ctok.issue i
          JOIN ctok.outbox o ON o.tenant_id = i.tenant_id AND o.event = 'certificate:' || i.issue_id
         WHERE i.state = 'live')
UNION ALL
-- No right, contact, account or action refers to a row that is not there: the large tables have no foreign keys.
SELECT 'WHOLE', '',
       (SELECT count(*) FROM ctok.entitlement) + (SELECT count(*) FROM ctok.person_contact) + (SELECT count(*) FROM ctok.account)
     + (SELECT count(*) FROM ctok.action),
       (SELECT count(*) FROM ctok.entitlement e JOIN ctok.unit u ON u.tenant_id = e.tenant_id AND u.unit_id = e.unit_id)
     + (SELECT count(*) FROM ctok.decision d JOIN ctok.entitlement e ON e.tenant_id = d.tenant_id AND e.unit_id = -d.decision_id WHERE d.kind = 'grant')
     + (SELECT count(*) FROM ctok.person_contact k JOIN ctok.person p ON p.tenant_id = k.tenant_id AND p.person_id = k.person_id)
     + (SELECT count(*) FROM ctok.account k JOIN ctok.person p ON p.tenant_id = k.tenant_id AND p.person_id = k.person_id)
     + (SELECT count(*) FROM ctok.action a JOIN ctok.plan p ON p.tenant_id = a.tenant_id AND p.plan_id = a.plan_id);
