-- What was asked of source $1 and is not any more: it was invoiced, cancelled, refused or has expired. Who asked is forgotten with it.
DELETE FROM ctok.expected e
 WHERE e.tenant_id = ctok.current_tenant() AND e.source_id = $1::bigint
   AND NOT EXISTS (SELECT 1 FROM sale_expected s WHERE s.kind = e.kind AND s.document_key = e.document_key AND s.line_key = e.line_key)
