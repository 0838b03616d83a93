-- Moodle's database: who completed which course when. Rows outlive the enrolment.
COPY (
    SELECT c.course, c.userid, to_timestamp(c.timecompleted)
      FROM mdl_course_completions c
      JOIN mdl_user u ON u.id = c.userid AND u.deleted = 0
     WHERE c.timecompleted > 0 AND c.course <> 1
) TO STDOUT
