-- Which rule a product falls under.

-- A rule's pattern as LIKE wants it: only '*' is special.
CREATE FUNCTION rule.like_pattern(pattern text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN replace(replace(replace(replace(pattern, '\', '\\'), '%', '\%'), '_', '\_'), '*', '%');

-- The most specific kind of key wins, and an exact match over a pattern.
CREATE FUNCTION rule.specificity(match_kind text, pattern text) RETURNS integer
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN 2 * array_position(ARRAY['name', 'product', 'sku', 'variant'], match_kind) + CASE WHEN strpos(pattern, '*') = 0 THEN 1 ELSE 0 END;

-- Rules that a product's keys fit. Rules that ask for fields (`conditions`) count before those of the same key and pattern that ask for fewer. Exact
-- patterns are looked up and only those with '*' are tried one by one: with thousands of both, each product against each rule is what a night would be spent on.
CREATE VIEW rule.product_fit WITH (security_invoker = true) AS
SELECT p.tenant_id, p.product_id, r.rule_id, r.asks, rule.specificity(r.match_kind, r.pattern) AS specificity,
       (SELECT count(*) FROM jsonb_object_keys(r.asks)) AS conditions
  FROM ctok.product p
 CROSS JOIN LATERAL (VALUES ('variant', p.variant_key), ('sku', p.sku), ('product', p.product_key), ('name', p.name)) AS k (kind, key)
  JOIN ctok.product_rule r ON r.tenant_id = p.tenant_id AND r.source_id = p.source_id AND r.match_kind = k.kind AND r.pattern = k.key AND NOT r.gone
 WHERE k.key <> '' AND r.exact
UNION ALL
SELECT p.tenant_id, p.product_id, r.rule_id, r.asks, rule.specificity(r.match_kind, r.pattern), (SELECT count(*) FROM jsonb_object_keys(r.asks))
  FROM ctok.product p
 CROSS JOIN LATERAL (VALUES ('variant', p.variant_key), ('sku', p.sku), ('product', p.product_key), ('name', p.name)) AS k (kind, key)
  JOIN ctok.product_rule r ON r.tenant_id = p.tenant_id AND r.source_id = p.source_id AND r.match_kind = k.kind AND NOT r.gone
 WHERE k.key <> '' AND NOT r.exact AND k.key LIKE rule.like_pattern(r.pattern);

-- Products and their rule, the most specific of those that ask for no field. `rules` above 1: several are equally specific, so that none is chosen; 0: none
-- fits. `asked`: some ask for fields, so that lines of it have rules of their own (rule.line_choice); what stands here is for the product as such, of which
-- no field is known.
CREATE VIEW rule.product_choice WITH (security_invoker = true) AS
SELECT p.tenant_id, p.product_id, c.rule_id, c.rules, c.asked
  FROM ctok.product p
 CROSS JOIN LATERAL (
        SELECT CASE WHEN count(*) FILTER (WHERE x.place = 1) = 1 THEN min(x.rule_id) FILTER (WHERE x.place = 1) END AS rule_id,
               count(*) FILTER (WHERE x.place = 1) AS rules, coalesce(bool_or(x.asks <> '{}'), false) AS asked
          FROM (SELECT f.rule_id, f.asks, CASE WHEN f.asks = '{}' THEN rank() OVER (PARTITION BY f.asks = '{}' ORDER BY f.specificity DESC) END AS place
                  FROM rule.product_fit f
                 WHERE f.tenant_id = p.tenant_id AND f.product_id = p.product_id) x
       ) c;

-- Is a field as a rule asks for it: like the pattern, in any case of letters; one that says nothing is like '' alone.
CREATE FUNCTION rule.field_fits(value text, pattern text) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN coalesce(value, '') = '' THEN pattern = '' ELSE lower(value) LIKE lower(rule.like_pattern(pattern)) END;

-- Lines of products with rules that ask for fields, and their rule: the most specific that fits, of the same key and pattern the one that asks for
-- most. A line's own field goes before the document's. Lines that no rule fits are not here.
CREATE VIEW rule.line_choice WITH (security_invoker = true) AS
SELECT f.tenant_id, f.document_id, f.line_no, CASE WHEN count(*) = 1 THEN min(f.rule_id) END AS rule_id, count(*) AS rules
  FROM (SELECT l.tenant_id, l.document_id, l.line_no, p.rule_id,
               rank() OVER (PARTITION BY l.tenant_id, l.document_id, l.line_no ORDER BY p.specificity DESC, p.conditions DESC) AS place
          FROM ctok.line l
         -- (OFFSET 0: a line's product is looked up; where a night changes few sales, nothing is reckoned of all products.)
         CROSS JOIN LATERAL (SELECT f.rule_id, f.asks, f.specificity, f.conditions, bool_or(f.asks <> '{}') OVER () AS asked
                               FROM rule.product_fit f
                              WHERE f.tenant_id = l.tenant_id AND f.product_id = l.product_id
                             OFFSET 0) p
         -- (Asked once: most have no such rule at all.)
         WHERE (SELECT EXISTS (SELECT 1 FROM ctok.product_rule r WHERE NOT r.gone AND r.asks <> '{}')) AND p.asked
           AND NOT EXISTS (SELECT 1
                             FROM jsonb_each_text(p.asks) a
                             LEFT JOIN LATERAL (SELECT d.value FROM ctok.kept_field d
                                                 WHERE d.tenant_id = l.tenant_id AND d.document_id = l.document_id AND d.line_no IN (0, l.line_no)
                                                   AND d.name = a.key
                                                 ORDER BY d.line_no DESC LIMIT 1) d ON true
                            WHERE NOT rule.field_fits(d.value, a.value))) f
 WHERE f.place = 1
 GROUP BY f.tenant_id, f.document_id, f.line_no;
