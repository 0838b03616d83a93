COPY sale_bank (external_id, amount_minor, currency, booked_at, text) FROM STDIN
