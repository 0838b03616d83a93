-- Subscriptions beside the access that was sold under them. What is paid for is said by documents alone: the state of a subscription, which may be stale or
-- ahead of its money, gives no access and ends none. It only tells what comes after the time that was paid for.

-- What of an access was sold under which subscription, until when, and whether the subscription goes on after that by itself.
CREATE VIEW rule.access_subscription WITH (security_invoker = true) AS
SELECT e.tenant_id, e.person_id, e.target_id, e.document_id, e.ends_at, s.source_id, s.external_id, s.status, s.paused, s.cancel_at, s.ended_at,
       s.ended_at IS NULL AND (s.cancel_at IS NULL OR s.cancel_at > e.ends_at) AS goes_on
  FROM ctok.entitlement e
  JOIN ctok.document_reference f ON f.tenant_id = e.tenant_id AND f.document_id = e.document_id AND f.name = 'subscription'
  JOIN ctok.subscription s ON s.tenant_id = e.tenant_id AND s.source_id = e.source_id AND s.external_id = f.value;
