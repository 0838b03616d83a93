-- Level 2 reads participants of every course.
INSERT INTO read_scope SELECT course_id FROM read_course
