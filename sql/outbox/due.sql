-- The next mails whose time has come and that no brake holds, after the row ($2 tries, $3 mail_id): $1 now, $4 how many. Whether one's recipient
-- is never mailed is asked of these alone: it would take them out of the order of their index.
SELECT o.*, rule.is_suppressed(o.tenant_id, o.recipient, o.person_id) AS suppressed
  FROM (SELECT tenant_id, person_id, mail_id, event, recipient, template, locale, facts::text AS facts, attachment_path, attachment_name, state, tries,
               doubts, message_id, left(encode(recipient_hash, 'hex'), 40) AS hash, extract(epoch FROM queued_at)::bigint AS queued
          FROM ctok.outbox
         WHERE state IN ('queued', 'deferred', 'doubt') AND held_why = '' AND next_try_at <= to_timestamp($1::bigint)
           AND (tries, mail_id) > ($2::integer, $3::bigint)
         ORDER BY tries, mail_id
         LIMIT $4::integer) o
 ORDER BY o.tries, o.mail_id
