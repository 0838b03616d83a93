-- Completions in paid cycles and what becomes of them: `issue_id` when it has its certificate, else `due` when one is to be made now.
CREATE VIEW rule.completion_due WITH (security_invoker = true) AS
SELECT c.*, i.issue_id, i.state AS issue_state, r.certificate,
       w.would AND n.person_id IS NULL AS due,
       -- It waits until somebody says whose name is the right one.
       w.would AND n.person_id IS NOT NULL AS doubted
  FROM rule.completion_cycle c
  JOIN ctok.product_rule r ON r.tenant_id = c.tenant_id AND r.rule_id = c.rule_id
  LEFT JOIN ctok.live v ON v.tenant_id = c.tenant_id AND v.site_id = c.site_id AND v.source_id = r.source_id
  -- Cycles are numbered anew when an older sale comes in; a completion keeps the certificate it has.
  LEFT JOIN LATERAL (
        SELECT x.issue_id, x.state
          FROM ctok.issue x
         WHERE x.tenant_id = c.tenant_id AND x.site_id = c.site_id AND x.target_id = c.target_id AND x.person_id = c.person_id
           AND (x.cycle = c.cycle OR x.completed_at = c.completed_at) AND x.state IN ('planned', 'live', 'refused')
         ORDER BY x.completed_at <> c.completed_at, x.issue_id
         LIMIT 1
       ) i ON true
  LEFT JOIN rule.doubted_name n ON n.tenant_id = c.tenant_id AND n.person_id = c.person_id
 CROSS JOIN LATERAL (SELECT i.issue_id IS NULL AND NOT c.trial AND r.certificate <> 'none' AND c.completed_at >= v.since AS would) w
 WHERE c.cycle IS NOT NULL;
