-- What a reading of cohorts brings, before it counts. Left over from one that failed: away with it.
DROP TABLE IF EXISTS read_cohort, read_cohort_member;
CREATE TEMP TABLE read_cohort (cohort text NOT NULL, cohort_id bigint NOT NULL);
CREATE TEMP TABLE read_cohort_member (cohort_id bigint NOT NULL, user_id bigint NOT NULL);
