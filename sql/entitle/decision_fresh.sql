-- What a corrected policy reaches and is matched only now, is matched under it.
UPDATE fresh_entitlement f
   SET rule_id = n.rule_id
  FROM (SELECT DISTINCT ON (f.unit_id, f.target_id) f.unit_id, f.target_id, f.rule_id, d.decision_id
          FROM fresh_entitlement f
          JOIN rule.decision_holds d ON d.tenant_id = f.tenant_id AND d.document_id = f.document_id AND d.kind = 'policy'
                                    AND (d.person_id IS NULL OR f.person_id = d.person_id) AND (d.target_id IS NULL OR f.target_id = d.target_id)
         ORDER BY f.unit_id, f.target_id, d.decision_id DESC) c
  JOIN ctok.product_rule n ON n.tenant_id = (SELECT ctok.current_tenant()) AND n.decision_id = c.decision_id AND n.base_rule_id = c.rule_id
 WHERE f.unit_id = c.unit_id AND f.target_id = c.target_id
