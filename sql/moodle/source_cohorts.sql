-- Moodle's database: cohorts by ID number.
COPY (
    SELECT c.idnumber, c.id
      FROM mdl_cohort c
     WHERE c.idnumber = ANY (current_setting('ctok.cohorts')::text[])
) TO STDOUT
