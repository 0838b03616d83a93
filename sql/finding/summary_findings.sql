-- Open findings by class, most money first, whatever the currency.
WITH money AS (
    SELECT f.class, f.currency, count(*) AS findings, sum(f.risk_minor)::bigint AS risk_minor, min(f.first_seen) AS first_seen
      FROM ctok.finding f
     WHERE f.tenant_id = ctok.current_tenant() AND f.cleared_at IS NULL
     GROUP BY f.class, f.currency
)
SELECT m.class, sum(m.findings)::bigint AS findings,
       coalesce(string_agg(rule.amount(m.risk_minor, m.currency), ' + ' ORDER BY m.risk_minor DESC, m.currency) FILTER (WHERE m.risk_minor > 0), '') AS risk,
       to_char(min(m.first_seen) AT TIME ZONE rule.zone(), 'YYYY-MM-DD') AS since
  FROM money m
 GROUP BY m.class
 ORDER BY max(m.risk_minor) DESC, sum(m.findings) DESC, m.class
