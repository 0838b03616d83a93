-- $1: site or NULL, $2: source or NULL, $3: since.
WITH pair AS (
    SELECT DISTINCT r.tenant_id, r.site_id, r.source_id
      FROM ctok.product_rule r
      JOIN ctok.site i ON i.tenant_id = r.tenant_id AND i.site_id = r.site_id AND ($1::text IS NULL OR i.name = $1)
      JOIN ctok.source s ON s.tenant_id = r.tenant_id AND s.source_id = r.source_id AND ($2::text IS NULL OR s.name = $2)
     WHERE r.tenant_id = ctok.current_tenant() AND NOT r.gone
), begun AS (
    INSERT INTO ctok.live (tenant_id, site_id, source_id, since, known_at)
    SELECT tenant_id, site_id, source_id, to_timestamp($3::bigint), rule.now() FROM pair
    ON CONFLICT DO NOTHING
    RETURNING tenant_id, site_id, source_id
), again AS (
    INSERT INTO ctok.dirty_document (tenant_id, document_id)
    SELECT DISTINCT d.tenant_id, d.document_id
      FROM begun b
      JOIN ctok.document d ON d.tenant_id = b.tenant_id AND d.source_id = b.source_id
    ON CONFLICT DO NOTHING
)
SELECT (SELECT count(*) FROM pair) AS pairs, (SELECT count(*) FROM begun) AS begun,
       (SELECT array_agg(site_id ORDER BY site_id, source_id) FROM begun) AS sites,
       (SELECT array_agg(source_id ORDER BY site_id, source_id) FROM begun) AS sources
