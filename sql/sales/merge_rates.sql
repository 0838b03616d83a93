-- Rates of source $1 that run $2 met: new ones, and corrections as a new version. (What may not be corrected was refused before.)
INSERT INTO ctok.rate (tenant_id, source_id, currency, day, version, rate, base, publisher, known_at, run_id)
SELECT r.tenant_id, $1::bigint, s.currency, s.day, coalesce(k.version, 0) + 1, s.rate, s.base, s.publisher, r.known_at, r.run_id
  FROM (SELECT DISTINCT ON (currency, day) * FROM sale_rate ORDER BY currency, day, ctid) s
 CROSS JOIN (SELECT tenant_id, run_id, known_at FROM ctok.run WHERE run_id = $2::bigint) r
  LEFT JOIN LATERAL (
        SELECT k.version, k.rate, k.base
          FROM ctok.rate k
         WHERE k.tenant_id = r.tenant_id AND k.source_id = $1::bigint AND k.currency = s.currency AND k.day = s.day
         ORDER BY k.version DESC
         LIMIT 1
       ) k ON true
 WHERE k.version IS NULL OR (k.rate, k.base) IS DISTINCT FROM (s.rate, s.base)
 ORDER BY s.day, s.currency
