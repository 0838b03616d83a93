-- The welcome courses of sites, as targets. $1: names of sites, $2: references, in step.
INSERT INTO ctok.target (tenant_id, site_id, reference)
SELECT s.tenant_id, s.site_id, w.reference
  FROM unnest($1::text[], $2::text[]) AS w(site_name, reference)
  JOIN ctok.site s ON s.tenant_id = ctok.current_tenant() AND s.name = w.site_name
 WHERE NOT EXISTS (SELECT 1 FROM ctok.target t WHERE t.tenant_id = s.tenant_id AND t.site_id = s.site_id AND t.reference = w.reference)
