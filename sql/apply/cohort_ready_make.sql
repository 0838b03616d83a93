-- The changes of cohorts whose time has come, found once for a run. Left over from another site or kind: away with it.
DROP TABLE IF EXISTS cohort_ready;
CREATE TEMP TABLE cohort_ready (action_id bigint PRIMARY KEY);
