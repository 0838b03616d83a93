-- Buyers and learners that the ledger has not met under this spelling.
INSERT INTO ctok.contact (tenant_id, email, name, raw_email)
SELECT ctok.current_tenant(), n.email, n.name, n.raw_email
  FROM (SELECT buyer_email AS email, buyer_name AS name, buyer_raw_email AS raw_email
          FROM sale_document
         WHERE buyer_email IS NOT NULL
         UNION
        SELECT l.learner_email, l.learner_name, l.learner_raw_email
          FROM sale_line l
          JOIN sale_document s ON s.seq = l.seq
         WHERE l.learner_email IS NOT NULL) n
 WHERE NOT EXISTS (SELECT 1 FROM ctok.contact c
                    WHERE c.tenant_id = ctok.current_tenant() AND c.email = n.email AND c.name = n.name AND c.raw_email = n.raw_email)
ON CONFLICT DO NOTHING
