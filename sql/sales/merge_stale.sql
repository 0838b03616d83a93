-- A version of source $1 that is older than the ledger's does not count.
DELETE FROM sale_document s
 USING ctok.document d
 WHERE d.tenant_id = ctok.current_tenant() AND d.source_id = $1::bigint AND d.external_id = s.external_id AND d.modified_at > s.modified_at
