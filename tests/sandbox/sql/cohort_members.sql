/* Members of the cohorts $1, in that order, by name; whether the cohort is there. */
SELECT n.id, m.userid, c.id IS NOT NULL
FROM unnest($1::bigint[]) WITH ORDINALITY AS n (id, place)
LEFT JOIN mdl_cohort c ON c.id = n.id
LEFT JOIN (mdl_cohort_members m JOIN mdl_user u ON u.id = m.userid) ON m.cohortid = c.id
ORDER BY n.place, u.lastname, u.firstname, m.id
