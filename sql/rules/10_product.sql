-- Which rule a product falls under.

-- A rule's pattern as LIKE wants it: only '*' is special.
CREATE FUNCTION rule.like_pattern(pattern text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN replace(replace(replace(replace(pattern, '\', '\\'), '%', '\%'), '_', '\_'), '*', '%');

-- The most specific kind of key wins, and an exact match over a pattern.
CREATE FUNCTION rule.specificity(match_kind text, pattern text) RETURNS integer
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN 2 * array_position(ARRAY['name', 'product', 'sku', 'variant'], match_kind) + CASE WHEN strpos(pattern, '*') = 0 THEN 1 ELSE 0 END;

-- Products and their rule. `rules` above 1: several are equally specific, so that none is chosen; 0: none fits.
CREATE VIEW rule.product_choice WITH (security_invoker = true) AS
SELECT p.tenant_id, p.product_id, c.rule_id, c.rules
  FROM ctok.product p
 CROSS JOIN LATERAL (
        SELECT CASE WHEN count(*) = 1 THEN min(f.rule_id) END AS rule_id, count(*) AS rules
          FROM (SELECT r.rule_id, rank() OVER (ORDER BY rule.specificity(r.match_kind, r.pattern) DESC) AS place
                  FROM ctok.product_rule r
                 CROSS JOIN LATERAL (SELECT CASE r.match_kind WHEN 'variant' THEN p.variant_key WHEN 'sku' THEN p.sku
                                                              WHEN 'product' THEN p.product_key ELSE p.name END AS key) k
                 WHERE r.tenant_id = p.tenant_id AND r.source_id = p.source_id AND NOT r.gone
                   AND k.key <> '' AND k.key LIKE rule.like_pattern(r.pattern)) f
         WHERE f.place = 1
       ) c;
