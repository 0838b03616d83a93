-- Products and the rule they fall under, with what waits on those that have none. $1: all, or only those without a rule; $2: text in a key or
-- the name, or NULL. Sources without any rule are there for their money: their products want none.
WITH named AS (
    SELECT p.*, s.name AS source,
           CASE WHEN p.sku <> '' THEN 'sku:' || p.sku WHEN p.variant_key <> '' THEN 'variant:' || p.variant_key
                WHEN p.product_key <> '' THEN 'product:' || p.product_key ELSE 'name:' || p.name END AS match
      FROM ctok.product p
      JOIN ctok.source s ON s.tenant_id = p.tenant_id AND s.source_id = p.source_id
     WHERE p.tenant_id = ctok.current_tenant()
       AND ($2::text IS NULL OR strpos(lower(concat_ws(' ', p.sku, p.variant_key, p.product_key, p.name)), lower($2)) > 0)
), sold AS (
    SELECT l.product_id, d.currency, sum(coalesce(u.units, 0)) AS units, sum(l.net_minor)::bigint AS net_minor, max(d.effective_at) AS last_at
      FROM ctok.line l
      JOIN ctok.document d ON d.tenant_id = l.tenant_id AND d.document_id = l.document_id AND d.status = 'paid' AND d.kind <> 'credit_note'
      LEFT JOIN (SELECT tenant_id, document_id, line_no, count(*) AS units FROM ctok.unit WHERE NOT gone GROUP BY tenant_id, document_id, line_no) u
             ON u.tenant_id = l.tenant_id AND u.document_id = l.document_id AND u.line_no = l.line_no
     WHERE NOT l.gone AND l.product_id IN (SELECT n.product_id FROM named n)
     GROUP BY l.product_id, d.currency
)
SELECT n.source, n.match, n.name, s.currency, s.net_minor, coalesce(s.units, 0) AS units,
       to_char(s.last_at AT TIME ZONE rule.zone(), 'YYYY-MM-DD') AS last_day,
       CASE WHEN c.rules > 1 THEN 'tie' WHEN c.rule_id IS NULL AND c.asked THEN 'asked' WHEN c.rule_id IS NULL THEN 'none' WHEN r.exclude THEN 'exclude' ELSE 'rule' END AS how, c.asked,
       r.match_kind || ':' || r.pattern AS rule,
       (SELECT string_agg(regexp_replace(t.reference, '^shortname:', ''), ', ' ORDER BY t.reference)
          FROM ctok.rule_target x
          JOIN ctok.target t ON t.tenant_id = x.tenant_id AND t.target_id = x.target_id
         WHERE x.tenant_id = r.tenant_id AND x.rule_id = r.rule_id) AS courses
  FROM named n
  LEFT JOIN rule.product_choice c ON c.tenant_id = n.tenant_id AND c.product_id = n.product_id
  LEFT JOIN ctok.product_rule r ON r.tenant_id = c.tenant_id AND r.rule_id = c.rule_id
  LEFT JOIN sold s ON s.product_id = n.product_id
 WHERE $1::boolean OR (c.rule_id IS NULL AND NOT c.asked)
 ORDER BY c.rule_id IS NOT NULL, s.net_minor DESC NULLS LAST, n.source, n.match, s.currency
