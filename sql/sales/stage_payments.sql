COPY sale_payment (seq, payment_key, amount_minor, effective_at) FROM STDIN
