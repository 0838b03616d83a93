-- What was sold under a name that turned out to mean a target we know, is that target's. Nothing was ever written for such a name.
WITH other AS (
    SELECT e.tenant_id, e.entitlement_id, e.person_id, e.target_id, t.same_as,
           EXISTS (SELECT 1 FROM ctok.entitlement o
                     JOIN ctok.target s ON s.tenant_id = o.tenant_id AND s.target_id = o.target_id
                    WHERE o.tenant_id = e.tenant_id AND o.unit_id = e.unit_id
                      AND (o.target_id = t.same_as OR (s.same_as = t.same_as AND o.target_id < e.target_id))) AS twice
      FROM ctok.target t
      JOIN ctok.entitlement e ON e.tenant_id = t.tenant_id AND e.target_id = t.target_id
     WHERE t.same_as IS NOT NULL
), dropped AS (
    DELETE FROM ctok.entitlement e USING other o
     WHERE o.twice AND e.tenant_id = o.tenant_id AND e.entitlement_id = o.entitlement_id
), moved AS (
    UPDATE ctok.entitlement e SET target_id = o.same_as
      FROM other o
     WHERE NOT o.twice AND e.tenant_id = o.tenant_id AND e.entitlement_id = o.entitlement_id
), unreckoned AS (
    DELETE FROM ctok.access a USING other o
     WHERE a.tenant_id = o.tenant_id AND a.person_id = o.person_id AND a.target_id = o.target_id
)
INSERT INTO dirty_pair
SELECT DISTINCT person_id, same_as FROM other
ON CONFLICT DO NOTHING
