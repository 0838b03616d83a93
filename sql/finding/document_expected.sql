-- Quotes and orders that ${1} may mean (a number, an id of the source, or "source/number") and that are not sold yet, a row for each line; ${2}: the zone.
SELECT x.kind, x.number, s.name AS source, rule.told_moment(x.asked_at, $2) AS at, x.buyer_name AS name, x.buyer_email AS email,
       to_char((x.until AT TIME ZONE $2)::date - 1, 'YYYY-MM-DD') AS until,
       format('%s x %s, %s', trim_scale(x.quantity), p.name, rule.amount(x.net_minor, x.currency)) AS text
  FROM rule.expected_line x
  JOIN ctok.source s ON s.tenant_id = x.tenant_id AND s.source_id = x.source_id
  JOIN ctok.product p ON p.tenant_id = x.tenant_id AND p.product_id = x.product_id
 WHERE x.tenant_id = (SELECT ctok.current_tenant()) AND x.kind <> 'unpaid'
   AND $1 IN (x.number, x.document_key, s.name || '/' || x.number, s.name || '/' || x.document_key)
 ORDER BY s.name, x.kind, x.number, p.name, text
