COPY sale_settlement (kind, external_key, payment_key, intent_key, amount_minor, currency, effective_at) FROM STDIN
