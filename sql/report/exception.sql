COPY (SELECT finding_id, class, risk, person, email, course, origin, document, product, units, currency, risk_minor, first_seen, age_days,
             detail, advice, code
        FROM rule.report_exception
       ORDER BY array_position(ARRAY['Paid without access', 'Access without money', 'Unexplained'], risk) NULLS LAST,
                risk_minor DESC NULLS LAST, first_seen, code, finding_id) TO STDOUT
