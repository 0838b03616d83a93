-- Sources of the connection's tenant: names, kinds, roles, what they are trusted with. Writes only what differs.
WITH wanted AS (
    SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::boolean[]) AS w (name, kind, role, max_age_s, closed)
), changed AS (
    UPDATE ctok.source s SET kind = w.kind, role = w.role, max_age_s = w.max_age_s, closed = w.closed, gone = false
    FROM wanted w
    WHERE s.name = w.name AND (s.kind, s.role, s.max_age_s, s.closed, s.gone) IS DISTINCT FROM (w.kind, w.role, w.max_age_s, w.closed, false)
), lost AS (
    UPDATE ctok.source s SET gone = true
    WHERE NOT s.gone AND NOT EXISTS (SELECT FROM wanted w WHERE w.name = s.name)
)
INSERT INTO ctok.source (tenant_id, name, kind, role, max_age_s, closed)
SELECT ctok.current_tenant(), name, kind, role, max_age_s, closed FROM wanted w
WHERE NOT EXISTS (SELECT FROM ctok.source s WHERE s.name = w.name)
