-- Deals of three documents each, `bench.documents` in all (setting): an order of the shop, its invoice that bears the order's number, and its payment that
-- shares the order's. One invoice in ten is in dollars, with rates; one in a hundred of another amount; one sale in fifty was given back by all three, one
-- in two hundred by the provider alone. Fifty payments make a payout, which the bank got. Run by the owner, for the tenant of the connection.
INSERT INTO ctok.source (tenant_id, name, kind, role, tolerance)
SELECT ctok.current_tenant(), v.name, v.kind, v.role, v.tolerance
  FROM (VALUES ('erp', 'csv', 'invoice', 1), ('pay', 'csv', 'payment', NULL), ('giro', 'bank', 'bank', NULL), ('ecb', 'rates', 'rates', NULL)) v (name, kind, role, tolerance);
INSERT INTO ctok.source_settles (tenant_id, source_id, target_id, told, wait_s, unlinked)
SELECT s.tenant_id, s.source_id, t.source_id, true, 259200, 'both'
  FROM ctok.source s
  JOIN ctok.source t ON t.tenant_id = s.tenant_id AND (t.name = 'shop' OR (t.role = 'invoice' AND s.role = 'payment'))
 WHERE s.role IN ('invoice', 'payment');
INSERT INTO ctok.link (tenant_id, digest, from_source_id, field, to_source_id, by_field, pattern)
SELECT s.tenant_id, 'bench', s.source_id, 'numero2', t.source_id, 'number', '^WEB-([0-9]+)$'
  FROM ctok.source s
  JOIN ctok.source t ON t.tenant_id = s.tenant_id AND t.name = 'shop'
 WHERE s.name = 'erp';
INSERT INTO ctok.source_state (tenant_id, source_id, watermark, last_complete_at)
SELECT tenant_id, source_id, '2026-11-20', '2026-11-20' FROM ctok.source;
INSERT INTO ctok.rate (tenant_id, source_id, currency, day, version, rate, base, publisher, known_at, run_id)
SELECT s.tenant_id, s.source_id, c.code, '2026-01-01'::date + n, 1, c.rate, 'EUR', 'Bank', '2026-11-20', 1
  FROM ctok.source s, generate_series(-7, 330) n, (VALUES ('USD', 1.25), ('GBP', 0.875)) c (code, rate)
 WHERE s.name = 'ecb' AND extract(isodow FROM '2026-01-01'::date + n) < 6;

CREATE TEMP TABLE deal AS
SELECT g AS n, timestamptz '2026-01-02' + g * (interval '300 days' / u.deals) AS sold_at, CASE WHEN g % 50 = 17 THEN 3000 ELSE 0 END AS given_back
  FROM (SELECT current_setting('bench.documents')::bigint / 3 AS deals) u, generate_series(1, u.deals) AS g;
INSERT INTO ctok.document (tenant_id, source_id, external_id, number, kind, version, effective_at, modified_at, known_at, changed_at, status, currency, total_minor,
                           subtotal_minor, discount_minor, tax_minor, shipping_minor, refunded_minor, unallocated_minor, tax_included)
SELECT s.tenant_id, s.source_id, s.name || '-' || d.n, CASE s.name WHEN 'shop' THEN d.n::text ELSE s.name || d.n END,
       CASE s.role WHEN 'sale' THEN 'order' ELSE s.role END, 1, d.sold_at, d.sold_at, d.sold_at, d.sold_at, 'paid',
       CASE WHEN s.name = 'erp' AND d.n % 10 = 3 THEN 'USD' ELSE 'EUR' END, x.total, x.total, 0, 0, 0,
       CASE WHEN s.name = 'pay' AND d.n % 200 = 11 THEN 1000 WHEN s.name = 'erp' AND d.n % 10 = 3 THEN d.given_back * 5 / 4 ELSE d.given_back END, 0, true
  FROM deal d
 CROSS JOIN ctok.source s
 CROSS JOIN LATERAL (
        SELECT CASE WHEN s.name = 'erp' AND d.n % 100 = 1 THEN 9000 WHEN s.name = 'erp' AND d.n % 10 = 3 THEN 12500 ELSE 10000 END AS total
       ) x
 WHERE s.name IN ('shop', 'erp', 'pay')
 ORDER BY d.n, s.source_id;
INSERT INTO ctok.document_reference (tenant_id, document_id, name, value)
SELECT d.tenant_id, d.document_id, CASE s.name WHEN 'erp' THEN 'numero2' ELSE 'transaction' END,
       CASE s.name WHEN 'erp' THEN 'WEB-' ELSE 'ch_' END || split_part(d.external_id, '-', 2)
  FROM ctok.document d
  JOIN ctok.source s ON s.tenant_id = d.tenant_id AND s.source_id = d.source_id;
INSERT INTO ctok.dirty_document (tenant_id, document_id)
SELECT tenant_id, document_id FROM ctok.document;

INSERT INTO ctok.payout (tenant_id, source_id, external_id, status, listed, amount_minor, currency, created_at, arrival_at, known_at)
SELECT s.tenant_id, s.source_id, 'po_' || n / 50, 'paid', true, count(*) * 9700 + (n / 50) % 97 * 10, 'EUR', max(d.sold_at), max(d.sold_at) + interval '2 days', max(d.sold_at)
  FROM deal d, ctok.source s
 WHERE s.name = 'pay'
 GROUP BY s.tenant_id, s.source_id, n / 50;
INSERT INTO ctok.payout_entry (tenant_id, source_id, external_id, payout_key, category, type, amount_minor, fee_minor, currency, created_at, available_at, known_at)
SELECT s.tenant_id, s.source_id, 'txn_' || d.n, 'po_' || d.n / 50, 'charge', 'charge', 10000, 300, 'EUR', d.sold_at, d.sold_at, d.sold_at
  FROM deal d, ctok.source s
 WHERE s.name = 'pay'
UNION ALL
-- What is held back and let go stands in no list: each payout takes one.
SELECT p.tenant_id, p.source_id, 'rsv_' || p.payout_id, NULL, 'reserve', 'reserve', p.amount_minor - (SELECT count(*) FROM deal d WHERE 'po_' || d.n / 50 = p.external_id) * 9700, 0,
       'EUR', p.created_at, p.created_at, p.created_at
  FROM ctok.payout p;
INSERT INTO ctok.bank_entry (tenant_id, source_id, external_id, amount_minor, currency, booked_at, text, known_at)
SELECT p.tenant_id, s.source_id, p.external_id, p.amount_minor - CASE WHEN p.payout_id % 40 = 0 THEN 50 ELSE 0 END, 'EUR', date_trunc('day', p.arrival_at),
       CASE WHEN p.payout_id % 2 = 0 THEN 'STRIPE ' || p.external_id ELSE 'STRIPE' END, p.arrival_at
  FROM ctok.payout p
  JOIN ctok.source s ON s.tenant_id = p.tenant_id AND s.name = 'giro';

ANALYZE ctok.document, ctok.document_reference, ctok.dirty_document, ctok.payout, ctok.payout_entry, ctok.bank_entry, ctok.rate;
-- What is compared with: the same keys, told apart, in plain tables.
CREATE SCHEMA bench;
CREATE TABLE bench.sale AS SELECT md5('a' || n)::uuid AS a, md5('b' || n)::uuid AS b, n FROM deal;
CREATE TABLE bench.invoice AS SELECT md5('a' || n)::uuid AS a, n FROM deal;
CREATE TABLE bench.payment AS SELECT md5('b' || n)::uuid AS b, n FROM deal;
ANALYZE bench.sale, bench.invoice, bench.payment;
