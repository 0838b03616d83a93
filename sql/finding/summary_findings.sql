-- Open findings by class and currency, most money first.
SELECT f.class, count(*) AS findings, sum(f.units) AS units,
       CASE WHEN sum(f.risk_minor) > 0 THEN rule.amount(sum(f.risk_minor)::bigint, f.currency) ELSE '' END AS risk,
       to_char(min(f.first_seen) AT TIME ZONE rule.zone(), 'YYYY-MM-DD') AS since
  FROM ctok.finding f
 WHERE f.tenant_id = ctok.current_tenant() AND f.cleared_at IS NULL
 GROUP BY f.class, f.currency
 ORDER BY sum(f.risk_minor) DESC, count(*) DESC, f.class
 LIMIT 9
