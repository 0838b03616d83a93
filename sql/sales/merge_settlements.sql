-- What happened to payments of source $1, met in run $2: facts for good, each once.
INSERT INTO ctok.settlement (tenant_id, source_id, kind, external_key, payment_key, intent_key, amount_minor, currency, effective_at, known_at, run_id)
SELECT r.tenant_id, $1::bigint, s.kind, s.external_key, s.payment_key, s.intent_key, s.amount_minor, s.currency, s.effective_at, r.known_at, r.run_id
  FROM (SELECT DISTINCT ON (kind, external_key) * FROM sale_settlement ORDER BY kind, external_key, effective_at) s
 CROSS JOIN (SELECT tenant_id, run_id, known_at FROM ctok.run WHERE run_id = $2::bigint) r
 ORDER BY s.effective_at, s.kind, s.external_key
ON CONFLICT DO NOTHING
