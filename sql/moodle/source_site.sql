-- Moodle's database: when the front page, course 1, was made.
SELECT timecreated FROM mdl_course WHERE id = 1
