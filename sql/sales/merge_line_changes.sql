-- Documents whose lines differ from the ledger's have changed, even if nothing else has.
UPDATE sale_pick p
   SET changed = true
  FROM (SELECT DISTINCT coalesce(o.seq, r.seq) AS seq
          FROM (SELECT q.seq, k.line_no, k.line_key, k.corrects_key, k.product_id, k.quantity, k.unit_price_minor, k.net_minor, k.learner_contact_id, k.period_from, k.period_to
                  FROM sale_pick q
                  JOIN ctok.line k ON k.tenant_id = ctok.current_tenant() AND k.document_id = q.document_id AND NOT k.gone
                 WHERE NOT q.changed) o
          FULL JOIN (SELECT x.seq, x.line_no, x.line_key, x.corrects_key, x.product_id, x.quantity, x.unit_price_minor, x.net_minor, x.learner_contact_id, x.period_from, x.period_to
                       FROM sale_pick q
                       JOIN sale_row x ON x.seq = q.seq
                      WHERE NOT q.changed) r ON r.seq = o.seq AND r.line_no = o.line_no
         WHERE (o.line_key, o.corrects_key, o.product_id, o.quantity, o.unit_price_minor, o.net_minor, o.learner_contact_id, o.period_from, o.period_to)
             IS DISTINCT FROM (r.line_key, r.corrects_key, r.product_id, r.quantity, r.unit_price_minor, r.net_minor, r.learner_contact_id, r.period_from, r.period_to)) x
 WHERE x.seq = p.seq
