COPY (SELECT product, courses, source, what, documents, seats, currency, value_minor, since, until
        FROM rule.report_expected
       ORDER BY source, kind, product, currency) TO STDOUT
