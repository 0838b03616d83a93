-- The mail that came back: $1, by the address that it came to, or else the one with Message-ID $2. One that never left is none.
SELECT o.mail_id
  FROM ctok.outbox o
 WHERE o.tenant_id = (SELECT ctok.current_tenant()) AND o.message_id IS NOT NULL
   AND CASE WHEN $1::bigint IS NULL THEN o.message_id = $2 ELSE o.mail_id = $1::bigint END
