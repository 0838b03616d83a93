-- Sources of the connection's tenant: names, kinds, roles, what they are trusted with. Writes only what differs.
WITH wanted AS (
    SELECT w.name, w.kind, w.role, w.max_age_s, w.closed, w.tolerance, w.rate_days, coalesce(w.on_disabled_client, 'keep') AS on_disabled_client,
           coalesce(w.on_overdue, 'keep') AS on_overdue
      FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::boolean[], $6::numeric[], $7::integer[], $8::text[], $9::text[])
                  AS w (name, kind, role, max_age_s, closed, tolerance, rate_days, on_disabled_client, on_overdue)
), changed AS (
    UPDATE ctok.source s SET kind = w.kind, role = w.role, max_age_s = w.max_age_s, closed = w.closed, tolerance = w.tolerance, rate_days = w.rate_days,
                             on_disabled_client = w.on_disabled_client, on_overdue = w.on_overdue, gone = false
    FROM wanted w
    WHERE s.name = w.name AND (s.kind, s.role, s.max_age_s, s.closed, s.tolerance, s.rate_days, s.on_disabled_client, s.on_overdue, s.gone)
                              IS DISTINCT FROM (w.kind, w.role, w.max_age_s, w.closed, w.tolerance, w.rate_days, w.on_disabled_client, w.on_overdue, false)
), lost AS (
    UPDATE ctok.source s SET gone = true
    WHERE NOT s.gone AND NOT EXISTS (SELECT FROM wanted w WHERE w.name = s.name)
)
INSERT INTO ctok.source (tenant_id, name, kind, role, max_age_s, closed, tolerance, rate_days, on_disabled_client, on_overdue)
SELECT ctok.current_tenant(), name, kind, role, max_age_s, closed, tolerance, rate_days, on_disabled_client, on_overdue FROM wanted w
WHERE NOT EXISTS (SELECT FROM ctok.source s WHERE s.name = w.name)
