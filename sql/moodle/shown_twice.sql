-- Courses that the report cannot tell apart.
SELECT shown, min(course_id) AS one, max(course_id) AS other
  FROM read_course
 GROUP BY shown
HAVING count(*) > 1
 ORDER BY shown
 LIMIT 1
