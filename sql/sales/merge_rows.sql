-- The same of known documents. A line keeps the number it has; new ones are numbered after all that were ever there.
INSERT INTO sale_row (seq, line_no, line_key, corrects_key, product_id, quantity, unit_price_minor, net_minor, learner_contact_id, period_from,
    period_to)
SELECT l.seq,
       coalesce(o.line_no, coalesce(m.last_no, 0)
           + row_number() OVER (PARTITION BY l.seq, o.line_no IS NULL ORDER BY l.place)::integer),
       l.line_key, l.corrects_key, g.product_id, l.quantity, l.unit_price_minor, l.net_minor, c.contact_id, l.period_from, l.period_to
  FROM sale_line l
  JOIN sale_pick p ON p.seq = l.seq AND NOT p.is_new
  JOIN ctok.product g
    ON g.tenant_id = ctok.current_tenant() AND g.source_id = $1::bigint AND g.product_key = l.product_key
   AND g.variant_key = l.variant_key AND g.sku = l.sku AND g.name = l.name
  LEFT JOIN ctok.contact c
         ON c.tenant_id = ctok.current_tenant() AND c.email = l.learner_email AND c.name = l.learner_name
        AND c.raw_email = l.learner_raw_email
  LEFT JOIN ctok.line o
         ON o.tenant_id = ctok.current_tenant() AND o.document_id = p.document_id AND o.line_key = l.line_key
  LEFT JOIN (SELECT k.document_id, max(k.line_no) AS last_no
               FROM ctok.line k
               JOIN sale_pick q ON q.document_id = k.document_id AND NOT q.is_new
              WHERE k.tenant_id = ctok.current_tenant()
              GROUP BY k.document_id) m ON m.document_id = p.document_id
