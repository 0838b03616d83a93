-- Tenants as the configuration has them: names, zones, currencies, locales. Writes only what differs.
WITH wanted AS (
    SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) AS w (name, timezone, currency, locale)
), changed AS (
    UPDATE ctok.tenant t SET timezone = w.timezone, currency = w.currency, locale = w.locale, gone = false
    FROM wanted w
    WHERE t.name = w.name
      AND (t.timezone, t.currency, t.locale, t.gone) IS DISTINCT FROM (w.timezone, w.currency, w.locale, false)
), lost AS (
    UPDATE ctok.tenant t SET gone = true
    WHERE NOT t.gone AND NOT EXISTS (SELECT FROM wanted w WHERE w.name = t.name)
)
INSERT INTO ctok.tenant (name, timezone, currency, locale)
SELECT name, timezone, currency, locale FROM wanted w
WHERE NOT EXISTS (SELECT FROM ctok.tenant t WHERE t.name = w.name)
