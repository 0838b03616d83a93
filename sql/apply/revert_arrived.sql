-- Actions of a site ($1) that were under way when a run was cut off: what Moodle shows as done, is done; the others did not arrive.
SELECT i.action_id,
       CASE WHEN rule.same_image(s.read_level, s.present, s.active, s.status, s.time_start, s.time_end, s.time_created, i.after_status,
                                 i.after_start, i.after_end, extract(epoch FROM rule.now())::bigint)
            THEN 'found' ELSE 'open' END AS outcome
  FROM undo_item i
  JOIN undo_seen s ON s.site_id = i.site_id AND s.course_id = i.course_id AND s.user_id = i.user_id
 WHERE i.site_id = $1::bigint AND i.state = 'sending'
