-- What a unit gives, before anything is known of Moodle.

-- Sources with at least one product rule. One without any is there for its money only: its units are excluded, not open.
CREATE VIEW rule.source_ruled WITH (security_invoker = true) AS
WITH ruled AS MATERIALIZED (
    SELECT DISTINCT r.tenant_id, r.source_id FROM ctok.product_rule r WHERE NOT r.gone
)
SELECT s.tenant_id, s.source_id
  FROM ctok.source s
  JOIN ruled r ON r.tenant_id = s.tenant_id AND r.source_id = s.source_id;

-- Every unit with its rule, its learner and the verdict: NULL when it entitles, else why not. Excluded by a listed rule: TEST_ORDER,
-- LINE_GONE, SETTLES, NOT_PAID, NO_RULE, NOT_A_COURSE, CANCELLED, REFUNDED. A person must act: UNMAPPED_PRODUCT, RULE_TIE, NO_LEARNER, BAD_EMAIL.
CREATE VIEW rule.unit_verdict WITH (security_invoker = true) AS
SELECT u.tenant_id, u.unit_id, u.document_id, u.line_no, u.unit_no, u.net_minor, d.source_id, d.currency, d.effective_at AS sold_at,
       l.product_id, g.rule_id, w.contact_id AS learner_contact_id, w.email AS learner_email,
       CASE
           WHEN d.status = 'test' THEN 'TEST_ORDER'
           WHEN u.gone OR l.gone THEN 'LINE_GONE'
           -- Another document of the same sale gives the access, or one of several, which a person must say.
           WHEN m.document_id IS NOT NULL OR o.document_id IS NOT NULL THEN 'SETTLES'
           WHEN d.status = 'unpaid' THEN 'NOT_PAID'
           WHEN s.source_id IS NULL THEN 'NO_RULE'
           WHEN r.exclude THEN 'NOT_A_COURSE'
           WHEN v.why = 'cancelled' THEN 'CANCELLED'
           WHEN v.why IN ('refund', 'dispute') THEN 'REFUNDED'
           WHEN g.rules > 1 THEN 'RULE_TIE'
           WHEN g.rule_id IS NULL THEN 'UNMAPPED_PRODUCT'
           WHEN w.contact_id IS NULL OR (w.email = '' AND w.raw_email = '') THEN 'NO_LEARNER'
           WHEN w.email = '' THEN 'BAD_EMAIL'
       END AS verdict,
       v.revoked_at, v.why AS revoked_why, u.gone OR l.gone AS gone, l.period_from, l.period_to
  FROM ctok.unit u
  JOIN ctok.document d ON d.tenant_id = u.tenant_id AND d.document_id = u.document_id
  JOIN ctok.line l ON l.tenant_id = u.tenant_id AND l.document_id = u.document_id AND l.line_no = u.line_no
  LEFT JOIN ctok.deal_document m ON m.tenant_id = d.tenant_id AND m.document_id = d.document_id AND m.part <> 'sale'
  LEFT JOIN ctok.deal_unclear o ON o.tenant_id = d.tenant_id AND o.document_id = d.document_id
  LEFT JOIN rule.source_ruled s ON s.tenant_id = d.tenant_id AND s.source_id = d.source_id
  LEFT JOIN rule.product_choice c ON c.tenant_id = l.tenant_id AND c.product_id = l.product_id
  LEFT JOIN rule.line_choice q ON q.tenant_id = l.tenant_id AND q.document_id = l.document_id AND q.line_no = l.line_no
 CROSS JOIN LATERAL (SELECT CASE WHEN c.asked THEN q.rule_id ELSE c.rule_id END AS rule_id, CASE WHEN c.asked THEN q.rules ELSE c.rules END AS rules) g
  LEFT JOIN ctok.product_rule r ON r.tenant_id = u.tenant_id AND r.rule_id = g.rule_id
  LEFT JOIN ctok.contact f ON f.tenant_id = l.tenant_id AND f.contact_id = l.learner_contact_id
  LEFT JOIN ctok.contact b ON b.tenant_id = d.tenant_id AND b.contact_id = d.buyer_contact_id
  -- The form names one learner, the first unit's; the buyer stands in where the rule lets him and the form gives no address at all.
 CROSS JOIN LATERAL (
        SELECT CASE
                   WHEN u.unit_no > 1 THEN 'nobody'
                   WHEN r.learner = 'form' THEN 'form'
                   WHEN r.learner = 'buyer' THEN 'buyer'
                   WHEN f.email <> '' OR f.raw_email <> '' THEN 'form'
                   ELSE 'buyer' END AS who
       ) p
 CROSS JOIN LATERAL (
        SELECT CASE p.who WHEN 'form' THEN f.contact_id WHEN 'buyer' THEN b.contact_id END AS contact_id,
               CASE p.who WHEN 'form' THEN f.email WHEN 'buyer' THEN b.email END AS email,
               CASE p.who WHEN 'form' THEN f.raw_email WHEN 'buyer' THEN b.raw_email END AS raw_email
       ) w
  LEFT JOIN rule.unit_void v ON v.tenant_id = u.tenant_id AND v.document_id = u.document_id AND v.unit_id = u.unit_id;

-- Entitlements that count: not those of facts older than go-live (or, before it, than the rule's own `since`).
CREATE VIEW rule.entitlement_live WITH (security_invoker = true) AS
SELECT e.*, r.site_id, v.since IS NULL AS trial,
       e.sold_at < coalesce(v.since, r.since, '-infinity') AS before_live,
       r.term, r.until, r.grace_days, r.notice_days, r.renews, r.on_expiry, r.on_refund, r.on_dispute
  FROM ctok.entitlement e
  JOIN ctok.product_rule r ON r.tenant_id = e.tenant_id AND r.rule_id = e.rule_id
  LEFT JOIN ctok.live v ON v.tenant_id = e.tenant_id AND v.site_id = r.site_id AND v.source_id = e.source_id;
