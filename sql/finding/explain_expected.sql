-- What is expected of somebody who never bought anything: $1 an address, or the number of a quote or order; $2 the zone.
SELECT to_char(x.asked_at AT TIME ZONE $2, 'YYYY-MM-DD HH24:MI') AS at, x.buyer_name AS name, x.buyer_email AS email,
       format('expected: %s %s of source "%s": %s x %s, %s%s', x.kind, x.number, s.name, trim_scale(x.quantity), p.name, rule.amount(x.net_minor, x.currency),
              coalesce(', holds until ' || to_char((x.until AT TIME ZONE $2)::date - 1, 'YYYY-MM-DD'), '')) AS text
  FROM rule.expected_line x
  JOIN ctok.source s ON s.tenant_id = x.tenant_id AND s.source_id = x.source_id
  JOIN ctok.product p ON p.tenant_id = x.tenant_id AND p.product_id = x.product_id
 WHERE x.tenant_id = ctok.current_tenant() AND x.kind <> 'unpaid'
   AND (x.buyer_email = lower($1) AND x.buyer_email <> '' OR x.number = $1)
 ORDER BY x.buyer_email, x.asked_at, x.number, text
