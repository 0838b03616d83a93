-- Moodle's database: what learners did in these courses: when they were there last, activities done (completed, or passed; failed ones are not), the last of
-- them in the order of the course, and the course total in percent.
COPY (
    WITH scope AS (
        SELECT unnest(current_setting('ctok.courses')::bigint[]) AS course_id
    ), activity AS (
        SELECT m.course, m.id, row_number() OVER (PARTITION BY m.course ORDER BY s.section, array_position(string_to_array(s.sequence, ','), m.id::text), m.id) AS place
          FROM mdl_course_modules m
          JOIN mdl_modules k ON k.id = m.module
          JOIN scope o ON o.course_id = m.course
          LEFT JOIN mdl_course_sections s ON s.id = m.section
         WHERE m.completion > 0 AND m.visible = 1 AND m.deletioninprogress = 0
    ), seen AS (
        SELECT l.courseid AS course_id, l.userid AS user_id, max(l.timeaccess) AS last_access
          FROM mdl_user_lastaccess l
          JOIN scope o ON o.course_id = l.courseid
         GROUP BY l.courseid, l.userid
    ), done AS (
        SELECT a.course AS course_id, c.userid AS user_id, count(*) AS done, (array_agg(a.id ORDER BY a.place DESC))[1] AS reached
          FROM activity a
          JOIN mdl_course_modules_completion c ON c.coursemoduleid = a.id AND c.completionstate IN (1, 2)
         GROUP BY a.course, c.userid
    ), graded AS (
        SELECT i.courseid AS course_id, g.userid AS user_id, max(100 * (g.finalgrade - i.grademin) / nullif(i.grademax - i.grademin, 0)) AS grade
          FROM mdl_grade_items i
          JOIN scope o ON o.course_id = i.courseid
          JOIN mdl_grade_grades g ON g.itemid = i.id AND g.finalgrade IS NOT NULL
         WHERE i.itemtype = 'course'
         GROUP BY i.courseid, g.userid
    )
    SELECT course_id, user_id, coalesce(s.last_access, 0), coalesce(d.done, 0), coalesce(d.reached, 0), round(g.grade, 2)
      FROM seen s
      FULL JOIN done d USING (course_id, user_id)
      FULL JOIN graded g USING (course_id, user_id)
) TO STDOUT
