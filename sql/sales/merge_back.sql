-- Documents of source $1 that had vanished and are there again.
UPDATE ctok.document d
   SET gone_at = NULL
 WHERE d.tenant_id = ctok.current_tenant() AND d.source_id = $1::bigint AND d.gone_at IS NOT NULL
   AND (EXISTS (SELECT 1 FROM sale_document s WHERE s.external_id = d.external_id)
        OR EXISTS (SELECT 1 FROM sale_present s WHERE s.external_id = d.external_id))
