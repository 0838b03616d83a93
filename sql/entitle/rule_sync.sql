-- Rules are told apart by the digest of all they say. What the configuration no longer says is gone, what it says again is back.
WITH said AS (
    SELECT s.tenant_id, s.source_id, i.site_id, n.*,
           md5(concat_ws('|', s.source_id, n.match_kind, n.pattern, coalesce(i.site_id::text, '-'), n.role, coalesce(n.term, '-'), coalesce(n.grace_days::text, 'never'), n.notice_days,
                         n.delivery, n.learner, n.on_expiry, n.on_refund, n.renews, coalesce(n.price_minor::text, '-'),
                         coalesce(n.price_currency, '-'), n.certificate, coalesce(n.since, '-'), n.exclude,
                         (SELECT string_agg(coalesce(o.reference, '-'), ',' ORDER BY o.reference) FROM rule_new o WHERE o.ordinal = n.ordinal),
                         -- NULL, which concat_ws() leaves out: a rule that says nothing of these has the digest that it had before rules could.
                         nullif(n.asks, '{}')::text, 'until=' || n.until, 'on_dispute=' || nullif(n.on_dispute, 'keep'),
                         'price_tolerance=' || nullif(n.price_tolerance, 0), 'valid ' || n.certificate_valid,
                         'starts=' || n.starts, 'requires=' || nullif(n.requires, '{}')::text, 'require_field=' || n.require_field, 'capacity=' || n.capacity,
                         'term_from=' || nullif(n.term_from, 'gate'), 'cohorts=' || nullif(n.cohorts, '{}')::text))
               AS digest
      FROM rule_new n
      JOIN ctok.source s ON s.tenant_id = ctok.current_tenant() AND s.name = n.source_name
      LEFT JOIN ctok.site i ON i.tenant_id = s.tenant_id AND i.name = n.site_name
), rule AS (
    SELECT DISTINCT ON (ordinal) * FROM said ORDER BY ordinal
), gone AS (
    UPDATE ctok.product_rule r SET gone = NOT EXISTS (SELECT 1 FROM rule n WHERE n.digest = r.digest)
     WHERE r.gone IS DISTINCT FROM NOT EXISTS (SELECT 1 FROM rule n WHERE n.digest = r.digest) AND r.decision_id IS NULL
    RETURNING r.rule_id
), made AS (
    INSERT INTO ctok.product_rule (tenant_id, digest, source_id, match_kind, pattern, site_id, role, term, until, grace_days, notice_days, delivery, learner,
                                   on_expiry, on_refund, on_dispute, renews, price_minor, price_currency, price_tolerance, certificate, certificate_valid, since, exclude, asks,
                                   starts, requires, require_field, capacity, term_from)
    SELECT n.tenant_id, n.digest, n.source_id, n.match_kind, n.pattern, n.site_id, n.role, n.term::interval,
           (n.until::date + 1)::timestamp AT TIME ZONE rule.zone(), n.grace_days, n.notice_days, n.delivery,
           n.learner, n.on_expiry, n.on_refund, n.on_dispute, n.renews, n.price_minor, n.price_currency, n.price_tolerance, n.certificate, n.certificate_valid::interval,
           n.since::timestamp AT TIME ZONE rule.zone(), n.exclude, n.asks,
           n.starts::timestamp AT TIME ZONE rule.zone(), n.requires, coalesce(n.require_field, ''), n.capacity, n.term_from
      FROM rule n
     WHERE NOT EXISTS (SELECT 1 FROM ctok.product_rule r WHERE r.tenant_id = n.tenant_id AND r.digest = n.digest)
    RETURNING tenant_id, rule_id, digest
), tied AS (
    INSERT INTO ctok.rule_target (tenant_id, rule_id, target_id)
    SELECT DISTINCT m.tenant_id, m.rule_id, t.target_id
      FROM made m
      JOIN said n ON n.digest = m.digest
      JOIN ctok.target t ON t.tenant_id = m.tenant_id AND t.site_id = n.site_id AND t.reference = n.reference
), required AS (
    INSERT INTO ctok.rule_requires (tenant_id, rule_id, target_id)
    SELECT DISTINCT m.tenant_id, m.rule_id, t.target_id
      FROM made m
      JOIN rule n ON n.digest = m.digest
      JOIN ctok.target t ON t.tenant_id = m.tenant_id AND t.site_id = n.site_id AND t.reference = ANY (n.requires)
), grouped AS (
    INSERT INTO ctok.rule_cohort (tenant_id, rule_id, cohort)
    SELECT DISTINCT m.tenant_id, m.rule_id, c.cohort
      FROM made m
      JOIN rule n ON n.digest = m.digest
     CROSS JOIN LATERAL unnest(n.cohorts) AS c(cohort)
)
SELECT (SELECT count(*) FROM gone) + (SELECT count(*) FROM made) AS changed
