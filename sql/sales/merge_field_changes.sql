-- Documents of which other fields are kept than the ledger has, on themselves (line 0) or on a line, have changed, even if nothing else has.
UPDATE sale_pick p
   SET changed = true
  FROM (SELECT DISTINCT coalesce(o.seq, r.seq) AS seq
          FROM (SELECT q.seq, f.line_no, f.name, f.value
                  FROM sale_pick q
                  JOIN ctok.kept_field f ON f.tenant_id = ctok.current_tenant() AND f.document_id = q.document_id
                 WHERE NOT q.changed) o
          FULL JOIN (SELECT x.seq, coalesce(w.line_no, 0) AS line_no, x.name, x.value
                       FROM sale_pick q
                       JOIN sale_field x ON x.seq = q.seq
                       LEFT JOIN sale_row w ON w.seq = x.seq AND w.line_key = x.line_key
                      WHERE NOT q.changed) r ON r.seq = o.seq AND r.line_no = o.line_no AND r.name = o.name AND r.value = o.value
         WHERE o.seq IS NULL OR r.seq IS NULL) x
 WHERE x.seq = p.seq
