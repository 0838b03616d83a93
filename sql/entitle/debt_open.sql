-- A pair whose paid time is over owes from that moment on: one episode per moment, whatever the night. One that was cured and is owed again
-- is opened again, and told again.
INSERT INTO ctok.debt_episode (tenant_id, person_id, target_id, debt_at, why, suspend_at, notice_days, known_at)
SELECT a.tenant_id, a.person_id, a.target_id, a.debt_at, a.why, a.suspend_at, r.notice_days, rule.now()
  FROM dirty_pair p
  JOIN ctok.access a ON a.tenant_id = (SELECT ctok.current_tenant()) AND a.person_id = p.person_id AND a.target_id = p.target_id
  JOIN ctok.product_rule r ON r.tenant_id = a.tenant_id AND r.rule_id = a.rule_id
 WHERE a.wanted <> 'untouched' AND a.debt_at IS NOT NULL AND NOT a.trial
ON CONFLICT (tenant_id, person_id, target_id, debt_at) DO UPDATE SET cured_at = NULL, opened = ctok.debt_episode.opened + 1
 WHERE ctok.debt_episode.cured_at IS NOT NULL
