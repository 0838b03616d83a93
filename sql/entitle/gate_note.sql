-- A right that is new and whose rule wants something first has a gate; one that follows the rules as they are (in trial) gets another by another rule.
INSERT INTO ctok.gate AS g (tenant_id, unit_id, target_id, rule_id, known_at)
SELECT f.tenant_id, f.unit_id, f.target_id, f.rule_id, rule.now()
  FROM fresh_entitlement f
  JOIN ctok.product_rule r ON r.tenant_id = f.tenant_id AND r.rule_id = f.rule_id AND r.gated
ON CONFLICT (tenant_id, unit_id, target_id) DO UPDATE SET rule_id = excluded.rule_id, known_at = excluded.known_at, opened_at = NULL
 WHERE g.rule_id <> excluded.rule_id
