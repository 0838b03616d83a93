-- What is asked of source $1 and the ledger has not met with these keys.
INSERT INTO ctok.product (tenant_id, source_id, product_key, variant_key, sku, name)
SELECT ctok.current_tenant(), $1::bigint, n.product_key, n.variant_key, n.sku, n.name
  FROM (SELECT DISTINCT e.product_key, e.variant_key, e.sku, e.name FROM sale_expected e) n
 WHERE NOT EXISTS (SELECT 1 FROM ctok.product p
                    WHERE p.tenant_id = ctok.current_tenant() AND p.source_id = $1::bigint AND p.product_key = n.product_key
                      AND p.variant_key = n.variant_key AND p.sku = n.sku AND p.name = n.name)
ON CONFLICT DO NOTHING
