-- The entries of the account of source $1.
INSERT INTO sale_balance (external_id, payout_key, category, type, amount_minor, fee_minor, currency, created_at, available_at)
SELECT e.external_id, e.payout_key, e.category, e.type, e.amount_minor, e.fee_minor, e.currency, e.created_at, e.available_at
  FROM ctok.payout_entry e
 WHERE e.tenant_id = ctok.current_tenant() AND e.source_id = $1::bigint
