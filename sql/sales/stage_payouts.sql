COPY sale_payout (place, external_id, status, listed, amount_minor, currency, created_at, arrival_at) FROM STDIN
