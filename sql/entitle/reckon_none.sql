-- Pairs all of whose entitlements are void or older than go-live want nothing of Moodle. What we manage there ends like a refund.
UPDATE ctok.access a
   SET state = CASE WHEN s.revoked THEN 'suspended' ELSE 'none' END,
       wanted = CASE WHEN s.revoked THEN CASE s.on_refund WHEN 'suspend' THEN 'suspended' WHEN 'unenrol' THEN 'unenrolled' ELSE 'untouched' END
                     ELSE 'untouched' END,
       why = CASE WHEN s.revoked THEN 'refund' ELSE 'before_live' END, next_change_at = s.next_change_at
  FROM (SELECT p.person_id, p.target_id, bool_or(NOT e.before_live) AS revoked, min(r.on_refund) AS on_refund,
               -- What may not end yet is looked at every night.
               CASE WHEN bool_or(NOT e.before_live)
                     AND EXISTS (SELECT 1 FROM rule.access_waits w
                                  WHERE w.tenant_id = ctok.current_tenant() AND w.person_id = p.person_id AND w.target_id = p.target_id)
                    THEN timestamptz '-infinity' END AS next_change_at
          FROM dirty_pair p
          JOIN rule.entitlement_live e ON e.tenant_id = (SELECT ctok.current_tenant()) AND e.person_id = p.person_id AND e.target_id = p.target_id
          JOIN ctok.product_rule r ON r.tenant_id = e.tenant_id AND r.rule_id = e.rule_id
         GROUP BY p.person_id, p.target_id
        HAVING bool_and(e.before_live OR e.starts_at IS NULL)) s
 WHERE a.tenant_id = (SELECT ctok.current_tenant()) AND a.person_id = s.person_id AND a.target_id = s.target_id
   AND (a.state, a.wanted, a.next_change_at) IS DISTINCT FROM
       (CASE WHEN s.revoked THEN 'suspended' ELSE 'none' END,
        CASE WHEN s.revoked THEN CASE s.on_refund WHEN 'suspend' THEN 'suspended' WHEN 'unenrol' THEN 'unenrolled' ELSE 'untouched' END
             ELSE 'untouched' END, s.next_change_at)
