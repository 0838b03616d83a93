-- Moodle's database: all cohorts that have an ID number.
SELECT c.id, c.idnumber FROM mdl_cohort c WHERE c.idnumber <> '' ORDER BY c.id
