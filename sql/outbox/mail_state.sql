-- A mail that somebody decides about, locked until then: $1. `returned`: it came back, and nobody has looked at it yet.
SELECT CASE WHEN o.state = 'sent' AND r.mail_id IS NOT NULL THEN 'returned' ELSE o.state END AS state, o.template,
       to_char(coalesce(o.accepted_at, o.sent_at) AT TIME ZONE rule.zone(), 'YYYY-MM-DD HH24:MI') AS at,
       EXISTS (SELECT 1 FROM rule.mail_suppressed s WHERE s.tenant_id = o.tenant_id AND s.mail_id = o.mail_id) AS suppressed
  FROM ctok.outbox o
  LEFT JOIN rule.mail_returned r ON r.tenant_id = o.tenant_id AND r.mail_id = o.mail_id
 WHERE o.tenant_id = (SELECT ctok.current_tenant()) AND o.mail_id = $1::bigint
   FOR UPDATE OF o
