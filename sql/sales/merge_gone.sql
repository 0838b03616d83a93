-- A whole reading of source $1 since $3 (seconds) did not find these, in run $2. They keep what they gave until a person decides.
UPDATE ctok.document d
   SET gone_at = r.effective_at
  FROM ctok.run r
 WHERE r.tenant_id = ctok.current_tenant() AND r.run_id = $2::bigint
   AND d.tenant_id = r.tenant_id AND d.source_id = $1::bigint AND d.gone_at IS NULL AND d.effective_at >= to_timestamp($3::bigint)
   AND NOT EXISTS (SELECT 1 FROM sale_document s WHERE s.external_id = d.external_id)
   AND NOT EXISTS (SELECT 1 FROM sale_present s WHERE s.external_id = d.external_id)
