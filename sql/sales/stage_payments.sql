COPY sale_payment (seq, payment_key, amount_minor, effective_at, kind) FROM STDIN
