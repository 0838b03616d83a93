-- What vanished from source $1 has vanished for source $2 as well.
UPDATE ctok.document d
   SET gone_at = o.gone_at
  FROM ctok.document o
 WHERE o.tenant_id = ctok.current_tenant() AND o.source_id = $1::bigint AND o.gone_at IS NOT NULL
   AND d.tenant_id = o.tenant_id AND d.source_id = $2::bigint AND d.external_id = o.external_id
