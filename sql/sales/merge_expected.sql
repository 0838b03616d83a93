-- What is asked of source $1, as run $2 found it; of a line that came twice, because its document changed on the way, the later one.
INSERT INTO ctok.expected (tenant_id, source_id, kind, document_key, line_key, number, product_id, quantity, net_minor, currency, buyer_email,
                           buyer_name, asked_at, until, known_at)
SELECT r.tenant_id, $1::bigint, s.kind, s.document_key, s.line_key, s.number, p.product_id, s.quantity, s.net_minor, s.currency, s.buyer_email,
       s.buyer_name, s.asked_at, s.until, r.known_at
  FROM (SELECT DISTINCT ON (kind, document_key, line_key) * FROM sale_expected ORDER BY kind, document_key, line_key, place DESC) s
 CROSS JOIN (SELECT tenant_id, known_at FROM ctok.run WHERE run_id = $2::bigint) r
  JOIN ctok.product p ON p.tenant_id = r.tenant_id AND p.source_id = $1::bigint AND p.product_key = s.product_key AND p.variant_key = s.variant_key
                     AND p.sku = s.sku AND p.name = s.name
ON CONFLICT (tenant_id, source_id, kind, document_key, line_key) DO UPDATE
   SET number = excluded.number, product_id = excluded.product_id, quantity = excluded.quantity, net_minor = excluded.net_minor,
       currency = excluded.currency, buyer_email = excluded.buyer_email, buyer_name = excluded.buyer_name, asked_at = excluded.asked_at,
       until = excluded.until
 WHERE (expected.number, expected.product_id, expected.quantity, expected.net_minor, expected.currency, expected.buyer_email, expected.buyer_name,
        expected.asked_at, expected.until)
       IS DISTINCT FROM (excluded.number, excluded.product_id, excluded.quantity, excluded.net_minor, excluded.currency, excluded.buyer_email,
        excluded.buyer_name, excluded.asked_at, excluded.until)
