-- What was asked of source $1 and is not any more: it was invoiced, cancelled, refused or has expired; and all that was asked of sources that are read no
-- more. Who asked is forgotten with it.
DELETE FROM ctok.expected e
 WHERE e.tenant_id = ctok.current_tenant()
   AND CASE WHEN e.source_id = $1::bigint
            THEN NOT EXISTS (SELECT 1 FROM sale_expected s WHERE s.kind = e.kind AND s.document_key = e.document_key AND s.line_key = e.line_key)
            ELSE EXISTS (SELECT 1 FROM ctok.source o WHERE o.tenant_id = e.tenant_id AND o.source_id = e.source_id AND (o.gone OR o.closed)) END
