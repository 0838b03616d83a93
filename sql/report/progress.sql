COPY (SELECT site, course, learners, not_started, in_progress, completed, completion_rate, activities, mean_progress, graded, mean_grade, last_access, others,
             read_at
        FROM rule.report_progress
       ORDER BY site, course, course_id) TO STDOUT
