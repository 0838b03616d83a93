-- Moodle's database: activities that track completion and that learners can see, in the order of the course.
COPY (
    SELECT m.course, m.id, row_number() OVER (PARTITION BY m.course ORDER BY s.section, array_position(string_to_array(s.sequence, ','), m.id::text), m.id), k.name
      FROM mdl_course_modules m
      JOIN mdl_modules k ON k.id = m.module
      LEFT JOIN mdl_course_sections s ON s.id = m.section
     WHERE m.completion > 0 AND m.visible = 1 AND m.deletioninprogress = 0 AND m.course = ANY (current_setting('ctok.courses')::bigint[])
) TO STDOUT
