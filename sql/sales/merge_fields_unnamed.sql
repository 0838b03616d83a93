-- Fields of source $1 that its settings name no more: what nobody asked for is not kept. $2: those that they name.
DELETE FROM ctok.kept_field f
 USING ctok.document d
 WHERE d.tenant_id = ctok.current_tenant() AND d.source_id = $1::bigint AND f.tenant_id = d.tenant_id AND f.document_id = d.document_id
   AND f.name <> ALL ($2::text[])
