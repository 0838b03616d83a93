-- Seat ${3} of line ${2} of document ${1}, and how many seats there are in all.
SELECT (SELECT u.unit_id FROM ctok.unit u
         WHERE u.tenant_id = (SELECT ctok.current_tenant()) AND u.document_id = $1::bigint AND u.line_no = $2::integer AND u.unit_no = $3::integer
           AND NOT u.gone) AS unit_id,
       (SELECT count(*) FROM ctok.unit u WHERE u.tenant_id = (SELECT ctok.current_tenant()) AND u.document_id = $1::bigint AND NOT u.gone) AS seats,
       (SELECT s.words FROM ctok.document d
         CROSS JOIN LATERAL rule.seat_choices(d.tenant_id, d.document_id, d.currency) s
         WHERE d.tenant_id = (SELECT ctok.current_tenant()) AND d.document_id = $1::bigint) AS choices
