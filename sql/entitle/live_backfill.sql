-- Facts since ${3} are acted on from now on: go-live is moved back, never forward. $1: site or NULL, $2: source or NULL. Documents that come
-- in by it are looked at again.
WITH pair AS (
    SELECT v.*
      FROM ctok.live v
      JOIN ctok.site i ON i.tenant_id = v.tenant_id AND i.site_id = v.site_id AND ($1::text IS NULL OR i.name = $1)
      JOIN ctok.source s ON s.tenant_id = v.tenant_id AND s.source_id = v.source_id AND ($2::text IS NULL OR s.name = $2)
     WHERE v.tenant_id = ctok.current_tenant()
), moved AS (
    UPDATE ctok.live v
       SET since = to_timestamp($3::bigint)
      FROM pair p
     WHERE v.tenant_id = p.tenant_id AND v.site_id = p.site_id AND v.source_id = p.source_id AND p.since > to_timestamp($3::bigint)
    RETURNING v.tenant_id, v.source_id, p.since AS until
), again AS (
    INSERT INTO ctok.dirty_document (tenant_id, document_id)
    SELECT DISTINCT d.tenant_id, d.document_id
      FROM moved m
      JOIN ctok.document d ON d.tenant_id = m.tenant_id AND d.source_id = m.source_id
       AND d.effective_at >= to_timestamp($3::bigint) AND d.effective_at < m.until
    ON CONFLICT DO NOTHING
)
SELECT (SELECT count(*) FROM pair) AS pairs, (SELECT count(*) FROM moved) AS moved
