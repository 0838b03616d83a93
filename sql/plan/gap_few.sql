-- The same for a few pairs, each looked up. (OFFSET 0 keeps the planner from comparing all and joining then.)
CREATE TEMP TABLE gap_now ON COMMIT DROP AS
SELECT g.*
  FROM dirty_pair p
 CROSS JOIN LATERAL (SELECT * FROM rule.access_gap g
                      WHERE g.tenant_id = (SELECT ctok.current_tenant()) AND g.person_id = p.person_id AND g.target_id = p.target_id
                     OFFSET 0) g
