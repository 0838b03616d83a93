-- Entries of the account of source $1 as run $2 found them. One that stands in a payout's list comes twice, once without it: the list counts.
INSERT INTO ctok.payout_entry (tenant_id, source_id, external_id, payout_key, category, type, amount_minor, fee_minor, currency, created_at, available_at,
                               known_at)
SELECT r.tenant_id, $1::bigint, b.external_id, b.payout_key, b.category, b.type, b.amount_minor, b.fee_minor, b.currency, b.created_at, b.available_at,
       r.known_at
  FROM (SELECT DISTINCT ON (external_id) * FROM sale_balance ORDER BY external_id, payout_key NULLS LAST) b
 CROSS JOIN (SELECT tenant_id, known_at FROM ctok.run WHERE run_id = $2::bigint) r
 ORDER BY b.created_at, b.external_id
ON CONFLICT (tenant_id, source_id, external_id) DO UPDATE
   SET payout_key = coalesce(excluded.payout_key, payout_entry.payout_key), category = excluded.category, type = excluded.type,
       amount_minor = excluded.amount_minor, fee_minor = excluded.fee_minor, available_at = excluded.available_at
 WHERE (payout_entry.payout_key, payout_entry.category, payout_entry.type, payout_entry.amount_minor, payout_entry.fee_minor, payout_entry.available_at)
       IS DISTINCT FROM (coalesce(excluded.payout_key, payout_entry.payout_key), excluded.category, excluded.type, excluded.amount_minor,
                         excluded.fee_minor, excluded.available_at)
