-- The seats that money without a name may be for: how many a document still has, and the first of them in words, "line 1 seat 1 (40.00 EUR), …".
CREATE FUNCTION rule.seat_choices(of_tenant bigint, of_document bigint, currency text) RETURNS TABLE (seats bigint, words text)
    LANGUAGE sql STABLE PARALLEL SAFE
    AS $$
    SELECT count(*),
           'for which of ' || string_agg(format('line %s seat %s (%s)', c.line_no, c.unit_no, rule.amount(c.net_minor, currency)), ', ' ORDER BY c.place)
                                  FILTER (WHERE c.place <= 6)
               || CASE WHEN count(*) > 6 THEN format(' and %s more', count(*) - 6) ELSE '' END
      FROM (SELECT u.line_no, u.unit_no, u.net_minor, row_number() OVER (ORDER BY u.line_no, u.unit_no) AS place
              FROM ctok.unit u
             WHERE u.tenant_id = of_tenant AND u.document_id = of_document AND NOT u.gone
               AND NOT EXISTS (SELECT 1 FROM rule.unit_credit k WHERE k.tenant_id = u.tenant_id AND k.original_id = of_document AND k.unit_id = u.unit_id)) c
    $$;
