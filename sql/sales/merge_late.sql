-- A document that changed while it was read came in two versions: the later one counts.
DELETE FROM sale_document s
 USING (SELECT seq, row_number() OVER (PARTITION BY external_id ORDER BY modified_at DESC) AS place FROM sale_document) o
 WHERE o.seq = s.seq AND o.place > 1
