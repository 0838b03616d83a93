-- What is silent or gone, so that nobody's access ends on its word: since when, and how many wait for it.
SELECT f.detail
  FROM ctok.finding f
 WHERE f.tenant_id = ctok.current_tenant() AND f.cleared_at IS NULL AND f.class IN ('SOURCE_SILENT', 'RULE_GONE')
 ORDER BY f.first_seen, f.finding_id
 LIMIT 4
