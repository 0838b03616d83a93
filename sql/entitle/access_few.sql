-- What the dirty pairs add up to now: a few, each looked up. (OFFSET 0 keeps the planner from reckoning all and joining then.)
CREATE TEMP TABLE access_wanted ON COMMIT DROP AS
SELECT n.*
  FROM dirty_pair p
 CROSS JOIN LATERAL (SELECT * FROM rule.access_now n
                      WHERE n.tenant_id = (SELECT ctok.current_tenant()) AND n.person_id = p.person_id AND n.target_id = p.target_id
                     OFFSET 0) n
