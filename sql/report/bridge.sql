COPY (SELECT currency, charged_minor, test_minor, shipping_minor, unallocated_minor, odd_line_minor, unit_minor, refunded_minor
        FROM rule.report_bridge ORDER BY currency) TO STDOUT
