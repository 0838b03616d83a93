-- Rules are found by a product's keys (rule.product_fit): exact patterns by equality, the few with '*' by trying each.
CREATE INDEX product_rule_exact ON ctok.product_rule (tenant_id, source_id, match_kind, pattern) WHERE NOT gone AND strpos(pattern, '*') = 0;
CREATE INDEX product_rule_pattern ON ctok.product_rule (tenant_id, source_id, match_kind) WHERE NOT gone AND strpos(pattern, '*') > 0;
