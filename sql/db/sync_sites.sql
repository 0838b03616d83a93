-- Sites of the connection's tenant: names, addresses, how old a reading may be, whether accounts have passwords there, the role of
-- learners. Writes only what differs.
WITH wanted AS (
    SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::boolean[], $5::text[]) AS w (name, url, max_age_s, passwords, role)
), changed AS (
    UPDATE ctok.site s SET url = w.url, max_age_s = w.max_age_s, passwords = w.passwords, role = w.role, gone = false
    FROM wanted w
    WHERE s.name = w.name AND (s.url, s.max_age_s, s.passwords, s.role, s.gone) IS DISTINCT FROM (w.url, w.max_age_s, w.passwords, w.role, false)
), lost AS (
    UPDATE ctok.site s SET gone = true
    WHERE NOT s.gone AND NOT EXISTS (SELECT FROM wanted w WHERE w.name = s.name)
)
INSERT INTO ctok.site (tenant_id, name, url, max_age_s, passwords, role)
SELECT ctok.current_tenant(), name, url, max_age_s, passwords, role FROM wanted w
WHERE NOT EXISTS (SELECT FROM ctok.site s WHERE s.name = w.name)
