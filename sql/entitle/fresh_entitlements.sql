-- Units of changed documents that entitle and have no entitlement yet get one per course of their rule. The price and the rule are
-- fixed here for good. A unit that ever entitled keeps its entitlements: a later rule changes nothing about it.
CREATE TEMP TABLE fresh_entitlement ON COMMIT DROP AS
SELECT v.tenant_id, v.unit_id, t.target_id, k.person_id, v.rule_id, v.source_id, v.document_id, v.net_minor AS price_minor, v.currency, v.sold_at,
       -- One that ended early before it was ever seen is not given for its whole term.
       v.revoked_at, v.revoked_why
  FROM unit_now v
       -- Two names of one course are one course.
  JOIN (SELECT DISTINCT t.tenant_id, t.rule_id, coalesce(n.same_as, n.target_id) AS target_id
          FROM ctok.rule_target t
          JOIN ctok.target n ON n.tenant_id = t.tenant_id AND n.target_id = t.target_id) t
    ON t.tenant_id = v.tenant_id AND t.rule_id = v.rule_id
  JOIN ctok.person_contact k ON k.tenant_id = v.tenant_id AND k.contact_id = v.learner_contact_id
 WHERE v.verdict IS NULL
   AND NOT EXISTS (SELECT 1 FROM ctok.entitlement e WHERE e.tenant_id = v.tenant_id AND e.unit_id = v.unit_id)
