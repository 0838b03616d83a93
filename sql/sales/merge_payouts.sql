-- Payouts of source $1 as run $2 found them.
INSERT INTO ctok.payout (tenant_id, source_id, external_id, status, listed, amount_minor, currency, created_at, arrival_at, known_at)
SELECT r.tenant_id, $1::bigint, p.external_id, p.status, p.listed, p.amount_minor, p.currency, p.created_at, p.arrival_at, r.known_at
  FROM (SELECT DISTINCT ON (external_id) * FROM sale_payout ORDER BY external_id, place DESC) p
 CROSS JOIN (SELECT tenant_id, known_at FROM ctok.run WHERE run_id = $2::bigint) r
 ORDER BY p.created_at, p.external_id
ON CONFLICT (tenant_id, source_id, external_id) DO UPDATE
   SET status = excluded.status, listed = excluded.listed, amount_minor = excluded.amount_minor, currency = excluded.currency,
       created_at = excluded.created_at, arrival_at = excluded.arrival_at
