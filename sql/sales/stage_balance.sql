COPY sale_balance (external_id, payout_key, category, type, amount_minor, fee_minor, currency, created_at, available_at) FROM STDIN
