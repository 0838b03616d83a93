-- The courses that rules name, those that they require too.
INSERT INTO ctok.target (tenant_id, site_id, reference)
SELECT DISTINCT s.tenant_id, s.site_id, r.reference
  FROM rule_new n
  JOIN ctok.site s ON s.tenant_id = ctok.current_tenant() AND s.name = n.site_name
 CROSS JOIN LATERAL unnest(n.requires || n.reference) AS r(reference)
 WHERE r.reference IS NOT NULL
   AND NOT EXISTS (SELECT 1 FROM ctok.target t WHERE t.tenant_id = s.tenant_id AND t.site_id = s.site_id AND t.reference = r.reference)
