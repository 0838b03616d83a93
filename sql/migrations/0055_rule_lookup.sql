-- Rules are found by a product's keys (rule.product_fit): exact patterns by equality, the few with '*' by trying each. A column and not an expression, so that
-- the planner knows how many are which.
ALTER TABLE ctok.product_rule ADD COLUMN exact boolean NOT NULL GENERATED ALWAYS AS (strpos(pattern, '*') = 0) STORED;
CREATE INDEX product_rule_exact ON ctok.product_rule (tenant_id, source_id, match_kind, pattern) WHERE exact AND NOT gone;
CREATE INDEX product_rule_pattern ON ctok.product_rule (tenant_id, source_id, match_kind) WHERE NOT exact AND NOT gone;
-- Most tenants have no rule that asks for fields: that is known at once.
CREATE INDEX product_rule_asks ON ctok.product_rule (tenant_id) WHERE asks <> '{}' AND NOT gone;
