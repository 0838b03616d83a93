-- The subscriptions of source $1 as they are known.
INSERT INTO sale_subscription (place, external_id, status, paused, period_to, cancel_at, ended_at)
SELECT 0, b.external_id, b.status, b.paused, b.period_to, b.cancel_at, b.ended_at
  FROM ctok.subscription b
 WHERE b.tenant_id = ctok.current_tenant() AND b.source_id = $1::bigint
