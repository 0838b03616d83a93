-- What accounts of the dirty persons should say, where the sources are right about it: field by field.
CREATE TEMP TABLE account_wanted ON COMMIT DROP AS
SELECT g.tenant_id, g.site_id, g.person_id, g.user_id, g.trial, g.field, g.is_value AS before_value, g.said_value AS after_value
  FROM (SELECT DISTINCT person_id FROM dirty_pair) p
  JOIN rule.account_gap g ON g.tenant_id = (SELECT ctok.current_tenant()) AND g.person_id = p.person_id
 WHERE g.policy = 'source'
