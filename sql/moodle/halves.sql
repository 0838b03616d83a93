-- Level 3: courses whose participants are not the sum of the active ones and the others.
SELECT DISTINCT coalesce(l.course_id, a.course_id) AS course_id
  FROM read_listing l
  FULL JOIN (SELECT course_id, user_id, count(*) AS halves FROM read_active GROUP BY course_id, user_id) a
         ON a.course_id = l.course_id AND a.user_id = l.user_id
 WHERE l.user_id IS NULL OR a.user_id IS NULL OR a.halves <> 1
 ORDER BY 1
