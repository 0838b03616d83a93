-- Deals: what is compared, and what of it a person must look at (docs/architecture.md, "Deals").

-- The documents of deals with what is compared of them: what was asked for, what of it is paid, and what was given back.
CREATE VIEW rule.deal_part WITH (security_invoker = true) AS
SELECT m.tenant_id, m.deal_id, m.document_id, m.part, d.source_id, d.number, d.status, d.currency, d.effective_at, d.total_minor,
       rule.paid(d.paid_minor, d.status, d.total_minor) AS paid_minor,
       -- A credit note counts from the day it is written, its money may follow. What was lost in a dispute is given back, too.
       greatest(d.refunded_minor, coalesce(k.credited_minor, 0)) + coalesce(x.lost_minor, 0) AS refunded_minor
  FROM ctok.deal_document m
  JOIN ctok.document d ON d.tenant_id = m.tenant_id AND d.document_id = m.document_id
  LEFT JOIN rule.document_credit k ON k.tenant_id = d.tenant_id AND k.original_id = d.document_id
  LEFT JOIN rule.document_dispute x ON x.tenant_id = d.tenant_id AND x.document_id = d.document_id;

-- What settles sales, in their currency: converted at the rate of the document's own day, what was given back of it, too, so that all of it is all of
-- it. `told`: the amounts can be compared. One of another currency can where a rate is known and its source says how far it may be off.
CREATE VIEW rule.deal_settling WITH (security_invoker = true) AS
SELECT p.tenant_id, p.deal_id, p.document_id, p.part, p.source_id, p.number, p.status, p.currency, p.effective_at, s.currency AS sale_currency,
       s.source_id AS sale_source_id, p.currency <> s.currency AS is_foreign, p.currency = s.currency OR (f.words IS NOT NULL AND o.tolerance IS NOT NULL) AS told,
       CASE p.part WHEN 'payment' THEN p.paid_minor ELSE p.total_minor END AS own_minor, f.words AS rate_words, x.total_minor, x.paid_minor, x.refunded_minor,
       CASE WHEN p.currency = s.currency THEN 0 ELSE rule.slack(CASE p.part WHEN 'payment' THEN x.paid_minor ELSE x.total_minor END, o.tolerance) END AS slack_minor,
       CASE WHEN p.currency = s.currency THEN 0 ELSE rule.slack(x.refunded_minor, o.tolerance) END AS refund_slack_minor,
       CASE WHEN p.currency = s.currency THEN NULL
            WHEN f.words IS NULL THEN format('no rate of %s and %s on %s is known', p.currency, s.currency, to_char(rule.book_day(p.effective_at), 'YYYY-MM-DD'))
            WHEN o.tolerance IS NULL THEN format('%s at %s, and source "%s" has no tolerance', rule.amount(x.total_minor, s.currency), f.words, o.name) END AS why_not
  FROM rule.deal_part s
  JOIN rule.deal_part p ON p.tenant_id = s.tenant_id AND p.deal_id = s.deal_id AND p.part <> 'sale'
  JOIN ctok.source o ON o.tenant_id = p.tenant_id AND o.source_id = p.source_id
  LEFT JOIN rule.rate_found f ON f.tenant_id = p.tenant_id AND f.currency = p.currency AND f.to_currency = s.currency AND f.day = rule.book_day(p.effective_at)
 CROSS JOIN LATERAL (
        SELECT CASE WHEN p.currency = s.currency THEN p.total_minor ELSE rule.converted(p.total_minor, p.currency, s.currency, f.from_rate, f.to_rate) END AS total_minor,
               CASE WHEN p.currency = s.currency THEN p.paid_minor ELSE rule.converted(p.paid_minor, p.currency, s.currency, f.from_rate, f.to_rate) END AS paid_minor,
               CASE WHEN p.currency = s.currency THEN p.refunded_minor ELSE rule.converted(p.refunded_minor, p.currency, s.currency, f.from_rate, f.to_rate) END
                   AS refunded_minor
       ) x
 WHERE s.part = 'sale';

-- A deal's sale beside all its invoices, or all its payments: a row for each of the two kinds that it has. A document of a currency that no rate leads
-- from, of test mode or cancelled is told apart, never added. `slack_minor`: so far both may differ.
CREATE VIEW rule.deal_side WITH (security_invoker = true) AS
SELECT s.tenant_id, s.deal_id, p.part, s.source_id, s.number, s.status, s.currency, s.effective_at, s.total_minor, s.paid_minor, s.refunded_minor,
       p.documents, p.foreign_documents, p.untold_documents, p.test_documents, p.unpaid_documents, p.side_minor, p.side_paid_minor, p.side_refunded_minor,
       p.slack_minor, p.refund_slack_minor, p.side_currencies, p.side_numbers, p.side_rates, p.side_foreign, p.why_not, p.wait_s
  FROM rule.deal_part s
  JOIN (SELECT p.tenant_id, p.deal_id, p.part, count(*) AS documents,
               count(*) FILTER (WHERE p.is_foreign) AS foreign_documents,
               count(*) FILTER (WHERE NOT p.told) AS untold_documents,
               count(*) FILTER (WHERE p.status = 'test') AS test_documents,
               count(*) FILTER (WHERE p.status = 'unpaid') AS unpaid_documents,
               -- A payment that was not made is none.
               coalesce(sum(CASE WHEN p.part = 'payment' THEN p.paid_minor ELSE p.total_minor END)
                        FILTER (WHERE p.told AND p.status IN ('paid', 'unpaid')), 0)::bigint AS side_minor,
               coalesce(sum(p.paid_minor) FILTER (WHERE p.told AND p.status IN ('paid', 'unpaid')), 0)::bigint AS side_paid_minor,
               coalesce(sum(p.refunded_minor) FILTER (WHERE p.told AND p.status <> 'test'), 0)::bigint AS side_refunded_minor,
               coalesce(sum(p.slack_minor) FILTER (WHERE p.told AND p.status IN ('paid', 'unpaid')), 0)::bigint AS slack_minor,
               coalesce(sum(p.refund_slack_minor) FILTER (WHERE p.told AND p.status <> 'test'), 0)::bigint AS refund_slack_minor,
               string_agg(DISTINCT p.currency, ', ') AS side_currencies,
               string_agg(p.number, ', ' ORDER BY p.document_id) AS side_numbers,
               string_agg(DISTINCT p.rate_words, '; ') AS side_rates,
               string_agg(rule.amount(p.own_minor, p.currency), ' + ' ORDER BY p.document_id) FILTER (WHERE p.is_foreign) AS side_foreign,
               string_agg(DISTINCT p.why_not, '; ') AS why_not,
               -- Since when both sides should agree: the later of the two readings is waited for.
               max(o.wait_s) AS wait_s
          FROM rule.deal_settling p
          LEFT JOIN ctok.source_settles o ON o.tenant_id = p.tenant_id AND o.source_id = p.source_id AND o.target_id = p.sale_source_id
         GROUP BY p.tenant_id, p.deal_id, p.part) p ON p.tenant_id = s.tenant_id AND p.deal_id = s.deal_id
 WHERE s.part = 'sale';

-- Invoices and payments that belong to no sale, and should by now. One that could belong to several is another matter; an invoice that payments are
-- for is their sale, and still lacks its own.
CREATE VIEW rule.sale_missing WITH (security_invoker = true) AS
SELECT d.tenant_id, d.document_id, d.source_id, e.role AS part, d.total_minor, d.currency
  FROM (SELECT x.tenant_id, x.source_id, x.role, min(least(x.target_known, rule.now() - make_interval(secs => x.wait_s))) AS known,
               bool_or(x.target_known IS NULL) AS unread
          FROM rule.partner_expected x
         WHERE x.own
         GROUP BY x.tenant_id, x.source_id, x.role) e
  JOIN ctok.document d ON d.tenant_id = e.tenant_id AND d.source_id = e.source_id AND d.effective_at <= e.known
 WHERE NOT e.unread AND d.kind <> 'credit_note' AND d.gone_at IS NULL
   -- A payment that was never made needs no sale.
   AND (d.status = 'paid' OR (d.status = 'unpaid' AND e.role = 'invoice'))
   AND NOT EXISTS (SELECT 1 FROM ctok.deal_document m WHERE m.tenant_id = d.tenant_id AND m.document_id = d.document_id AND m.part <> 'sale')
   AND NOT EXISTS (SELECT 1 FROM ctok.deal_unclear u WHERE u.tenant_id = d.tenant_id AND u.document_id = d.document_id);

-- Sales without an invoice, or without a payment, that should have one by now. Several sources of payments stand for each other.
CREATE VIEW rule.partner_missing WITH (security_invoker = true) AS
SELECT d.tenant_id, d.document_id, d.source_id, e.role AS part, d.total_minor, d.currency
  FROM (SELECT x.tenant_id, x.target_id, x.role, min(least(x.source_known, rule.now() - make_interval(secs => x.wait_s))) AS known,
               bool_or(x.source_known IS NULL) AS unread
          FROM rule.partner_expected x
         WHERE x.sales
         GROUP BY x.tenant_id, x.target_id, x.role) e
  JOIN ctok.document d ON d.tenant_id = e.tenant_id AND d.source_id = e.target_id AND d.effective_at <= e.known
 WHERE NOT e.unread AND d.kind <> 'credit_note' AND d.status = 'paid' AND d.total_minor > 0 AND d.gone_at IS NULL
   -- An invoice that is part of a deal, or cannot be yet, is asked about through its sale.
   AND NOT EXISTS (SELECT 1 FROM ctok.deal_document m WHERE m.tenant_id = d.tenant_id AND m.document_id = d.document_id AND m.part <> 'sale')
   AND NOT EXISTS (SELECT 1 FROM ctok.deal_unclear u WHERE u.tenant_id = d.tenant_id AND u.document_id = d.document_id)
   AND NOT EXISTS (SELECT 1 FROM ctok.deal_document m WHERE m.tenant_id = d.tenant_id AND m.deal_id = d.document_id AND m.part = e.role)
   -- An invoice without its sale is told as that.
   AND (d.tenant_id, d.document_id) NOT IN (SELECT w.tenant_id, w.document_id FROM rule.sale_missing w)
   -- What could be its partner is asked about itself.
   AND (d.tenant_id, d.document_id, e.role) NOT IN (SELECT u.tenant_id, c.document_id, s.role
                                                      FROM ctok.deal_unclear u
                                                      JOIN ctok.document x ON x.tenant_id = u.tenant_id AND x.document_id = u.document_id
                                                      JOIN ctok.source s ON s.tenant_id = x.tenant_id AND s.source_id = x.source_id
                                                     CROSS JOIN LATERAL (VALUES (u.first_id), (u.last_id)) c (document_id));

-- Sales of several sources that name the same payment: each gives access and counts as revenue.
CREATE VIEW rule.sale_twice WITH (security_invoker = true) AS
SELECT DISTINCT k.tenant_id, k.first_id, k.last_id
  FROM (SELECT y.tenant_id, y.key, min(y.document_id) AS first_id, max(y.document_id) AS last_id
          FROM ctok.deal_key y
          JOIN ctok.source s ON s.tenant_id = y.tenant_id AND s.source_id = y.source_id AND s.role = 'sale'
         GROUP BY y.tenant_id, y.key
        HAVING count(DISTINCT y.source_id) > 1) k;

-- In what a sale and all that settles it on one side contradict each other. What is of another kind, of a currency that is not told, or void is said
-- once, not again as a difference of amounts; what both tell was given back is one refund.
CREATE FUNCTION rule.deal_classes(part text, status text, total_minor bigint, refunded_minor bigint, documents bigint, test_documents bigint,
                                  untold_documents bigint, unpaid_documents bigint, side_minor bigint, side_paid_minor bigint, side_refunded_minor bigint,
                                  slack_minor bigint, refund_slack_minor bigint, waited boolean) RETURNS text[]
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN array_remove(ARRAY[
        -- A test on one side, real money on the other.
        CASE WHEN (status = 'test') <> (test_documents = documents) OR test_documents NOT IN (0, documents) THEN 'DEAL_TEST_DIFFERS' END,
        CASE WHEN status = 'test' OR test_documents > 0 THEN NULL WHEN untold_documents > 0 THEN 'DEAL_CURRENCY_DIFFERS' END,
        CASE WHEN status = 'test' OR test_documents > 0 OR untold_documents > 0 THEN NULL
             -- Cancelled on one side, and money kept or asked for on the other.
             WHEN status = 'cancelled' AND side_paid_minor > side_refunded_minor THEN 'DEAL_CANCELLED_DIFFERS'
             -- Paid by one system's word and not by the other's. Nobody gains or loses access by that.
             WHEN status = 'unpaid' AND side_paid_minor > 0 THEN 'DEAL_PAID_DIFFERS'
             WHEN status = 'paid' AND unpaid_documents > 0 AND side_paid_minor < total_minor - slack_minor AND waited THEN 'DEAL_PAID_DIFFERS' END,
        CASE WHEN status NOT IN ('paid', 'unpaid') OR test_documents > 0 OR untold_documents > 0 OR abs(side_minor - total_minor) <= slack_minor THEN NULL
             -- Several documents that ask or pay for more than was sold.
             WHEN documents > 1 AND side_minor > total_minor THEN CASE part WHEN 'invoice' THEN 'DEAL_INVOICED_TWICE' ELSE 'DEAL_PAID_TWICE' END
             -- Another amount. (One side not paid, or not yet, is told as that.)
             WHEN part <> 'payment' OR unpaid_documents = 0 THEN 'DEAL_AMOUNT_DIFFERS' END,
        -- Given back by one system's word and not, or not as much, by the other's.
        CASE WHEN status <> 'paid' OR test_documents > 0 OR untold_documents > 0 OR abs(refunded_minor - side_refunded_minor) <= refund_slack_minor THEN NULL
             WHEN least(refunded_minor, side_refunded_minor) = 0 THEN 'DEAL_REFUND_MISSING'
             WHEN greatest(refunded_minor, side_refunded_minor) >= 2 * least(refunded_minor, side_refunded_minor) THEN 'DEAL_REFUNDED_TWICE'
             ELSE 'DEAL_REFUND_DIFFERS' END], NULL);

-- What of deals is open: a class for each way in which the documents of one sale contradict each other, with the money and the words for it.
CREATE VIEW rule.deal_finding WITH (security_invoker = true) AS
SELECT s.tenant_id, c.class,
       CASE WHEN c.class = 'DEAL_PAID_DIFFERS' THEN CASE s.status WHEN 'unpaid' THEN 'paid_without_access' ELSE 'access_without_money' END
            WHEN starts_with(c.class, 'DEAL_REFUND') AND s.side_refunded_minor > s.refunded_minor THEN 'access_without_money'
            ELSE 'unexplained' END AS risk,
       s.deal_id || s.part AS about, s.source_id, s.deal_id AS document_id,
       CASE WHEN c.class IN ('DEAL_TEST_DIFFERS', 'DEAL_CURRENCY_DIFFERS') THEN s.total_minor
            WHEN c.class = 'DEAL_CANCELLED_DIFFERS' THEN s.side_paid_minor - s.side_refunded_minor
            WHEN c.class = 'DEAL_PAID_DIFFERS' THEN CASE s.status WHEN 'unpaid' THEN s.side_paid_minor ELSE s.total_minor - s.side_paid_minor END
            WHEN starts_with(c.class, 'DEAL_REFUND') THEN abs(s.refunded_minor - s.side_refunded_minor)
            ELSE abs(s.side_minor - s.total_minor) END AS risk_minor,
       s.currency,
       CASE c.class
            WHEN 'DEAL_TEST_DIFFERS' THEN CASE WHEN s.status = 'test' THEN 'the sale is a test, ' || w.what || ' is not' ELSE 'the sale is none, ' || w.what || ' is a test' END
            WHEN 'DEAL_CURRENCY_DIFFERS' THEN format('sold in %s, %s in %s: %s', s.currency, w.what, s.side_currencies, s.why_not)
            WHEN 'DEAL_CANCELLED_DIFFERS' THEN format('the sale is cancelled, %s keeps %s%s', w.what, rule.amount(s.side_paid_minor - s.side_refunded_minor, s.currency),
                                                      w.converted)
            WHEN 'DEAL_PAID_DIFFERS' THEN format(CASE s.status WHEN 'unpaid' THEN 'the sale is not paid, %s says %s%s' ELSE 'the sale is paid, of %s only %s%s' END,
                                                 w.what, rule.amount(s.side_paid_minor, s.currency), w.converted)
            WHEN 'DEAL_AMOUNT_DIFFERS' THEN format('sold for %s, %s for %s%s', rule.amount(s.total_minor, s.currency), w.what, rule.amount(s.side_minor, s.currency),
                                                   w.converted)
            WHEN 'DEAL_INVOICED_TWICE' THEN format('sold for %s, %s together %s%s', rule.amount(s.total_minor, s.currency), w.what,
                                                   rule.amount(s.side_minor, s.currency), w.converted)
            WHEN 'DEAL_PAID_TWICE' THEN format('sold for %s, %s together %s%s', rule.amount(s.total_minor, s.currency), w.what,
                                               rule.amount(s.side_minor, s.currency), w.converted)
            ELSE format('given back of the sale %s, of %s %s%s', rule.amount(s.refunded_minor, s.currency), w.what, rule.amount(s.side_refunded_minor, s.currency),
                        w.converted) END AS detail
  FROM rule.deal_side s
 CROSS JOIN LATERAL unnest(rule.deal_classes(s.part, s.status, s.total_minor, s.refunded_minor, s.documents, s.test_documents, s.untold_documents,
                                             s.unpaid_documents, s.side_minor, s.side_paid_minor, s.side_refunded_minor, s.slack_minor, s.refund_slack_minor,
                                             s.effective_at <= rule.now() - make_interval(secs => coalesce(s.wait_s, 0)))) c (class)
 CROSS JOIN LATERAL (
        SELECT CASE s.part WHEN 'invoice' THEN 'invoice ' ELSE 'payment ' END || s.side_numbers AS what,
               CASE WHEN s.foreign_documents > 0 THEN format(' (%s; %s)', s.side_foreign, s.side_rates) ELSE '' END AS converted
       ) w
UNION ALL
-- A document that could belong to several sales: the choice is a person's.
SELECT u.tenant_id, 'DEAL_UNCLEAR', 'unexplained', u.document_id::text, d.source_id, u.document_id, abs(d.total_minor), d.currency,
       format('it may settle %s of source "%s", %s, or %s of source "%s", %s', a.number, p.name, rule.amount(a.total_minor, a.currency), b.number, q.name,
              rule.amount(b.total_minor, b.currency))
  FROM ctok.deal_unclear u
  JOIN ctok.document d ON d.tenant_id = u.tenant_id AND d.document_id = u.document_id
  JOIN ctok.document a ON a.tenant_id = u.tenant_id AND a.document_id = u.first_id
  JOIN ctok.source p ON p.tenant_id = a.tenant_id AND p.source_id = a.source_id
  JOIN ctok.document b ON b.tenant_id = u.tenant_id AND b.document_id = u.last_id
  JOIN ctok.source q ON q.tenant_id = b.tenant_id AND q.source_id = b.source_id
UNION ALL
SELECT x.tenant_id, CASE x.part WHEN 'invoice' THEN 'INVOICE_MISSING' ELSE 'PAYMENT_MISSING' END,
       CASE x.part WHEN 'invoice' THEN 'unexplained' ELSE 'access_without_money' END, x.document_id::text, x.source_id, x.document_id, x.total_minor, x.currency, ''
  FROM rule.partner_missing x
UNION ALL
SELECT x.tenant_id, CASE x.part WHEN 'invoice' THEN 'INVOICE_WITHOUT_SALE' ELSE 'PAYMENT_WITHOUT_SALE' END,
       CASE x.part WHEN 'invoice' THEN 'unexplained' ELSE 'paid_without_access' END, x.document_id::text, x.source_id, x.document_id, abs(x.total_minor),
       x.currency, ''
  FROM rule.sale_missing x
UNION ALL
SELECT t.tenant_id, 'SALE_TWICE', 'unexplained', t.first_id || '.' || t.last_id, d.source_id, t.last_id, d.total_minor, d.currency,
       format('it names the same payment, or number, as %s of source "%s"', o.number, s.name)
  FROM rule.sale_twice t
  JOIN ctok.document d ON d.tenant_id = t.tenant_id AND d.document_id = t.last_id
  JOIN ctok.document o ON o.tenant_id = t.tenant_id AND o.document_id = t.first_id
  JOIN ctok.source s ON s.tenant_id = o.tenant_id AND s.source_id = o.source_id
UNION ALL
-- Two documents of one sale that both gave access, as they were linked later. It is left as it is.
SELECT m.tenant_id, 'DEAL_ACCESS_TWICE', 'access_without_money', m.document_id::text, d.source_id, m.document_id, abs(d.total_minor), d.currency,
       format('%s gives the access, too', h.number)
  FROM ctok.deal_document m
  JOIN ctok.document d ON d.tenant_id = m.tenant_id AND d.document_id = m.document_id
  JOIN ctok.document h ON h.tenant_id = m.tenant_id AND h.document_id = m.deal_id
 WHERE m.part <> 'sale' AND EXISTS (SELECT 1 FROM ctok.entitlement e WHERE e.tenant_id = m.tenant_id AND e.document_id = m.document_id)
   AND EXISTS (SELECT 1 FROM ctok.entitlement e WHERE e.tenant_id = m.tenant_id AND e.document_id = m.deal_id);

-- Each document once: linked (part of a deal, or of the document that it corrects), open (it lacks a partner, or could have several: a finding), or single.
CREATE VIEW rule.document_deal WITH (security_invoker = true) AS
SELECT d.tenant_id, d.document_id, m.deal_id, m.part,
       CASE WHEN m.document_id IS NOT NULL THEN 'linked' WHEN c.document_id IS NOT NULL THEN 'linked' WHEN o.document_id IS NOT NULL THEN 'open' ELSE 'single' END AS class
  FROM ctok.document d
  LEFT JOIN ctok.deal_document m ON m.tenant_id = d.tenant_id AND m.document_id = d.document_id
  LEFT JOIN rule.credit_note c ON c.tenant_id = d.tenant_id AND c.document_id = d.document_id
  LEFT JOIN (SELECT tenant_id, document_id FROM ctok.deal_unclear
              UNION SELECT tenant_id, document_id FROM rule.partner_missing
              UNION SELECT tenant_id, document_id FROM rule.sale_missing) o ON o.tenant_id = d.tenant_id AND o.document_id = d.document_id;
