-- Which rule a product falls under.

-- A rule's pattern as LIKE wants it: only '*' is special.
CREATE FUNCTION rule.like_pattern(pattern text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN replace(replace(replace(replace(pattern, '\', '\\'), '%', '\%'), '_', '\_'), '*', '%');

-- The most specific kind of key wins, and an exact match over a pattern.
CREATE FUNCTION rule.specificity(match_kind text, pattern text) RETURNS integer
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN 2 * array_position(ARRAY['name', 'product', 'sku', 'variant'], match_kind) + CASE WHEN strpos(pattern, '*') = 0 THEN 1 ELSE 0 END;

-- Products and their rule. `rules` above 1: several are equally specific, so that none is chosen.
CREATE VIEW rule.product_choice WITH (security_invoker = true) AS
WITH candidate AS (
    SELECT p.tenant_id, p.product_id, r.rule_id,
           rank() OVER (PARTITION BY p.tenant_id, p.product_id ORDER BY rule.specificity(r.match_kind, r.pattern) DESC) AS place
      FROM ctok.product p
      JOIN ctok.product_rule r ON r.tenant_id = p.tenant_id AND r.source_id = p.source_id AND NOT r.gone
     CROSS JOIN LATERAL (SELECT CASE r.match_kind WHEN 'variant' THEN p.variant_key WHEN 'sku' THEN p.sku
                                                  WHEN 'product' THEN p.product_key ELSE p.name END AS key) k
     WHERE k.key <> '' AND k.key LIKE rule.like_pattern(r.pattern)
)
SELECT tenant_id, product_id, CASE WHEN count(*) = 1 THEN min(rule_id) END AS rule_id, count(*) AS rules
  FROM candidate
 WHERE place = 1
 GROUP BY tenant_id, product_id;
