COPY (SELECT person, email, course, product, source, document, paid_until, renews_from, currency, price_minor
        FROM rule.report_renewal
       ORDER BY paid_until, course, person, email) TO STDOUT
