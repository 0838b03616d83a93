-- Held mails that were approved are sent by the next run.
UPDATE ctok.outbox o
   SET held_why = ''
  FROM rule.approval_live l
 WHERE o.held_why <> '' AND l.tenant_id = o.tenant_id AND l.fingerprint = 'mail:' || o.mail_id
