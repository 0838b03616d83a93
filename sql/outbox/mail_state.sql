-- A mail that somebody decides about, locked until then: $1.
SELECT o.state, o.template, to_char(coalesce(o.accepted_at, o.sent_at) AT TIME ZONE rule.zone(), 'YYYY-MM-DD HH24:MI') AS at,
       EXISTS (SELECT 1 FROM rule.mail_suppressed s WHERE s.tenant_id = o.tenant_id AND s.mail_id = o.mail_id) AS suppressed
  FROM ctok.outbox o
 WHERE o.tenant_id = (SELECT ctok.current_tenant()) AND o.mail_id = $1::bigint
   FOR UPDATE OF o
