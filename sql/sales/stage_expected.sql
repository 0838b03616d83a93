COPY sale_expected (place, kind, document_key, line_key, number, product_key, variant_key, sku, name, quantity, net_minor, currency, buyer_email,
    buyer_name, asked_at, until) FROM STDIN
