COPY (SELECT unit_id, source, document, sold_on, buyer, learner, email, product, course, quantity, currency, net_minor, class, reason,
             finding_id, access_from, access_to, moodle
        FROM rule.report_access
       ORDER BY sold_on, document_id, line_no, unit_no) TO STDOUT
