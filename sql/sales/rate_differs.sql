-- Rates of a file that cannot be taken: two for one day, or another one than source $1 told before ($2: a person let corrections in). Zone $3.
SELECT place, what
  FROM (SELECT r.place, format('%s of %s is %s here, and %s in %s', r.currency, r.day, r.rate::text, f.rate::text, f.place) AS what, r.day, r.currency
          FROM sale_rate r
          JOIN (SELECT DISTINCT ON (currency, day) currency, day, rate, place FROM sale_rate ORDER BY currency, day, ctid) f
            ON f.currency = r.currency AND f.day = r.day
         WHERE f.rate <> r.rate
        UNION ALL
        SELECT r.place, format('%s of %s is %s here, and %s as it was taken on %s: a rate that is known does not change (ctok-pull-sales --full takes corrections)', r.currency, r.day, r.rate::text,
                               k.rate::text, to_char(k.known_at AT TIME ZONE $3, 'YYYY-MM-DD')), r.day, r.currency
          FROM sale_rate r
          JOIN ctok.rate k ON k.tenant_id = ctok.current_tenant() AND k.source_id = $1::bigint AND k.currency = r.currency AND k.day = r.day
         WHERE NOT $2::boolean AND (k.rate, k.base) IS DISTINCT FROM (r.rate, r.base)
           AND NOT EXISTS (SELECT 1 FROM ctok.rate n WHERE n.tenant_id = k.tenant_id AND n.source_id = k.source_id AND n.currency = k.currency
                              AND n.day = k.day AND n.version > k.version)) x
 ORDER BY day, currency, place
 LIMIT 1001
