-- Sites of the connection's tenant: names, addresses. Writes only what differs.
WITH wanted AS (
    SELECT * FROM unnest($1::text[], $2::text[]) AS w (name, url)
), changed AS (
    UPDATE ctok.site s SET url = w.url, gone = false
    FROM wanted w
    WHERE s.name = w.name AND (s.url, s.gone) IS DISTINCT FROM (w.url, false)
), lost AS (
    UPDATE ctok.site s SET gone = true
    WHERE NOT s.gone AND NOT EXISTS (SELECT FROM wanted w WHERE w.name = s.name)
)
INSERT INTO ctok.site (tenant_id, name, url)
SELECT ctok.current_tenant(), name, url FROM wanted w
WHERE NOT EXISTS (SELECT FROM ctok.site s WHERE s.name = w.name)
