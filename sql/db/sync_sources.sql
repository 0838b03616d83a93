-- Sources of the connection's tenant: names, kinds, roles, what they are trusted with. Writes only what differs.
WITH wanted AS (
    SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::boolean[], $6::numeric[], $7::integer[])
                  AS w (name, kind, role, max_age_s, closed, tolerance, rate_days)
), changed AS (
    UPDATE ctok.source s SET kind = w.kind, role = w.role, max_age_s = w.max_age_s, closed = w.closed, tolerance = w.tolerance, rate_days = w.rate_days,
                             gone = false
    FROM wanted w
    WHERE s.name = w.name AND (s.kind, s.role, s.max_age_s, s.closed, s.tolerance, s.rate_days, s.gone)
                              IS DISTINCT FROM (w.kind, w.role, w.max_age_s, w.closed, w.tolerance, w.rate_days, false)
), lost AS (
    UPDATE ctok.source s SET gone = true
    WHERE NOT s.gone AND NOT EXISTS (SELECT FROM wanted w WHERE w.name = s.name)
)
INSERT INTO ctok.source (tenant_id, name, kind, role, max_age_s, closed, tolerance, rate_days)
SELECT ctok.current_tenant(), name, kind, role, max_age_s, closed, tolerance, rate_days FROM wanted w
WHERE NOT EXISTS (SELECT FROM ctok.source s WHERE s.name = w.name)
