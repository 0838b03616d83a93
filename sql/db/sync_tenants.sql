-- Tenants as the configuration has them: names, zones, currencies, locales, mails, days of reminders. Writes only what differs.
WITH wanted AS (
    SELECT w.name, w.timezone, w.currency, w.locale, w.mails::text[] AS mails, w.expiry_days::integer[] AS expiry_days,
           w.certificate_days::integer[] AS certificate_days
      FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[])
           AS w (name, timezone, currency, locale, mails, expiry_days, certificate_days)
), changed AS (
    UPDATE ctok.tenant t
    SET timezone = w.timezone, currency = w.currency, locale = w.locale, mails = w.mails, expiry_days = w.expiry_days,
        certificate_days = w.certificate_days, gone = false
    FROM wanted w
    WHERE t.name = w.name
      AND (t.timezone, t.currency, t.locale, t.mails, t.expiry_days, t.certificate_days, t.gone)
          IS DISTINCT FROM (w.timezone, w.currency, w.locale, w.mails, w.expiry_days, w.certificate_days, false)
), lost AS (
    UPDATE ctok.tenant t SET gone = true
    WHERE NOT t.gone AND NOT EXISTS (SELECT FROM wanted w WHERE w.name = t.name)
)
INSERT INTO ctok.tenant (name, timezone, currency, locale, mails, expiry_days, certificate_days)
SELECT name, timezone, currency, locale, mails, expiry_days, certificate_days FROM wanted w
WHERE NOT EXISTS (SELECT FROM ctok.tenant t WHERE t.name = w.name)
