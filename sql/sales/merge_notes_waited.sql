-- Credit notes of source $1 that were in the ledger before their originals, which came with this pull. What was paid on them was not kept apart.
INSERT INTO sale_note_waited (external_id, modified_at)
SELECT n.external_id, n.effective_at AS modified_at
  FROM sale_pick p
  JOIN ctok.document n ON n.tenant_id = ctok.current_tenant() AND n.source_id = $1::bigint AND n.corrects = p.external_id AND n.corrects <> ''
                      AND n.kind = 'credit_note'
 WHERE p.is_new AND NOT EXISTS (SELECT 1 FROM sale_document s WHERE s.external_id = n.external_id)
