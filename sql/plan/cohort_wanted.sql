-- Places in cohorts that are to be given and taken. All of them, not only those of dirty pairs: Moodle's cohorts move on their own.
CREATE TEMP TABLE cohort_wanted ON COMMIT DROP AS
SELECT g.tenant_id, g.gap || '_cohort' AS kind, g.site_id, g.person_id, g.user_id, g.cohort
  FROM rule.cohort_gap g
 WHERE g.tenant_id = (SELECT ctok.current_tenant()) AND g.gap IN ('join', 'leave')
