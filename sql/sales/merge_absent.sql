-- Documents of source $1 that were asked for and are not there any more, in run $2: $3 their ids, a JSON list. They keep what they gave until
-- a person decides.
UPDATE ctok.document d
   SET gone_at = r.effective_at
  FROM ctok.run r
 WHERE r.tenant_id = ctok.current_tenant() AND r.run_id = $2::bigint
   AND d.tenant_id = r.tenant_id AND d.source_id = $1::bigint AND d.gone_at IS NULL
   AND d.external_id IN (SELECT jsonb_array_elements_text($3::jsonb))
