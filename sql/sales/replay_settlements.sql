-- What happened to payments of source $1 was never more than it is here: facts, met in run $2.
INSERT INTO sale_settlement (kind, external_key, payment_key, intent_key, amount_minor, currency, effective_at)
SELECT s.kind, s.external_key, s.payment_key, s.intent_key, s.amount_minor, s.currency, s.effective_at
  FROM ctok.settlement s
 WHERE s.tenant_id = ctok.current_tenant() AND s.source_id = $1::bigint AND s.run_id = $2::bigint
