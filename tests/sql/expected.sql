-- What is expected to be sold (rule.expected_line), and what was told of a payment in another currency than its sale's (rule.settlement_foreign), over a small ledger
-- at 03:00 UTC on 1 May 2026.
INSERT INTO ctok.source (tenant_id, name, kind, role, gone, closed)
SELECT ctok.current_tenant(), 'expected ' || n.name, 'csv', 'sale', n.name = 'left', n.name = 'closed' FROM (VALUES ('here'), ('left'), ('closed')) n (name);
CREATE TEMP TABLE counter AS SELECT tenant_id, source_id, replace(name, 'expected ', '') AS name FROM ctok.source WHERE name LIKE 'expected %';
INSERT INTO ctok.product (tenant_id, source_id, product_key, variant_key, sku, name) SELECT tenant_id, source_id, '', '', 'expected', 'expected' FROM counter;
-- Quotes: until when they hold, in hours from now. Documents: whether they are expected to be paid.
CREATE TEMP TABLE quote (name text, source text, hours numeric, counts boolean);
INSERT INTO quote VALUES ('without an end', 'here', NULL, true), ('holds still', 'here', 1, true), ('held until this moment', 'here', 0, false), ('held', 'here', -1, false),
('of one who left', 'left', NULL, false), ('of one who is closed', 'closed', NULL, false);
CREATE TEMP TABLE bill (name text, source text, status text, expected boolean, moved boolean, gone boolean, line_gone boolean, counts boolean);
INSERT INTO bill VALUES
('to be paid',              'here',   'unpaid',    true,  false, false, false, true),
('not expected',            'here',   'unpaid',    false, false, false, false, false),
('paid',                    'here',   'paid',      true,  false, false, false, false),
('cancelled',               'here',   'cancelled', true,  false, false, false, false),
('was paid before',         'here',   'unpaid',    true,  true,  false, false, false),
('was paid',                'here',   'paid',      true,  true,  false, false, false),
('not expected, was paid before', 'here', 'unpaid', false, true, false, false, false),
('vanished',                'here',   'unpaid',    true,  false, true,  false, false),
('its line is gone',        'here',   'unpaid',    true,  false, false, true,  false),
('to be paid to who left',  'left',   'unpaid',    true,  false, false, false, false),
('to be paid to who is closed', 'closed', 'unpaid', true, false, false, false, true);
-- Payments that were told of: kind and currency, by which of its names, and of which sale.
CREATE TEMP TABLE word (name text, kind text, currency text, payment text, intent text, sale text, booked boolean, foreign_to text);
INSERT INTO word VALUES
('in another currency',              'refund', 'USD', 'sale',    '',     'sale',    false, 'EUR'),
('by the name of its intent',        'refund', 'USD', '',        'sale', 'sale',    false, 'EUR'),
('of a source that says no name',    'refund', 'USD', '',        '',     'unnamed', false, NULL),
('in the same currency',             'refund', 'EUR', 'sale',    '',     'sale',    false, NULL),
('a charge',                         'charge', 'USD', 'sale',    '',     'sale',    false, NULL),
('booked',                           'refund', 'USD', 'sale',    '',     'sale',    true,  NULL),
('booked charge',                    'charge', 'USD', 'sale',    '',     'sale',    true,  NULL),
('of a credit note',                 'refund', 'USD', 'note',    '',     'note',    false, NULL),
('of a test',                        'refund', 'USD', 'test',    '',     'test',    false, NULL),
('of what is called so otherwise',   'refund', 'USD', 'other',   '',     'other',   false, NULL),
('of two sales, the first',          'fee',    'USD', 'two',     '',     'sale 1',  false, 'EUR');
INSERT INTO ctok.expected (tenant_id, source_id, kind, document_key, line_key, number, product_id, quantity, net_minor, currency, buyer_email, buyer_name, asked_at, known_at, until)
SELECT c.tenant_id, c.source_id, 'quote', 'expected ' || q.name, '1', q.name, p.product_id, 1, 100, 'EUR', 'a@x.test', 'Ana', rule.now(), rule.now(), rule.now() + q.hours * interval '1 hour'
  FROM quote q JOIN counter c ON c.name = q.source JOIN ctok.product p ON p.source_id = c.source_id;
INSERT INTO ctok.document (tenant_id, source_id, external_id, number, kind, version, effective_at, modified_at, known_at, changed_at, status, currency, total_minor, subtotal_minor,
                           discount_minor, tax_minor, shipping_minor, refunded_minor, unallocated_minor, tax_included, expected, gone_at)
SELECT c.tenant_id, c.source_id, 'expected ' || x.name, x.name, x.kind, 1, rule.now(), rule.now(), rule.now(), rule.now(), x.status, 'EUR', 100, 100, 0, 0, 0, 0, 0, true, x.expected, CASE WHEN x.gone THEN rule.now() END
  FROM (SELECT name, source, 'order' AS kind, status, expected, gone FROM bill
        UNION ALL SELECT n.name, 'here', CASE n.name WHEN 'note' THEN 'credit_note' ELSE 'order' END, CASE n.name WHEN 'test' THEN 'test' ELSE 'paid' END, false, false
                    FROM (VALUES ('sale'), ('unnamed'), ('note'), ('test'), ('other'), ('sale 1'), ('sale 2')) n (name)) x
  JOIN counter c ON c.name = x.source ORDER BY x.name;
CREATE TEMP TABLE billed AS SELECT d.tenant_id, d.document_id, d.source_id, d.number AS name, p.product_id FROM ctok.document d JOIN counter c ON c.source_id = d.source_id JOIN ctok.product p ON p.source_id = d.source_id;
INSERT INTO ctok.line (tenant_id, document_id, line_no, line_key, product_id, quantity, unit_price_minor, net_minor, gone)
SELECT d.tenant_id, d.document_id, 1, '1', d.product_id, 1, 100, 100, b.line_gone FROM bill b JOIN billed d ON d.name = b.name;
INSERT INTO ctok.movement (tenant_id, document_id, kind, external_key, amount_minor, currency, effective_at, known_at, run_id)
SELECT d.tenant_id, d.document_id, 'charge', '1', 100, 'EUR', rule.now(), rule.now(), 0 FROM bill b JOIN billed d ON d.name = b.name WHERE b.moved;
INSERT INTO ctok.document_reference (tenant_id, document_id, name, value)
SELECT d.tenant_id, d.document_id, CASE d.name WHEN 'other' THEN 'order' ELSE 'transaction' END, CASE WHEN d.name LIKE 'sale _' THEN 'two' WHEN d.name = 'unnamed' THEN '' ELSE d.name END
  FROM billed d WHERE d.name IN ('sale', 'unnamed', 'note', 'test', 'other', 'sale 1', 'sale 2');
INSERT INTO ctok.settlement (tenant_id, source_id, kind, external_key, payment_key, intent_key, amount_minor, currency, effective_at, known_at, run_id, document_id)
SELECT c.tenant_id, c.source_id, w.kind, 'expected ' || w.name, w.payment, w.intent, -1, w.currency, rule.now(), rule.now(), 0, CASE WHEN w.booked THEN d.document_id END
  FROM word w JOIN counter c ON c.name = 'here' JOIN billed d ON d.name = w.sale;

CREATE TEMP VIEW judged AS
SELECT 'quote ' || q.name AS what, e.found, CASE WHEN q.counts THEN 'quote' END AS expected, e.found IS NOT DISTINCT FROM CASE WHEN q.counts THEN 'quote' END AS right_so
  FROM quote q LEFT JOIN (SELECT document_key, string_agg(kind, ', ') AS found FROM rule.expected_line GROUP BY document_key) e ON e.document_key = 'expected ' || q.name
UNION ALL
SELECT 'bill ' || b.name, e.found, CASE WHEN b.counts THEN 'unpaid' END, e.found IS NOT DISTINCT FROM CASE WHEN b.counts THEN 'unpaid' END
  FROM bill b LEFT JOIN (SELECT document_key, string_agg(kind, ', ') AS found FROM rule.expected_line GROUP BY document_key) e ON e.document_key = 'expected ' || b.name
UNION ALL
SELECT 'word ' || w.name, f.found, w.foreign_to || ' ' || w.sale, f.found IS NOT DISTINCT FROM w.foreign_to || ' ' || w.sale
  FROM word w LEFT JOIN (SELECT f.external_key, string_agg(f.document_currency || ' ' || d.name, ', ') AS found FROM rule.settlement_foreign f JOIN billed d USING (document_id) GROUP BY f.external_key) f
         ON f.external_key = 'expected ' || w.name;
