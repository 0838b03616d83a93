-- A day in the academy of world.sql: `bench.changes` sales change (setting), spread over all that were ever made. Half are given back, half renewed: an order
-- of today by the same person for the same course. `bench.day` (setting) numbers the days, so that each takes other sales. Run by the owner, for the tenant
-- of the connection.
CREATE TEMP TABLE chosen AS
SELECT d.document_id, row_number() OVER (ORDER BY d.document_id) % 2 = 0 AS given_back
  FROM (SELECT x.document_id
          FROM ctok.document x
          JOIN ctok.line l ON l.tenant_id = x.tenant_id AND l.document_id = x.document_id AND l.line_no = 1
         WHERE x.refunded_minor = 0 AND l.product_id <= current_setting('bench.courses')::bigint AND x.external_id LIKE 'order-%'
           AND x.document_id % 3 = current_setting('bench.day')::bigint % 3
         ORDER BY hashint8(x.document_id) LIMIT current_setting('bench.changes')::bigint) d;

INSERT INTO ctok.movement (tenant_id, document_id, kind, external_key, amount_minor, currency, effective_at, known_at, run_id)
SELECT ctok.current_tenant(), document_id, 'refund', 'refund@1', -9900, 'EUR', '2026-11-20', '2026-11-20', 1 FROM chosen WHERE given_back ORDER BY document_id;

UPDATE ctok.document d
   SET refunded_minor = 9900, version = 2, modified_at = '2026-11-20', known_at = '2026-11-20', changed_at = '2026-11-20'
  FROM chosen c
 WHERE d.tenant_id = ctok.current_tenant() AND d.document_id = c.document_id AND c.given_back;

INSERT INTO ctok.document_version (tenant_id, document_id, version, modified_at, known_at, run_id, payload_hash, status, total_minor, refunded_minor)
SELECT d.tenant_id, d.document_id, 2, d.modified_at, d.known_at, 1, sha256((d.external_id || '-2')::bytea), d.status, d.total_minor, d.refunded_minor
  FROM chosen c
  JOIN ctok.document d ON d.tenant_id = ctok.current_tenant() AND d.document_id = c.document_id
 WHERE c.given_back;

CREATE TEMP TABLE renewed AS
SELECT nextval(pg_get_serial_sequence('ctok.document', 'document_id')) AS document_id, document_id AS of_document FROM chosen WHERE NOT given_back;

INSERT INTO ctok.document (document_id, tenant_id, source_id, external_id, number, kind, version, effective_at, modified_at, known_at, changed_at,
                           status, currency, total_minor, subtotal_minor, discount_minor, tax_minor, shipping_minor, refunded_minor,
                           unallocated_minor, tax_included, buyer_contact_id)
OVERRIDING SYSTEM VALUE
SELECT r.document_id, o.tenant_id, o.source_id, 'renewal-' || r.document_id, 'R' || r.document_id, 'order', 1, '2026-11-20', '2026-11-20', '2026-11-20', '2026-11-20',
       'paid', 'EUR', 9900, 9900, 0, 0, 0, 0, 0, true, o.buyer_contact_id
  FROM renewed r
  JOIN ctok.document o ON o.tenant_id = ctok.current_tenant() AND o.document_id = r.of_document;

INSERT INTO ctok.document_version (tenant_id, document_id, version, modified_at, known_at, run_id, payload_hash, status, total_minor, refunded_minor)
SELECT d.tenant_id, d.document_id, 1, d.modified_at, d.known_at, 1, sha256(d.external_id::bytea), d.status, d.total_minor, 0
  FROM renewed r
  JOIN ctok.document d ON d.tenant_id = ctok.current_tenant() AND d.document_id = r.document_id;

INSERT INTO ctok.line (tenant_id, document_id, line_no, line_key, product_id, quantity, unit_price_minor, net_minor)
SELECT l.tenant_id, r.document_id, 1, '1', l.product_id, 1, 9900, 9900
  FROM renewed r
  JOIN ctok.line l ON l.tenant_id = ctok.current_tenant() AND l.document_id = r.of_document;

INSERT INTO ctok.unit (tenant_id, document_id, line_no, unit_no, net_minor)
SELECT ctok.current_tenant(), document_id, 1, 1, 9900 FROM renewed;

INSERT INTO ctok.movement (tenant_id, document_id, kind, external_key, amount_minor, currency, effective_at, known_at, run_id)
SELECT ctok.current_tenant(), document_id, 'charge', 'charge', 9900, 'EUR', '2026-11-20', '2026-11-20', 1 FROM renewed;

INSERT INTO ctok.dirty_document (tenant_id, document_id)
SELECT ctok.current_tenant(), document_id FROM chosen WHERE given_back
UNION ALL
SELECT ctok.current_tenant(), document_id FROM renewed;

DROP TABLE renewed, chosen;
