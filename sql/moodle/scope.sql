-- Courses whose participants are read.
SELECT course_id FROM read_scope ORDER BY course_id
