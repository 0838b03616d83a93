-- What each unit of a sale gives, and to whom (rule.unit_verdict), over a small ledger: one sale for each case, called by what it shows, of 1 May 2026. `says` is the
-- verdict, or the learner ("form" or "buyer") with the rule; one value for each unit.
CREATE TEMP TABLE told (name text PRIMARY KEY, source text, sku text, status text, form text, buyer text, says text[], id bigint);
INSERT INTO told (name, source, sku, status, form, buyer, says) VALUES
('a sale entitles who is named',                         'ruled', 'BOTH', 'paid', 'ana@x.test', 'bo@x.test', '{form BOTH}'),
('nobody is named, the buyer learns',                    'ruled', 'BOTH', 'paid', NULL, 'bo@x.test', '{buyer BOTH}'),
('the form is empty, the buyer learns',                  'ruled', 'BOTH', 'paid', '', 'bo@x.test', '{buyer BOTH}'),
('what is named is no address',                          'ruled', 'BOTH', 'paid', 'raw', 'bo@x.test', '{BAD_EMAIL}'),
('there is nobody at all',                               'ruled', 'BOTH', 'paid', NULL, NULL, '{NO_LEARNER}'),
('only the form, and it is empty',                       'ruled', 'FORM', 'paid', '', 'bo@x.test', '{NO_LEARNER}'),
('only the form, and there is none',                     'ruled', 'FORM', 'paid', NULL, 'bo@x.test', '{NO_LEARNER}'),
('only the form, and it is filled',                      'ruled', 'FORM', 'paid', 'ana@x.test', 'bo@x.test', '{form FORM}'),
('the buyer, whoever is named',                          'ruled', 'BUYER', 'paid', 'ana@x.test', 'bo@x.test', '{buyer BUYER}'),
('the buyer says nothing',                                'ruled', 'BUYER', 'paid', 'ana@x.test', '', '{NO_LEARNER}'),
('the buyer has no address',                             'ruled', 'BUYER', 'paid', 'ana@x.test', 'raw', '{BAD_EMAIL}'),
('the second unit is nobody''s',                         'ruled', 'BOTH', 'paid', 'ana@x.test', 'bo@x.test', '{form BOTH,NO_LEARNER}'),
('a test',                                               'ruled', 'BOTH', 'test', 'ana@x.test', NULL, '{TEST_ORDER}'),
('a unit that is gone',                                  'ruled', 'BOTH', 'paid', 'ana@x.test', NULL, '{LINE_GONE}'),
('a line that is gone',                                  'ruled', 'BOTH', 'paid', 'ana@x.test', NULL, '{LINE_GONE}'),
('it settles another',                                   'ruled', 'BOTH', 'paid', 'ana@x.test', NULL, '{SETTLES}'),
('another settles it',                                   'ruled', 'BOTH', 'paid', 'ana@x.test', NULL, '{form BOTH}'),
('it settles one of several',                            'ruled', 'BOTH', 'paid', 'ana@x.test', NULL, '{SETTLES}'),
('not paid',                                             'ruled', 'BOTH', 'unpaid', 'ana@x.test', NULL, '{NOT_PAID}'),
('a source without rules',                               'bare', 'BOTH', 'paid', 'ana@x.test', NULL, '{NO_RULE}'),
('no course',                                            'ruled', 'MUG', 'paid', 'ana@x.test', NULL, '{NOT_A_COURSE}'),
('no rule for it',                                       'ruled', 'NEW', 'paid', 'ana@x.test', NULL, '{UNMAPPED_PRODUCT}'),
('two rules for it',                                     'ruled', 'TWO', 'paid', 'ana@x.test', NULL, '{RULE_TIE}'),
('two rules for it in this language',                    'ruled', 'PAIR', 'paid', 'ana@x.test', NULL, '{RULE_TIE}'),
('a rule for this language',                             'ruled', 'LANG', 'paid', 'ana@x.test', NULL, '{form LANG}'),
('no rule for this language',                            'ruled', 'LANG', 'paid', 'ana@x.test', NULL, '{UNMAPPED_PRODUCT}'),
('cancelled',                                            'ruled', 'BOTH', 'cancelled', 'ana@x.test', NULL, '{CANCELLED}'),
('refunded',                                             'ruled', 'BOTH', 'paid', 'ana@x.test', NULL, '{REFUNDED}'),
('lost in a dispute',                                    'ruled', 'BOTH', 'paid', 'ana@x.test', NULL, '{REFUNDED}'),
('owed, which is a right all the same',                  'ruled', 'BOTH', 'paid', 'ana@x.test', NULL, '{form BOTH overdue}');
INSERT INTO ctok.source (tenant_id, name, kind, role, on_overdue)
SELECT ctok.current_tenant(), 'verdict ' || n.name, 'csv', 'sale', 'suspend' FROM (VALUES ('ruled'), ('bare')) n (name);
INSERT INTO ctok.site (tenant_id, name, url) SELECT ctok.current_tenant(), 'verdict', 'https://verdict.test';
INSERT INTO ctok.product_rule (tenant_id, digest, source_id, match_kind, pattern, site_id, role, notice_days, delivery, learner, on_expiry, on_refund, renews, certificate, exclude, gone, asks)
SELECT s.tenant_id, 'verdict ' || r.digest, s.source_id, 'sku', r.sku, i.site_id, 'student', 3, 'direct', r.learner, 'suspend', 'suspend', false, '', r.exclude, r.gone, r.asks::jsonb
  FROM (VALUES ('BOTH', 'ruled', 'BOTH', 'form_or_buyer', false, false, '{}'), ('FORM', 'ruled', 'FORM', 'form', false, false, '{}'),
               ('BUYER', 'ruled', 'BUYER', 'buyer', false, false, '{}'), ('MUG', 'ruled', 'MUG', 'buyer', true, false, '{}'),
               ('TWO', 'ruled', 'TWO', 'buyer', false, false, '{}'), ('TWO again', 'ruled', 'TWO', 'form', false, false, '{}'),
               ('PAIR', 'ruled', 'PAIR', 'buyer', false, false, '{"lang": "es"}'), ('PAIR again', 'ruled', 'PAIR', 'form', false, false, '{"lang": "e*"}'),
               ('LANG', 'ruled', 'LANG', 'form', false, false, '{"lang": "es"}'), ('gone', 'bare', 'BOTH', 'form', false, true, '{}'))
         r (digest, source, sku, learner, exclude, gone, asks)
  JOIN ctok.source s ON s.name = 'verdict ' || r.source
  JOIN ctok.site i ON i.name = 'verdict';
INSERT INTO ctok.product (tenant_id, source_id, product_key, variant_key, sku, name)
SELECT DISTINCT s.tenant_id, s.source_id, '', '', t.sku, t.sku FROM told t JOIN ctok.source s ON s.name = 'verdict ' || t.source;
INSERT INTO ctok.contact (tenant_id, email, name, raw_email)
SELECT ctok.current_tenant(), CASE c.said WHEN 'raw' THEN '' ELSE c.said END, 'verdict ' || c.said, CASE c.said WHEN 'raw' THEN 'ana at home' ELSE '' END
  FROM (VALUES (''), ('raw'), ('ana@x.test'), ('bo@x.test')) c (said);
INSERT INTO ctok.document (tenant_id, source_id, external_id, number, kind, version, effective_at, modified_at, known_at, changed_at, status, currency, total_minor, subtotal_minor,
                           discount_minor, tax_minor, shipping_minor, refunded_minor, unallocated_minor, tax_included, buyer_contact_id, rest_due_at, paid_minor)
SELECT s.tenant_id, s.source_id, t.name, t.name, 'order', 1, m.at, m.at, m.at, m.at, t.status, 'EUR', 100, 100, 0, 0, 0, CASE t.name WHEN 'refunded' THEN 100 ELSE 0 END, 0, true,
       b.contact_id, CASE WHEN t.name LIKE 'owed%' THEN m.at END, CASE WHEN t.name LIKE 'owed%' THEN 99 END
  FROM told t JOIN ctok.source s ON s.name = 'verdict ' || t.source LEFT JOIN ctok.contact b ON b.name = 'verdict ' || t.buyer CROSS JOIN (SELECT timestamptz '2026-04-01Z' AS at) m;
UPDATE told t SET id = d.document_id FROM ctok.document d JOIN ctok.source s ON s.source_id = d.source_id WHERE d.external_id = t.name AND s.name = 'verdict ' || t.source;
INSERT INTO ctok.line (tenant_id, document_id, line_no, line_key, product_id, quantity, unit_price_minor, net_minor, learner_contact_id, gone)
SELECT p.tenant_id, t.id, 1, '1', p.product_id, cardinality(t.says), 100, 100, f.contact_id, t.name = 'a line that is gone'
  FROM told t JOIN ctok.source s ON s.name = 'verdict ' || t.source JOIN ctok.product p ON p.source_id = s.source_id AND p.sku = t.sku
  LEFT JOIN ctok.contact f ON f.name = 'verdict ' || t.form;
INSERT INTO ctok.unit (tenant_id, document_id, line_no, unit_no, net_minor, gone)
SELECT l.tenant_id, t.id, 1, n, 100, t.name = 'a unit that is gone' FROM told t JOIN ctok.line l ON l.document_id = t.id, generate_series(1, cardinality(t.says)) n;
INSERT INTO ctok.kept_field (tenant_id, document_id, line_no, name, value)
SELECT l.tenant_id, t.id, 1, 'lang', CASE WHEN t.name LIKE 'no %' THEN 'fr' ELSE 'es' END FROM told t JOIN ctok.line l ON l.document_id = t.id WHERE t.name LIKE '%language';
INSERT INTO ctok.deal_document (tenant_id, document_id, deal_id, part)
SELECT l.tenant_id, d.id, a.id, p.part FROM (VALUES ('it settles another', 'invoice'), ('another settles it', 'sale')) p (name, part)
  JOIN told d ON d.name = p.name JOIN told a ON a.name = 'another settles it' JOIN ctok.line l ON l.document_id = d.id;
INSERT INTO ctok.deal_unclear (tenant_id, document_id, first_id, last_id) SELECT l.tenant_id, t.id, 1, 2 FROM told t JOIN ctok.line l ON l.document_id = t.id WHERE t.name LIKE '%one of several';
INSERT INTO ctok.document_version (tenant_id, document_id, version, modified_at, known_at, run_id, payload_hash, status, total_minor, refunded_minor)
SELECT d.tenant_id, d.document_id, 1, d.modified_at, d.known_at, 0, '', d.status, 100, 0 FROM ctok.document d JOIN told t ON t.id = d.document_id;
INSERT INTO ctok.movement (tenant_id, document_id, kind, external_key, amount_minor, currency, effective_at, known_at, run_id)
SELECT d.tenant_id, d.document_id, 'refund', '1', -100, 'EUR', d.effective_at, d.known_at, 0 FROM ctok.document d JOIN told t ON t.id = d.document_id AND t.name = 'refunded';
INSERT INTO ctok.settlement (tenant_id, source_id, kind, external_key, payment_key, intent_key, amount_minor, currency, effective_at, known_at, run_id, document_id)
SELECT d.tenant_id, d.source_id, k.kind, 'verdict', '', '', -100, 'EUR', d.effective_at, d.known_at, 0, d.document_id
  FROM ctok.document d JOIN told t ON t.id = d.document_id AND t.name = 'lost in a dispute', (VALUES ('dispute_opened'), ('dispute_lost')) k (kind);
ANALYZE ctok.document, ctok.line, ctok.unit, ctok.product, ctok.product_rule, ctok.contact;

CREATE TEMP VIEW judged AS
SELECT t.name, u.unit_no, v.found, t.says[u.unit_no] AS says,
       v.found IS NOT DISTINCT FROM t.says[u.unit_no] AND v.gone = (t.name LIKE 'a % that is gone') AND (v.verdict IS NOT NULL OR v.contacts) AND v.day = '2026-04-01Z' AS right_so
  FROM told t
  JOIN ctok.unit u ON u.document_id = t.id
  LEFT JOIN (SELECT v.unit_id, v.gone, v.verdict, v.sold_at AS day, v.learner_email = c.email AND c.email <> '' AS contacts,
                    coalesce(v.verdict, concat_ws(' ', CASE v.learner_contact_id WHEN l.learner_contact_id THEN 'form' WHEN d.buyer_contact_id THEN 'buyer' END,
                                                  replace(r.digest, 'verdict ', ''), v.revoked_why)) AS found
               FROM rule.unit_verdict v
               JOIN ctok.document d ON d.document_id = v.document_id
               JOIN ctok.line l ON l.document_id = v.document_id AND l.line_no = v.line_no
               LEFT JOIN ctok.contact c ON c.contact_id = v.learner_contact_id
               LEFT JOIN ctok.product_rule r ON r.rule_id = v.rule_id) v ON v.unit_id = u.unit_id;
