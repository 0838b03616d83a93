-- The lines of known documents, new or as they are now.
INSERT INTO ctok.line (tenant_id, document_id, line_no, line_key, corrects_key, product_id, quantity, unit_price_minor, net_minor, learner_contact_id,
    period_from, period_to)
SELECT ctok.current_tenant(), p.document_id, r.line_no, r.line_key, r.corrects_key, r.product_id, r.quantity, r.unit_price_minor, r.net_minor,
       r.learner_contact_id, r.period_from, r.period_to
  FROM sale_row r
  JOIN sale_pick p ON p.seq = r.seq AND NOT p.is_new
 ORDER BY p.document_id, r.line_no
ON CONFLICT (tenant_id, document_id, line_no) DO UPDATE
   SET corrects_key = excluded.corrects_key, product_id = excluded.product_id, quantity = excluded.quantity, unit_price_minor = excluded.unit_price_minor,
       net_minor = excluded.net_minor, learner_contact_id = excluded.learner_contact_id,
       period_from = excluded.period_from, period_to = excluded.period_to, gone = false
