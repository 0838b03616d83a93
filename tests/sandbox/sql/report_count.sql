SELECT count(*)
FROM mdl_course c
JOIN mdl_course_categories k ON k.id = c.category
LEFT JOIN mdl_enrol e ON e.courseid = c.id
LEFT JOIN mdl_user_enrolments ue ON ue.enrolid = e.id
WHERE c.id <> 1 AND (NOT $2::boolean OR (ue.status = 0 AND e.status = 0 AND ue.timestart <= $1::bigint AND (ue.timeend = 0 OR ue.timeend > $1::bigint)))
