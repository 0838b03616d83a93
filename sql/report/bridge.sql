COPY (SELECT currency, sold_minor, settling_minor, test_minor, expected_minor, charged_minor, shipping_minor, unallocated_minor, odd_line_minor, unit_minor,
             cancelled_minor, refunded_minor, revenue_minor, home, home_minor, unrated
        FROM rule.report_bridge ORDER BY currency) TO STDOUT
