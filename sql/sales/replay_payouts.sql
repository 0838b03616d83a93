-- The payouts of source $1 as they are known.
INSERT INTO sale_payout (place, external_id, status, listed, amount_minor, currency, created_at, arrival_at)
SELECT 0, o.external_id, o.status, o.listed, o.amount_minor, o.currency, o.created_at, o.arrival_at
  FROM ctok.payout o
 WHERE o.tenant_id = ctok.current_tenant() AND o.source_id = $1::bigint
