-- Moodle's database: the manual enrolments of some users in some courses as they are now.
SELECT k.n, ue.id IS NOT NULL AS present,
       coalesce(ue.status = 0 AND e.status = 0 AND ue.timestart <= $3::bigint AND (ue.timeend = 0 OR ue.timeend > $3::bigint), false)
           AS active,
       ue.status, ue.timestart, ue.timeend, ue.timecreated, c.enablecompletion = 1 AS completion,
       coalesce(m.timecompleted, 0) AS completed
  FROM unnest($1::bigint[], $2::bigint[]) WITH ORDINALITY AS k (course_id, user_id, n)
  LEFT JOIN mdl_course c ON c.id = k.course_id
  LEFT JOIN mdl_enrol e ON e.courseid = k.course_id AND e.enrol = 'manual'
  LEFT JOIN mdl_user_enrolments ue ON ue.enrolid = e.id AND ue.userid = k.user_id
  LEFT JOIN mdl_course_completions m ON m.course = k.course_id AND m.userid = k.user_id
 ORDER BY k.n, ue.id
