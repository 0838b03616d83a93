-- Lines of new documents with the ids that they refer to, numbered as they come. (Apart from those of known ones, so that a first reading need not look
-- for lines that cannot be there. OFFSET 0: people are looked up for all lines at once. The planner takes four equal keys of a product for next to no line
-- at all, and would look them up one by one.)
INSERT INTO sale_row (seq, line_no, line_key, corrects_key, product_id, quantity, unit_price_minor, net_minor, learner_contact_id, period_from,
    period_to)
SELECT l.seq, l.place, l.line_key, l.corrects_key, g.product_id, l.quantity, l.unit_price_minor, l.net_minor, l.contact_id, l.period_from, l.period_to
  FROM (SELECT n.*, c.contact_id
          FROM sale_line n
          LEFT JOIN ctok.contact c
                 ON c.tenant_id = ctok.current_tenant() AND c.email = n.learner_email AND c.name = n.learner_name
                AND c.raw_email = n.learner_raw_email
        OFFSET 0) l
  JOIN sale_pick p ON p.seq = l.seq AND p.is_new
  JOIN ctok.product g
    ON g.tenant_id = ctok.current_tenant() AND g.source_id = $1::bigint AND g.product_key = l.product_key
   AND g.variant_key = l.variant_key AND g.sku = l.sku AND g.name = l.name
