-- Completions of persons we entitled, each with the cycle it belongs to: the last one begun at or before it; NULL before the first. Who was let in before
-- the sale was paid may have completed by then, while nothing else ran: that is of this sale.
CREATE VIEW rule.completion_cycle WITH (security_invoker = true) AS
SELECT m.tenant_id, m.site_id, t.target_id, m.course_id, k.person_id, m.user_id, m.completed_at, c.cycle, c.rule_id, c.ends_at, c.trial
  FROM ctok.mirror_completion m
  JOIN ctok.target t ON t.tenant_id = m.tenant_id AND t.site_id = m.site_id AND t.course_id = m.course_id
  JOIN ctok.account k ON k.tenant_id = m.tenant_id AND k.site_id = m.site_id AND k.user_id = m.user_id
  JOIN ctok.access a ON a.tenant_id = m.tenant_id AND a.person_id = k.person_id AND a.target_id = t.target_id AND a.state <> 'none'
  LEFT JOIN LATERAL (
        SELECT e.cycle, e.rule_id, e.ends_at, e.trial
          FROM rule.entitlement_live e
         WHERE e.tenant_id = m.tenant_id AND e.person_id = k.person_id AND e.target_id = t.target_id
           AND NOT e.before_live
           AND (e.starts_at <= m.completed_at
                OR e.starts_at = e.paid_at AND e.sold_at <= m.completed_at
                   AND NOT EXISTS (SELECT 1 FROM ctok.entitlement o
                                    WHERE o.tenant_id = e.tenant_id AND o.person_id = e.person_id AND o.target_id = e.target_id
                                      AND o.starts_at <= m.completed_at AND m.completed_at < o.ends_at))
         ORDER BY e.cycle DESC, e.entitlement_id
         LIMIT 1
       ) c ON true;
