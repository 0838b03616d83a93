-- The mails whose time has come, that may be sent and that nobody approved. What tells the operator of a hold is never held. $1: now.
INSERT INTO brake_item
SELECT o.mail_id, 'mail', 0, 0, false, ''
  FROM ctok.outbox o
 WHERE o.state IN ('queued', 'deferred', 'doubt') AND o.next_try_at <= to_timestamp($1::bigint)
   AND o.template <> 'operator-summary'
   AND NOT EXISTS (SELECT 1 FROM rule.approval_live l WHERE l.tenant_id = o.tenant_id AND l.fingerprint = 'mail:' || o.mail_id)
   AND NOT EXISTS (SELECT 1 FROM rule.mail_suppressed s WHERE s.tenant_id = o.tenant_id AND s.mail_id = o.mail_id)
