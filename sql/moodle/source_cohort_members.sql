-- Moodle's database: members of these cohorts.
COPY (
    SELECT m.cohortid, m.userid
      FROM mdl_cohort_members m
      JOIN mdl_cohort c ON c.id = m.cohortid
     WHERE c.idnumber = ANY (current_setting('ctok.cohorts')::text[])
) TO STDOUT
