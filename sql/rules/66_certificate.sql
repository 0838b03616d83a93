-- Completions in paid cycles and what becomes of them: `issue_id` when it has its certificate, else `due` when one is to be made now.
CREATE VIEW rule.completion_due WITH (security_invoker = true) AS
SELECT c.*, i.issue_id, i.state AS issue_state, r.certificate,
       i.issue_id IS NULL AND NOT c.trial AND r.certificate <> 'none' AND c.completed_at >= v.since AS due
  FROM rule.completion_cycle c
  JOIN ctok.product_rule r ON r.tenant_id = c.tenant_id AND r.rule_id = c.rule_id
  LEFT JOIN ctok.live v ON v.tenant_id = c.tenant_id AND v.site_id = c.site_id AND v.source_id = r.source_id
  LEFT JOIN ctok.issue i ON i.tenant_id = c.tenant_id AND i.site_id = c.site_id AND i.target_id = c.target_id AND i.person_id = c.person_id
                        AND i.cycle = c.cycle AND i.state IN ('planned', 'live', 'refused')
 WHERE c.cycle IS NOT NULL;
