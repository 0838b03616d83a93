-- What became of a try: $1 mail, $2 state, $3 code, $4 reply, $5 now, $6 wait in seconds, $7 run.
UPDATE ctok.outbox
SET state = $2, tries = tries + 1, doubts = doubts + ($2 = 'doubt')::integer, last_code = $3::integer, last_reply = $4,
    next_try_at = to_timestamp($5::bigint + $6::bigint), sent_run = $7::bigint,
    accepted_at = CASE WHEN $2 = 'sent' THEN to_timestamp($5::bigint) END,
    recipient = CASE WHEN $2 <> 'sent' THEN recipient END,
    facts = CASE WHEN $2 = 'sent' THEN '{}' ELSE facts END,
    attachment_path = CASE WHEN $2 <> 'sent' THEN attachment_path END,
    attachment_name = CASE WHEN $2 <> 'sent' THEN attachment_name END
WHERE mail_id = $1::bigint AND state IN ('queued', 'deferred', 'doubt', 'sending')
