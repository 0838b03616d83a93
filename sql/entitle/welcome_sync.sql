-- Which course welcomes on each site, and since when. $1: names of sites, $2: references, in step; a site that is not named has none.
WITH said AS (
    SELECT s.tenant_id, s.site_id, t.target_id
      FROM ctok.site s
      LEFT JOIN unnest($1::text[], $2::text[]) AS w(site_name, reference) ON w.site_name = s.name
      LEFT JOIN ctok.target t ON t.tenant_id = s.tenant_id AND t.site_id = s.site_id AND t.reference = w.reference
     WHERE s.tenant_id = ctok.current_tenant()
)
UPDATE ctok.site s
   SET welcome_target = n.target_id, welcome_since = CASE WHEN n.target_id IS NOT NULL THEN rule.now() END
  FROM said n
 WHERE s.tenant_id = n.tenant_id AND s.site_id = n.site_id AND s.welcome_target IS DISTINCT FROM n.target_id
