COPY (SELECT document, sold_on, source, field, value, about, who, email, product
        FROM rule.report_field
       ORDER BY sold_on, document_id, line_no, field) TO STDOUT
