-- Lines of new documents with the ids that they refer to, numbered as they come. (Apart from those of known ones, so that a first reading need not look
-- for lines that cannot be there.)
INSERT INTO sale_row (seq, line_no, line_key, corrects_key, product_id, quantity, unit_price_minor, net_minor, learner_contact_id)
SELECT l.seq, l.place, l.line_key, l.corrects_key, g.product_id, l.quantity, l.unit_price_minor, l.net_minor, c.contact_id
  FROM sale_line l
  JOIN sale_pick p ON p.seq = l.seq AND p.is_new
  JOIN ctok.product g
    ON g.tenant_id = ctok.current_tenant() AND g.source_id = $1::bigint AND g.product_key = l.product_key
   AND g.variant_key = l.variant_key AND g.sku = l.sku AND g.name = l.name
  LEFT JOIN ctok.contact c
         ON c.tenant_id = ctok.current_tenant() AND c.email = l.learner_email AND c.name = l.learner_name
        AND c.raw_email = l.learner_raw_email
