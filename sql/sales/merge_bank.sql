-- Movements on the bank account of source $1 that run $2 met first. A statement does not change; files may overlap.
INSERT INTO ctok.bank_entry (tenant_id, source_id, external_id, amount_minor, currency, booked_at, text, known_at)
SELECT r.tenant_id, $1::bigint, b.external_id, b.amount_minor, b.currency, b.booked_at, b.text, r.known_at
  FROM (SELECT DISTINCT ON (external_id) * FROM sale_bank ORDER BY external_id) b
 CROSS JOIN (SELECT tenant_id, known_at FROM ctok.run WHERE run_id = $2::bigint) r
 ORDER BY b.booked_at, b.external_id
ON CONFLICT (tenant_id, source_id, external_id) DO NOTHING
