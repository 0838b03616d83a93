-- Mails that must not go out any more: $1 their events. One that is being sent is let go.
UPDATE ctok.outbox
SET state = 'withdrawn', recipient = NULL, facts = '{}', attachment_path = NULL, attachment_name = NULL
WHERE event = ANY ($1::text[]) AND state IN ('queued', 'deferred', 'doubt', 'failed')
