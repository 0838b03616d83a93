COPY (SELECT action_id, kind, site, course, person, email, before, after, reason, state, ended_at, failure, code
        FROM rule.report_action
       ORDER BY site, course, code, kind, person, email, action_id) TO STDOUT
