-- Exchange rates (docs/architecture.md, "Rates"). A rate is so many units of a currency for one of the publisher's base.

-- An amount in another currency, to its minor unit, half away from zero. Both rates are of one day and one base; the base's own is 1.
CREATE FUNCTION rule.converted(minor bigint, from_currency text, to_currency text, from_rate numeric, to_rate numeric) RETURNS bigint
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN round(minor * to_rate * 10::numeric ^ rule.exponent(to_currency) / (from_rate * 10::numeric ^ rule.exponent(from_currency)))::bigint;

-- How far a converted amount may be off: so many percent of it, to whole minor units below. NULL percent: nothing is said.
CREATE FUNCTION rule.slack(minor bigint, percent numeric) RETURNS bigint
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN floor(abs(minor) * percent / 100)::bigint;

-- "1 EUR = 1.1525 USD"; between two currencies that are not the base: "1 EUR = 1.1525 USD = 0.8812 GBP".
CREATE FUNCTION rule.rate_pair(base text, from_currency text, from_rate numeric, to_currency text, to_rate numeric) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN concat_ws(' = ', '1 ' || base, CASE WHEN from_currency <> base THEN from_rate || ' ' || from_currency END,
                     CASE WHEN to_currency <> base THEN to_rate || ' ' || to_currency END);

-- The day that a moment is on for the tenant's books.
CREATE FUNCTION rule.book_day(moment timestamptz) RETURNS date
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN (moment AT TIME ZONE rule.zone())::date;

-- Rates as they are now: the newest version of each, of a source that is configured.
CREATE VIEW rule.rate_known WITH (security_invoker = true) AS
SELECT r.tenant_id, r.source_id, r.currency, r.base, r.day, r.rate, r.publisher, s.rate_days
  FROM ctok.rate r
  JOIN ctok.source s ON s.tenant_id = r.tenant_id AND s.source_id = r.source_id AND NOT s.gone
 WHERE NOT EXISTS (SELECT 1 FROM ctok.rate n
                    WHERE n.tenant_id = r.tenant_id AND n.source_id = r.source_id AND n.currency = r.currency AND n.day = r.day AND n.version > r.version);
