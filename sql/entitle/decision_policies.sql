-- Entitlements whose policy was corrected have the corrected rule, and those whose correction holds no longer the one that they were sold under. What was
-- so before stays on record.
WITH reached AS (
    SELECT e.tenant_id, e.entitlement_id, e.unit_id, e.person_id, e.target_id, e.rule_id, coalesce(c.decision_id, r.decision_id) AS decision_id,
           coalesce(n.rule_id, r.base_rule_id, r.rule_id) AS to_rule_id
      FROM ctok.entitlement e
      JOIN ctok.product_rule r ON r.tenant_id = e.tenant_id AND r.rule_id = e.rule_id
      LEFT JOIN rule.policy_corrected c ON c.tenant_id = e.tenant_id AND c.entitlement_id = e.entitlement_id
      LEFT JOIN ctok.product_rule n ON n.tenant_id = c.tenant_id AND n.decision_id = c.decision_id AND n.base_rule_id = coalesce(r.base_rule_id, r.rule_id)
     WHERE e.document_id IN (SELECT d.document_id FROM ctok.decision d WHERE d.kind = 'policy')
), moved AS (
    UPDATE ctok.entitlement e
       SET rule_id = w.to_rule_id
      FROM reached w
     WHERE e.tenant_id = w.tenant_id AND e.entitlement_id = w.entitlement_id AND e.rule_id <> w.to_rule_id
    RETURNING w.*
), gates AS (
    -- The same gate, open or shut as it was.
    UPDATE ctok.gate g
       SET rule_id = m.to_rule_id
      FROM moved m
     WHERE g.tenant_id = m.tenant_id AND g.unit_id = m.unit_id AND g.target_id = m.target_id AND g.rule_id = m.rule_id
), noted AS (
    INSERT INTO ctok.policy_change (tenant_id, entitlement_id, decision_id, from_rule_id, to_rule_id, kept_until, changed_at)
    SELECT m.tenant_id, m.entitlement_id, m.decision_id, m.rule_id, m.to_rule_id,
           coalesce(rule.later(a.ends_at, make_interval(days => r.grace_days), (SELECT rule.zone())), 'infinity'), (SELECT rule.now())
      FROM moved m
      LEFT JOIN ctok.access a ON a.tenant_id = m.tenant_id AND a.person_id = m.person_id AND a.target_id = m.target_id
      LEFT JOIN ctok.product_rule r ON r.tenant_id = a.tenant_id AND r.rule_id = a.rule_id
)
INSERT INTO dirty_pair
SELECT person_id, target_id FROM moved
