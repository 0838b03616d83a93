-- A cohort is there now. $1: site, $2: ID number, $3: Moodle's id.
INSERT INTO ctok.mirror_cohort (tenant_id, site_id, cohort, cohort_id)
VALUES (ctok.current_tenant(), $1, $2, $3)
ON CONFLICT (tenant_id, site_id, cohort) DO UPDATE SET cohort_id = excluded.cohort_id
