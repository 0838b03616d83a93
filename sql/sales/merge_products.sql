-- What source $1 sells and the ledger has not met with these keys.
INSERT INTO ctok.product (tenant_id, source_id, product_key, variant_key, sku, name)
SELECT ctok.current_tenant(), $1::bigint, n.product_key, n.variant_key, n.sku, n.name
  FROM (SELECT DISTINCT l.product_key, l.variant_key, l.sku, l.name FROM sale_line l JOIN sale_document s ON s.seq = l.seq) n
 WHERE NOT EXISTS (SELECT 1 FROM ctok.product p
                    WHERE p.tenant_id = ctok.current_tenant() AND p.source_id = $1::bigint AND p.product_key = n.product_key
                      AND p.variant_key = n.variant_key AND p.sku = n.sku AND p.name = n.name)
ON CONFLICT DO NOTHING
