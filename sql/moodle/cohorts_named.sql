-- ID numbers of the cohorts of site $1 to be read: those of the configuration ($2), of earlier rules, and earlier ones in which we made somebody a member.
SELECT DISTINCT n.cohort
  FROM (SELECT unnest($2::text[]) AS cohort
        UNION ALL
        SELECT c.cohort
          FROM ctok.rule_cohort c
          JOIN ctok.product_rule r ON r.tenant_id = c.tenant_id AND r.rule_id = c.rule_id
         WHERE c.tenant_id = ctok.current_tenant() AND r.site_id = $1
        UNION ALL
        SELECT c.cohort
          FROM ctok.mirror_cohort c
         WHERE c.tenant_id = ctok.current_tenant() AND c.site_id = $1
           AND EXISTS (SELECT 1 FROM ctok.cohort_ours o WHERE o.tenant_id = c.tenant_id AND o.site_id = c.site_id AND o.cohort_id = c.cohort_id)) n
 ORDER BY n.cohort
