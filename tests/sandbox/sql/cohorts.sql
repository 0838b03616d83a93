/* The cohorts $1; all of them if there are none. */
SELECT id, name, idnumber, coalesce(description, ''), descriptionformat, visible = 1
FROM mdl_cohort WHERE id = ANY ($1::bigint[]) OR $1 = '{}' ORDER BY id
