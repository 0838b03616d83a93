-- Cohorts: only what differs is written. Of two that bear one ID number, the older one counts.
WITH mirror AS (
    SELECT * FROM ctok.mirror_cohort WHERE tenant_id = ctok.current_tenant() AND site_id = $1
), change AS MATERIALIZED (
    SELECT coalesce(r.cohort, m.cohort) AS cohort, r.cohort_id
      FROM (SELECT cohort, min(cohort_id) AS cohort_id FROM read_cohort GROUP BY cohort) r
      FULL JOIN mirror m ON m.cohort = r.cohort
     WHERE r.cohort_id IS DISTINCT FROM m.cohort_id
), removed AS (
    DELETE FROM ctok.mirror_cohort m USING change c
     WHERE c.cohort_id IS NULL AND m.tenant_id = ctok.current_tenant() AND m.site_id = $1 AND m.cohort = c.cohort
), written AS (
    INSERT INTO ctok.mirror_cohort (tenant_id, site_id, cohort, cohort_id)
    SELECT ctok.current_tenant(), $1, cohort, cohort_id FROM change WHERE cohort_id IS NOT NULL
    ON CONFLICT (tenant_id, site_id, cohort) DO UPDATE SET cohort_id = excluded.cohort_id
)
SELECT count(*) AS changed FROM change
