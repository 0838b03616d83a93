-- Documents whose lines differ from the ledger's have changed, even if nothing else has.
UPDATE sale_pick p
   SET changed = true
 WHERE NOT p.changed AND p.document_id IS NOT NULL
   AND EXISTS (SELECT 1
                 FROM (SELECT k.line_no, k.line_key, k.product_id, k.quantity, k.unit_price_minor, k.net_minor, k.learner_contact_id
                         FROM ctok.line k
                        WHERE k.tenant_id = ctok.current_tenant() AND k.document_id = p.document_id AND NOT k.gone) k
                 FULL JOIN (SELECT * FROM sale_row r WHERE r.seq = p.seq) r ON r.line_no = k.line_no
                WHERE (k.line_no, k.line_key, k.product_id, k.quantity, k.unit_price_minor, k.net_minor, k.learner_contact_id)
                    IS DISTINCT FROM
                      (r.line_no, r.line_key, r.product_id, r.quantity, r.unit_price_minor, r.net_minor, r.learner_contact_id))
