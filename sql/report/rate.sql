COPY (SELECT currency, to_currency, day, rate_day, rate, publisher, documents, amount_minor, converted_minor
        FROM rule.report_rate
       ORDER BY day, currency, to_currency) TO STDOUT
