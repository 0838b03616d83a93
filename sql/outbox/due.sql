-- The next mails whose time has come, that no brake holds and whose recipient may be mailed, after the row ($2 tries, $3 mail_id): $1 now, $4 how many.
SELECT mail_id, event, recipient, template, locale, facts::text AS facts, attachment_path, attachment_name, state, tries, doubts,
    message_id, left(encode(recipient_hash, 'hex'), 40) AS hash, extract(epoch FROM queued_at)::bigint AS queued
FROM ctok.outbox o
WHERE state IN ('queued', 'deferred', 'doubt') AND held_why = '' AND next_try_at <= to_timestamp($1::bigint)
    AND (tries, mail_id) > ($2::integer, $3::bigint)
    AND NOT EXISTS (SELECT 1 FROM rule.mail_suppressed s WHERE s.tenant_id = o.tenant_id AND s.mail_id = o.mail_id)
ORDER BY tries, mail_id
LIMIT $4::integer
