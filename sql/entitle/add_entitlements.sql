INSERT INTO ctok.entitlement (tenant_id, unit_id, target_id, person_id, rule_id, source_id, document_id, price_minor, currency, sold_at,
                              revoked_at, revoked_why, period_from, period_to, paid_at, starts_at, ends_at, cycle, matched_at)
SELECT f.tenant_id, f.unit_id, f.target_id, f.person_id, f.rule_id, f.source_id, f.document_id, f.price_minor, f.currency, f.sold_at,
       f.revoked_at, f.revoked_why, f.period_from, f.period_to, f.paid_at, r.starts_at, r.ends_at, r.cycle, rule.now()
  FROM fresh_entitlement f
  JOIN reckoned r ON r.unit_id = f.unit_id AND r.target_id = f.target_id
