-- A fresh ledger and mirror, made where they lie: `bench.units` orders of one line with one unit each (setting), bought by half as
-- many persons. Every other second order renews the first, the rest are for another course; `bench.courses` of them (setting), one rule for each. One order
-- in 50 was given back, one in 100 is for a product without a rule. Every second person has an account in Moodle already, one in eight an
-- enrolment that Moodle ended. Run by the owner, for the tenant of the connection.
INSERT INTO ctok.mirror_course (tenant_id, site_id, course_id, shortname, idnumber, fullname, visible, completion, manual)
SELECT s.tenant_id, s.site_id, g + 1, 'C' || g, '', 'Course ' || g, true, true, true
  FROM ctok.site s, generate_series(1, current_setting('bench.courses')::bigint) AS g;

INSERT INTO ctok.product (tenant_id, source_id, product_key, variant_key, sku, name)
SELECT s.tenant_id, s.source_id, 'p' || g, '', 'SKU-' || g, 'Product ' || g
  FROM ctok.source s, generate_series(1, current_setting('bench.courses')::bigint + 1) AS g
 WHERE s.name = 'shop'
 ORDER BY g;

INSERT INTO ctok.contact (tenant_id, email, name)
SELECT ctok.current_tenant(), 'learner' || g || '@example.test', 'Learner ' || g
  FROM generate_series(1, current_setting('bench.units')::bigint / 2) AS g
 ORDER BY g;

CREATE TEMP TABLE world AS
SELECT g AS n, 1 + (g * 7919) % (u.units / 2) AS contact_id, timestamptz '2026-01-01' + g * (interval '230 days' / u.units) AS sold_at,
       CASE WHEN g % 100 = 99 THEN u.courses + 1 ELSE 1 + (g + CASE WHEN g > u.units / 2 AND g % 2 = 0 THEN 7 ELSE 0 END) % u.courses END AS product_id,
       g % 50 = 17 AS given_back
  FROM (SELECT current_setting('bench.units')::bigint AS units, current_setting('bench.courses')::bigint AS courses) u, generate_series(1, u.units) AS g;

INSERT INTO ctok.document (tenant_id, source_id, external_id, number, kind, version, effective_at, modified_at, known_at, changed_at,
                           status, currency, total_minor, subtotal_minor, discount_minor, tax_minor, shipping_minor, refunded_minor,
                           unallocated_minor, tax_included, buyer_contact_id)
SELECT s.tenant_id, s.source_id, 'order-' || n, n::text, 'order', 1, sold_at, sold_at, sold_at, sold_at, 'paid', 'EUR', 9900, 9900, 0, 0, 0,
       CASE WHEN given_back THEN 9900 ELSE 0 END, 0, true, contact_id
  FROM ctok.source s, world
 WHERE s.name = 'shop'
 ORDER BY world.n;

INSERT INTO ctok.document_version (tenant_id, document_id, version, modified_at, known_at, run_id, payload_hash, status, total_minor,
                                   refunded_minor)
SELECT tenant_id, document_id, 1, modified_at, known_at, 1, sha256(external_id::bytea), status, total_minor, refunded_minor
  FROM ctok.document
 ORDER BY document_id;

INSERT INTO ctok.line (tenant_id, document_id, line_no, line_key, product_id, quantity, unit_price_minor, net_minor)
SELECT ctok.current_tenant(), n, 1, '1', product_id, 1, 9900, 9900 FROM world ORDER BY world.n;

INSERT INTO ctok.unit (tenant_id, document_id, line_no, unit_no, net_minor)
SELECT ctok.current_tenant(), n, 1, 1, 9900 FROM world ORDER BY world.n;

INSERT INTO ctok.movement (tenant_id, document_id, kind, external_key, amount_minor, currency, effective_at, known_at, run_id)
SELECT ctok.current_tenant(), n, 'charge', 'charge', 9900, 'EUR', sold_at, sold_at, 1 FROM world ORDER BY world.n;

INSERT INTO ctok.movement (tenant_id, document_id, kind, external_key, amount_minor, currency, effective_at, known_at, run_id)
SELECT ctok.current_tenant(), n, 'refund', 'refund@1', -9900, 'EUR', sold_at + interval '1 day', sold_at, 1 FROM world WHERE given_back ORDER BY world.n;

INSERT INTO ctok.dirty_document (tenant_id, document_id)
SELECT ctok.current_tenant(), n FROM world ORDER BY world.n;

INSERT INTO ctok.mirror_user (tenant_id, site_id, user_id, username, email, email_key, firstname, lastname, suspended)
SELECT s.tenant_id, s.site_id, g + 10, 'learner' || g, 'learner' || g || '@example.test', 'learner' || g || '@example.test', 'Learner',
       g::text, false
  FROM ctok.site s, generate_series(1, current_setting('bench.units')::bigint / 4) AS g
 ORDER BY g;

INSERT INTO ctok.mirror_enrolment (tenant_id, site_id, course_id, user_id, method, active, status, time_start, time_end, time_created, roles,
                                   read_level)
SELECT s.tenant_id, s.site_id, 1 + w.product_id, w.contact_id + 10, 'manual', false, 0, 1600000000, 1700000000, 1600000000, 'student', 1
  FROM ctok.site s, world w
 WHERE w.contact_id <= current_setting('bench.units')::bigint / 4 AND w.n % 4 = 1 AND w.n <= current_setting('bench.units')::bigint / 2
   AND w.product_id <= current_setting('bench.courses')::bigint
 ORDER BY 3, 4;

INSERT INTO ctok.live (tenant_id, site_id, source_id, since, known_at)
SELECT s.tenant_id, s.site_id, o.source_id, '-infinity', '2026-01-01' FROM ctok.site s, ctok.source o;

DROP TABLE world;
ANALYZE;
