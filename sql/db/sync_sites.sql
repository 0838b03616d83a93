-- Sites of the connection's tenant: names, addresses, how old a reading may be, whether accounts have passwords there. Writes only what
-- differs.
WITH wanted AS (
    SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::boolean[]) AS w (name, url, max_age_s, passwords)
), changed AS (
    UPDATE ctok.site s SET url = w.url, max_age_s = w.max_age_s, passwords = w.passwords, gone = false
    FROM wanted w
    WHERE s.name = w.name AND (s.url, s.max_age_s, s.passwords, s.gone) IS DISTINCT FROM (w.url, w.max_age_s, w.passwords, false)
), lost AS (
    UPDATE ctok.site s SET gone = true
    WHERE NOT s.gone AND NOT EXISTS (SELECT FROM wanted w WHERE w.name = s.name)
)
INSERT INTO ctok.site (tenant_id, name, url, max_age_s, passwords)
SELECT ctok.current_tenant(), name, url, max_age_s, passwords FROM wanted w
WHERE NOT EXISTS (SELECT FROM ctok.site s WHERE s.name = w.name)
