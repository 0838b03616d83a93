-- What is granted is a right like one that was sold, from the moment at which it was granted, and costs nothing. It has no unit and no document: in their
-- place stands the decision's number, negative.
INSERT INTO fresh_entitlement (tenant_id, unit_id, target_id, person_id, rule_id, source_id, document_id, price_minor, currency, sold_at)
SELECT DISTINCT d.tenant_id, -d.decision_id, n.stands_for, d.person_id, r.rule_id, r.source_id, -d.decision_id, 0, o.currency, d.asked_at
  FROM rule.decision_holds d
  JOIN ctok.tenant o ON o.tenant_id = d.tenant_id
  JOIN ctok.product_rule r ON r.tenant_id = d.tenant_id AND r.decision_id = d.decision_id
  JOIN ctok.rule_target t ON t.tenant_id = r.tenant_id AND t.rule_id = r.rule_id
  JOIN ctok.target n ON n.tenant_id = t.tenant_id AND n.target_id = t.target_id
 WHERE d.kind = 'grant' AND (d.target_id IS NULL OR d.target_id = n.stands_for)
   AND NOT EXISTS (SELECT 1 FROM ctok.entitlement e WHERE e.tenant_id = d.tenant_id AND e.unit_id = -d.decision_id)
