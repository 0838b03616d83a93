-- What accounts of the dirty persons should say, where the sources are right about it: field by field. Those that may differ are few, and are looked at
-- one by one. (OFFSET 0 keeps the planner from looking at all.)
CREATE TEMP TABLE account_wanted ON COMMIT DROP AS
WITH suspect AS MATERIALIZED (
    SELECT k.site_id, k.person_id
      FROM (SELECT DISTINCT person_id FROM dirty_pair) p
      JOIN rule.account_glance k ON k.tenant_id = (SELECT ctok.current_tenant()) AND k.person_id = p.person_id
)
SELECT g.tenant_id, g.site_id, g.person_id, g.user_id, g.trial, g.field, g.is_value AS before_value, g.said_value AS after_value
  FROM suspect s
 CROSS JOIN LATERAL (SELECT * FROM rule.account_gap g
                      WHERE g.tenant_id = (SELECT ctok.current_tenant()) AND g.site_id = s.site_id AND g.person_id = s.person_id
                     OFFSET 0) g
 WHERE g.policy = 'source'
