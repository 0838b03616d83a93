-- Enqueue one mail: $1 run, $2 now (seconds), $3 event, $4 person, $5 recipient, $6 template, $7 locale, $8 facts,
-- $9 and $10 attachment.
INSERT INTO ctok.outbox (tenant_id, event, person_id, recipient, recipient_hash, template, locale, facts, attachment_path,
    attachment_name, next_try_at, queued_run, queued_at)
SELECT t.id, $3, $4::bigint, $5, ctok.mail_recipient_hash(t.id, $3, $5), $6, $7, $8::jsonb, $9, $10, to_timestamp($2::bigint),
    $1::bigint, to_timestamp($2::bigint)
FROM (SELECT current_setting('ctok.tenant')::bigint AS id) t
ON CONFLICT (tenant_id, event, recipient_hash) DO NOTHING
