-- About to hand a mail over: $1 mail, $2 its Message-ID, $3 run, $4 now. Committed before the server hears of it.
UPDATE ctok.outbox
SET state = 'sending', message_id = $2, sent_run = $3::bigint, sent_at = to_timestamp($4::bigint)
WHERE mail_id = $1::bigint AND state IN ('queued', 'deferred', 'doubt')
