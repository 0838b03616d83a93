-- Each unit exactly once: matched, open or excluded.

CREATE VIEW rule.unit_class WITH (security_invoker = true) AS
WITH owed AS (
    SELECT e.tenant_id, e.unit_id, count(*) AS entitlements,
           bool_and(e.before_live) AS before_live,
           min(e.person_id) AS person_id, max(e.person_id) AS other_person_id,
           -- One gap stands for the unit: the first course's that has one.
           min(e.target_id) FILTER (WHERE g.gap IS NOT NULL AND NOT e.before_live) AS gap_target,
           -- In trial, and not what access is: a longer one that is shown and not given.
           min(e.target_id) FILTER (WHERE e.trial AND NOT g.trial AND NOT e.before_live AND e.ends_at > greatest(g.ends_at, rule.now())) AS trial_target,
           -- Paid for, and what its rule wants first is not so; who was let in all the same, by a person's word, has what was paid for.
           min(e.target_id) FILTER (WHERE NOT e.before_live AND e.starts_at IS NULL AND e.revoked_at IS NULL AND g.why IS DISTINCT FROM 'allowed') AS shut_target,
           bool_and(e.ends_at <= e.matched_at) AS over_when_matched,
           -- A person decided against all that it gives.
           min(g.why) AS decided, bool_and(coalesce(g.why IN ('denied', 'dropped') AND e.ends_at > rule.now(), false)) AS all_decided
      FROM rule.entitlement_live e
      LEFT JOIN rule.access_gap g ON g.tenant_id = e.tenant_id AND g.person_id = e.person_id AND g.target_id = e.target_id
     GROUP BY e.tenant_id, e.unit_id
)
SELECT v.tenant_id, v.unit_id, v.document_id, v.line_no, v.unit_no, v.net_minor, v.currency, v.source_id, v.sold_at, v.product_id, v.rule_id,
       o.person_id, o.other_person_id, v.verdict, v.learner_contact_id, coalesce(o.gap_target, o.shut_target, o.trial_target) AS gap_target,
       -- The shop names another learner than the one who was given access.
       v.verdict IS NULL AND (o.person_id <> k.person_id OR o.other_person_id <> k.person_id) AS learner_changed,
       CASE
           WHEN o.entitlements > 0 AND o.before_live THEN 'excluded'
           WHEN o.entitlements > 0 AND coalesce(o.gap_target, o.shut_target, o.trial_target) IS NOT NULL THEN 'open'
           WHEN o.entitlements > 0 AND (o.over_when_matched OR o.all_decided) THEN 'excluded'
           WHEN o.entitlements > 0 THEN 'matched'
           WHEN v.verdict IN ('TEST_ORDER', 'LINE_GONE', 'SETTLES', 'NO_RULE', 'NOT_A_COURSE', 'NOT_PAID', 'CANCELLED', 'REFUNDED') THEN 'excluded'
           ELSE 'open'
       END AS class,
       CASE
           WHEN o.entitlements > 0 AND o.before_live THEN 'BEFORE_GO_LIVE'
           WHEN o.entitlements > 0 AND o.gap_target IS NOT NULL THEN 'ACCESS'
           WHEN o.entitlements > 0 AND o.shut_target IS NOT NULL THEN 'GATE_SHUT'
           WHEN o.entitlements > 0 AND o.trial_target IS NOT NULL THEN 'TRIAL'
           WHEN o.entitlements > 0 AND o.over_when_matched THEN 'TERM_OVER'
           WHEN o.entitlements > 0 AND o.all_decided THEN upper(o.decided)
           WHEN o.entitlements > 0 THEN ''
           ELSE coalesce(v.verdict, 'NOT_RECONCILED')
       END AS code
  FROM rule.unit_verdict v
  LEFT JOIN owed o ON o.tenant_id = v.tenant_id AND o.unit_id = v.unit_id
  LEFT JOIN ctok.person_contact k ON k.tenant_id = v.tenant_id AND k.contact_id = v.learner_contact_id;
