COPY sale_document (seq, external_id, number, kind, effective_at, modified_at, status, currency, total_minor, subtotal_minor, discount_minor,
    tax_minor, shipping_minor, refunded_minor, paid_minor, corrects, draft, unallocated_minor, tax_included, buyer_email, buyer_name, buyer_raw_email, payload_hash, content_hash, met_at, expected, rest_due_at)
FROM STDIN
