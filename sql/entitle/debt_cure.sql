-- Debts that were paid, or whose pair no longer owes from that moment, are cured.
UPDATE ctok.debt_episode d
   SET cured_at = rule.now()
  FROM dirty_pair p
  JOIN ctok.access a ON a.tenant_id = (SELECT ctok.current_tenant()) AND a.person_id = p.person_id AND a.target_id = p.target_id
 WHERE d.tenant_id = a.tenant_id AND d.person_id = a.person_id AND d.target_id = a.target_id
   AND d.cured_at IS NULL AND a.debt_at IS DISTINCT FROM d.debt_at
