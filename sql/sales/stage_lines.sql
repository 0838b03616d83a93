COPY sale_line (seq, place, line_key, corrects_key, product_key, variant_key, sku, name, quantity, unit_price_minor, net_minor, learner_email,
    learner_name, learner_raw_email, period_from, period_to)
FROM STDIN
