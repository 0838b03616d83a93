-- Members of cohorts whose accounts we know: only what differs is written.
WITH mirror AS (
    SELECT * FROM ctok.mirror_cohort_member WHERE tenant_id = ctok.current_tenant() AND site_id = $1
), known AS (
    SELECT DISTINCT r.cohort_id, r.user_id
      FROM read_cohort_member r
      JOIN ctok.account k ON k.tenant_id = ctok.current_tenant() AND k.site_id = $1 AND k.user_id = r.user_id
), change AS MATERIALIZED (
    SELECT coalesce(r.cohort_id, m.cohort_id) AS cohort_id, coalesce(r.user_id, m.user_id) AS user_id, r.user_id IS NULL AS gone
      FROM known r
      FULL JOIN mirror m ON m.cohort_id = r.cohort_id AND m.user_id = r.user_id
     WHERE r.user_id IS NULL OR m.user_id IS NULL
), removed AS (
    DELETE FROM ctok.mirror_cohort_member m USING change c
     WHERE c.gone AND m.tenant_id = ctok.current_tenant() AND m.site_id = $1 AND m.cohort_id = c.cohort_id AND m.user_id = c.user_id
), written AS (
    INSERT INTO ctok.mirror_cohort_member (tenant_id, site_id, cohort_id, user_id)
    SELECT ctok.current_tenant(), $1, cohort_id, user_id FROM change WHERE NOT gone ORDER BY cohort_id, user_id
    ON CONFLICT DO NOTHING
)
SELECT count(*) AS changed FROM change
