-- Cohorts that somebody is ready to join, that are not there, and that the settings have made. $1: site.
SELECT DISTINCT o.cohort
  FROM cohort_ready r
  JOIN ctok.action o ON o.tenant_id = ctok.current_tenant() AND o.action_id = r.action_id AND o.state = 'open'
  JOIN ctok.site s ON s.tenant_id = o.tenant_id AND s.site_id = o.site_id AND s.make_cohorts
 WHERE o.site_id = $1::bigint AND o.kind = 'join_cohort'
   AND NOT EXISTS (SELECT 1 FROM ctok.mirror_cohort c WHERE c.tenant_id = o.tenant_id AND c.site_id = o.site_id AND c.cohort = o.cohort)
 ORDER BY o.cohort
