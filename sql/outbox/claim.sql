-- About to hand a mail over: $1 mail, $2 its Message-ID, $3 run, $4 now. Committed before the server hears of it. Not if somebody dropped it,
-- or suppressed its address or person, since it was read (due.sql, which asks first, also knows merged records).
UPDATE ctok.outbox o
SET state = 'sending', message_id = $2, sent_run = $3::bigint, sent_at = to_timestamp($4::bigint)
WHERE mail_id = $1::bigint AND state IN ('queued', 'deferred', 'doubt')
    AND NOT EXISTS (SELECT 1 FROM ctok.mail_suppression s
                     WHERE s.tenant_id = o.tenant_id AND s.lifted_at IS NULL AND s.address = lower(o.recipient))
    AND NOT EXISTS (SELECT 1 FROM ctok.mail_suppression s
                     WHERE s.tenant_id = o.tenant_id AND s.lifted_at IS NULL AND s.person_id = o.person_id)
