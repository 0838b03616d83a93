-- Units of changed documents that entitle and have no entitlement yet get one per course of their rule. The price, the rule, the time that was paid for and
-- when it was paid are fixed here for good. A unit that ever entitled keeps its entitlements: a later rule changes nothing about it.
CREATE TEMP TABLE fresh_entitlement ON COMMIT DROP AS
WITH fresh AS (
    SELECT v.*
      FROM unit_now v
     WHERE v.verdict IS NULL
       AND NOT EXISTS (SELECT 1 FROM ctok.entitlement e WHERE e.tenant_id = v.tenant_id AND e.unit_id = v.unit_id)
), late AS (
    -- Only for what was paid later than it was sold is looked up when all of it was there.
    SELECT DISTINCT f.tenant_id, f.document_id
      FROM fresh f
      JOIN ctok.movement m ON m.tenant_id = f.tenant_id AND m.document_id = f.document_id AND m.kind IN ('charge', 'adjustment')
                          AND m.amount_minor > 0 AND m.effective_at > f.sold_at
), paid AS (
    -- The last moment that made it whole: a payment that was taken back before anything was given for it began nothing.
    SELECT y.tenant_id, y.document_id, max(y.effective_at) AS paid_at
      FROM (SELECT m.tenant_id, m.document_id, m.effective_at, m.amount_minor,
                   sum(m.amount_minor) OVER (PARTITION BY m.tenant_id, m.document_id ORDER BY m.effective_at, m.movement_id) AS so_far
              FROM late t
              JOIN ctok.movement m ON m.tenant_id = t.tenant_id AND m.document_id = t.document_id AND m.kind IN ('charge', 'adjustment')) y
      JOIN ctok.document d ON d.tenant_id = y.tenant_id AND d.document_id = y.document_id AND y.so_far >= d.total_minor
                          AND y.so_far - y.amount_minor < d.total_minor
     GROUP BY y.tenant_id, y.document_id
)
SELECT v.tenant_id, v.unit_id, t.target_id, k.person_id, v.rule_id, v.source_id, v.document_id, v.net_minor AS price_minor, v.currency, v.sold_at,
       -- One that ended early before it was ever seen is not given for its whole term.
       v.revoked_at, v.revoked_why, v.period_from, v.period_to,
       CASE WHEN p.paid_at > v.sold_at THEN p.paid_at END AS paid_at
  FROM fresh v
       -- Two names of one course are one course.
  JOIN (SELECT DISTINCT t.tenant_id, t.rule_id, n.stands_for AS target_id
          FROM ctok.rule_target t
          JOIN ctok.target n ON n.tenant_id = t.tenant_id AND n.target_id = t.target_id) t
    ON t.tenant_id = v.tenant_id AND t.rule_id = v.rule_id
  JOIN ctok.person_contact k ON k.tenant_id = v.tenant_id AND k.contact_id = v.learner_contact_id
  LEFT JOIN paid p ON p.tenant_id = v.tenant_id AND p.document_id = v.document_id
