-- A document that changed while it was read came in two versions: the later one counts. One older than the ledger's counts not at all.
DELETE FROM sale_document s
 WHERE EXISTS (SELECT 1 FROM sale_document t WHERE t.external_id = s.external_id AND t.modified_at > s.modified_at)
    OR EXISTS (SELECT 1 FROM ctok.document d
                WHERE d.tenant_id = ctok.current_tenant() AND d.source_id = $1::bigint AND d.external_id = s.external_id
                  AND d.modified_at > s.modified_at)
