-- Level 3: who takes part, by whatever method, and whether that gives access now.
INSERT INTO read_enrolment
SELECT l.course_id, l.user_id, '?', a.active, NULL, NULL, NULL, NULL, l.roles
  FROM read_listing l
  JOIN read_active a ON a.course_id = l.course_id AND a.user_id = l.user_id
