COPY (SELECT site, course, place, kind, reached, share, stopped
        FROM rule.report_dropoff
       ORDER BY site, course, course_id, place) TO STDOUT
