-- Gates open where all that the rule wants is so. A condition counts from its own moment (a completion), one that has none from tonight, or from the sale
-- if it held when the sale was first seen: then nobody waited. Places go to whom lacks nothing else, in the order of the sales, one for each person;
-- whoever holds one already needs no other.
WITH waiting AS MATERIALIZED (
    SELECT g.tenant_id, g.unit_id, g.target_id, g.rule_id, e.person_id, e.document_id, e.sold_at, g.known_at = rule.now() AS fresh
      FROM ctok.gate g
      JOIN rule.entitlement_live e ON e.tenant_id = g.tenant_id AND e.unit_id = g.unit_id AND e.target_id = g.target_id AND e.rule_id = g.rule_id
     WHERE g.tenant_id = (SELECT ctok.current_tenant()) AND g.opened_at IS NULL AND e.revoked_at IS NULL AND NOT e.before_live
    UNION ALL
    SELECT g.tenant_id, g.unit_id, g.target_id, g.rule_id, f.person_id, f.document_id, f.sold_at, g.known_at = rule.now()
      FROM fresh_entitlement f
      JOIN ctok.gate g ON g.tenant_id = f.tenant_id AND g.unit_id = f.unit_id AND g.target_id = f.target_id AND g.rule_id = f.rule_id AND g.opened_at IS NULL
      JOIN ctok.product_rule r ON r.tenant_id = f.tenant_id AND r.rule_id = f.rule_id
      LEFT JOIN ctok.live v ON v.tenant_id = f.tenant_id AND v.site_id = r.site_id AND v.source_id = f.source_id
     WHERE f.revoked_at IS NULL AND f.sold_at >= coalesce(v.since, r.since, '-infinity')
), met AS (
    SELECT w.*, r.capacity, c.met_at
      FROM waiting w
      JOIN ctok.product_rule r ON r.tenant_id = w.tenant_id AND r.rule_id = w.rule_id
     CROSS JOIN LATERAL (SELECT coalesce(bool_and(n.met_at IS NOT NULL), true) AS all_met, max(n.met_at) FILTER (WHERE isfinite(n.met_at)) AS met_at,
                                coalesce(bool_or(NOT isfinite(n.met_at)), false) AS momentless
                           FROM rule.gate_conditions(w.tenant_id, w.rule_id, w.person_id, w.unit_id) n) s
     CROSS JOIN LATERAL (SELECT greatest(s.met_at, CASE WHEN (s.momentless OR r.capacity IS NOT NULL) AND NOT w.fresh THEN rule.now() END) AS met_at) c
     WHERE s.all_met
), queue AS (
    SELECT target_id, person_id, capacity, row_number() OVER (PARTITION BY target_id ORDER BY min(sold_at), min(document_id), min(unit_id)) AS place
      FROM met m
     WHERE capacity IS NOT NULL
       AND NOT EXISTS (SELECT 1 FROM rule.place_held h WHERE h.tenant_id = m.tenant_id AND h.target_id = m.target_id AND h.person_id = m.person_id)
     GROUP BY target_id, person_id, capacity
), turned_away AS (
    SELECT q.target_id, q.person_id
      FROM queue q
      LEFT JOIN (SELECT target_id, count(*) AS taken FROM rule.place_held GROUP BY target_id) h ON h.target_id = q.target_id
     WHERE q.place > q.capacity - coalesce(h.taken, 0)
), opened AS (
    UPDATE ctok.gate g SET opened_at = greatest(m.sold_at, m.met_at)
      FROM met m
     WHERE g.tenant_id = m.tenant_id AND g.unit_id = m.unit_id AND g.target_id = m.target_id
       AND (m.capacity IS NULL OR NOT EXISTS (SELECT 1 FROM turned_away t WHERE t.target_id = m.target_id AND t.person_id = m.person_id))
    RETURNING m.person_id, m.target_id
)
INSERT INTO dirty_pair
SELECT DISTINCT person_id, target_id FROM opened
EXCEPT
SELECT person_id, target_id FROM dirty_pair
