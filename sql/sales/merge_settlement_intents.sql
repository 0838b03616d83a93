-- Entries of a balance name the charge only: those of source $1 met in run $2 learn from its fact which payment it was of.
UPDATE ctok.settlement s
   SET intent_key = c.intent_key
  FROM ctok.settlement c
 WHERE s.tenant_id = ctok.current_tenant() AND s.source_id = $1::bigint AND s.run_id = $2::bigint AND s.intent_key = '' AND s.payment_key <> ''
   AND c.tenant_id = s.tenant_id AND c.source_id = s.source_id AND c.payment_key = s.payment_key AND c.kind = 'charge' AND c.intent_key <> ''
