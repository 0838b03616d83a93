-- The rules of grants and of corrected policies: each is the rule that it is made of, but for what the decision says. (All columns are named but those that
-- PostgreSQL reckons; test_decision misses one that is not.) It leads to the same courses and cohorts, and nothing is sold by it.
WITH wanted AS (
    SELECT d.tenant_id, d.decision_id, d.patch, d.rule_id
      FROM rule.decision_holds d
     WHERE d.kind = 'grant'
    UNION
    SELECT d.tenant_id, d.decision_id, d.patch, coalesce(r.base_rule_id, r.rule_id)
      FROM rule.policy_corrected c
      JOIN ctok.decision d ON d.tenant_id = c.tenant_id AND d.decision_id = c.decision_id
      JOIN ctok.entitlement e ON e.tenant_id = c.tenant_id AND e.entitlement_id = c.entitlement_id
      JOIN ctok.product_rule r ON r.tenant_id = e.tenant_id AND r.rule_id = e.rule_id
    UNION
    SELECT d.tenant_id, d.decision_id, d.patch, f.rule_id
      FROM fresh_entitlement f
      JOIN rule.decision_holds d ON d.tenant_id = f.tenant_id AND d.document_id = f.document_id AND d.kind = 'policy'
), made AS (
    INSERT INTO ctok.product_rule (tenant_id, rule_id, digest, source_id, match_kind, pattern, site_id, role, term, until, grace_days, notice_days, delivery, learner, on_expiry,
                              on_refund, on_dispute, renews, price_minor, price_currency, price_tolerance, certificate, certificate_valid, since, exclude, gone, asks,
                              starts, requires, require_field, capacity, term_from, decision_id, base_rule_id)
    OVERRIDING SYSTEM VALUE
    SELECT n.tenant_id, n.rule_id, n.digest, n.source_id, n.match_kind, n.pattern, n.site_id, n.role, n.term, n.until,
           n.grace_days, n.notice_days, n.delivery, n.learner, n.on_expiry, n.on_refund, n.on_dispute, n.renews,
           n.price_minor, n.price_currency, n.price_tolerance, n.certificate, n.certificate_valid, n.since, n.exclude,
           n.gone, n.asks, n.starts, n.requires, n.require_field, n.capacity, n.term_from, n.decision_id, n.base_rule_id
      FROM wanted w
      JOIN ctok.product_rule r ON r.tenant_id = w.tenant_id AND r.rule_id = w.rule_id
     CROSS JOIN LATERAL jsonb_populate_record(r, w.patch || jsonb_build_object(
                            'rule_id', nextval('ctok.product_rule_rule_id_seq'), 'digest', format('decision %s of rule %s', w.decision_id, w.rule_id),
                            'gone', true, 'decision_id', w.decision_id, 'base_rule_id', w.rule_id)) n
     WHERE NOT EXISTS (SELECT 1 FROM ctok.product_rule o
                        WHERE o.tenant_id = w.tenant_id AND o.digest = format('decision %s of rule %s', w.decision_id, w.rule_id))
    RETURNING tenant_id, rule_id, base_rule_id, requires
), required AS (
    INSERT INTO ctok.rule_requires (tenant_id, rule_id, target_id)
    SELECT m.tenant_id, m.rule_id, q.target_id
      FROM made m
      JOIN ctok.rule_requires q ON q.tenant_id = m.tenant_id AND q.rule_id = m.base_rule_id
     WHERE m.requires <> '{}'
), grouped AS (
    INSERT INTO ctok.rule_cohort (tenant_id, rule_id, cohort)
    SELECT m.tenant_id, m.rule_id, c.cohort
      FROM made m
      JOIN ctok.rule_cohort c ON c.tenant_id = m.tenant_id AND c.rule_id = m.base_rule_id
)
INSERT INTO ctok.rule_target (tenant_id, rule_id, target_id)
SELECT m.tenant_id, m.rule_id, t.target_id
  FROM made m
  JOIN ctok.rule_target t ON t.tenant_id = m.tenant_id AND t.rule_id = m.base_rule_id
