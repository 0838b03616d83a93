/* A new cohort of the system: columns as cohorts.sql. */
INSERT INTO mdl_cohort (contextid, name, idnumber, description, descriptionformat, visible, timecreated, timemodified)
VALUES (1, $1, $2, $3, $4::smallint, coalesce($5::smallint, 1), $6::bigint, $6::bigint)
RETURNING id, name, idnumber, description, descriptionformat, visible = 1
