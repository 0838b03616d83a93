-- A course takes manual enrolments, so the report has a row of its manual method, with users or without.
SELECT c.course_id, c.shortname
  FROM read_course c
 WHERE c.manual AND NOT EXISTS (SELECT 1 FROM read_report r WHERE r.shown = c.shown AND r.method = 'manual')
 ORDER BY c.course_id
 LIMIT 1
