/* Activities of course $1 that track completion, with the state of user $2, as the course shows them. */
SELECT m.id, k.name, m.instance, m.completion, coalesce(d.completionstate, 0), coalesce(d.timemodified, 0)
FROM mdl_course_modules m
JOIN mdl_modules k ON k.id = m.module
LEFT JOIN mdl_course_modules_completion d ON d.coursemoduleid = m.id AND d.userid = $2::bigint
LEFT JOIN mdl_course_sections s ON s.id = m.section
WHERE m.course = $1::bigint AND m.completion <> 0 AND m.deletioninprogress = 0
ORDER BY s.section, array_position(string_to_array(s.sequence, ','), m.id::text), m.id
