-- Subscriptions of source $1 as run $2 found them; what is as it was is dropped, so that sale_subscription holds what changed.
WITH last AS (
    SELECT DISTINCT ON (external_id) * FROM sale_subscription ORDER BY external_id, place DESC
), done AS (
    INSERT INTO ctok.subscription (tenant_id, source_id, external_id, status, paused, period_to, cancel_at, ended_at, known_at)
    SELECT r.tenant_id, $1::bigint, l.external_id, l.status, l.paused, l.period_to, l.cancel_at, l.ended_at, r.known_at
      FROM last l
     CROSS JOIN (SELECT tenant_id, known_at FROM ctok.run WHERE run_id = $2::bigint) r
    ON CONFLICT (tenant_id, source_id, external_id) DO UPDATE
       SET status = excluded.status, paused = excluded.paused, period_to = excluded.period_to, cancel_at = excluded.cancel_at, ended_at = excluded.ended_at
     WHERE (subscription.status, subscription.paused, subscription.period_to, subscription.cancel_at, subscription.ended_at)
           IS DISTINCT FROM (excluded.status, excluded.paused, excluded.period_to, excluded.cancel_at, excluded.ended_at)
    RETURNING external_id
)
DELETE FROM sale_subscription s
 WHERE NOT EXISTS (SELECT 1 FROM done d WHERE d.external_id = s.external_id)
