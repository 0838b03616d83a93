-- Sources of the connection's tenant: names, kinds, roles. Writes only what differs.
WITH wanted AS (
    SELECT * FROM unnest($1::text[], $2::text[], $3::text[]) AS w (name, kind, role)
), changed AS (
    UPDATE ctok.source s SET kind = w.kind, role = w.role, gone = false
    FROM wanted w
    WHERE s.name = w.name AND (s.kind, s.role, s.gone) IS DISTINCT FROM (w.kind, w.role, false)
), lost AS (
    UPDATE ctok.source s SET gone = true
    WHERE NOT s.gone AND NOT EXISTS (SELECT FROM wanted w WHERE w.name = s.name)
)
INSERT INTO ctok.source (tenant_id, name, kind, role)
SELECT ctok.current_tenant(), name, kind, role FROM wanted w
WHERE NOT EXISTS (SELECT FROM ctok.source s WHERE s.name = w.name)
