-- The same of documents that refer to others than the ledger knows.
UPDATE sale_pick p
   SET changed = true
  FROM (SELECT DISTINCT coalesce(o.seq, r.seq) AS seq
          FROM (SELECT q.seq, f.name, f.value
                  FROM sale_pick q
                  JOIN ctok.document_reference f ON f.tenant_id = ctok.current_tenant() AND f.document_id = q.document_id
                 WHERE NOT q.changed) o
          FULL JOIN (SELECT x.seq, x.name, x.value
                       FROM sale_pick q
                       JOIN sale_reference x ON x.seq = q.seq
                      WHERE NOT q.changed) r ON r.seq = o.seq AND r.name = o.name AND r.value = o.value
         WHERE o.seq IS NULL OR r.seq IS NULL) x
 WHERE x.seq = p.seq
