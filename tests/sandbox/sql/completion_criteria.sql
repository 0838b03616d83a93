/* The criteria of course $1 with what user $2 has reached: activities first, in Moodle's order. */
SELECT c.criteriatype, d.timecompleted, c.module, c.moduleinstance, coalesce(p.name, a.name)
FROM mdl_course_completion_criteria c
LEFT JOIN mdl_course_completion_crit_compl d ON d.criteriaid = c.id AND d.userid = $2::bigint AND d.course = c.course
LEFT JOIN mdl_course_modules m ON m.id = c.moduleinstance
LEFT JOIN mdl_page p ON c.module = 'page' AND p.id = m.instance
LEFT JOIN mdl_assign a ON c.module = 'assign' AND a.id = m.instance
WHERE c.course = $1::bigint
ORDER BY c.id
