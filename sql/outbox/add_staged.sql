-- Enqueue what is staged. A mail that was enqueued before, sent or not, is left alone.
INSERT INTO ctok.outbox (tenant_id, event, person_id, recipient, recipient_hash, template, locale, facts, attachment_path,
    attachment_name, next_try_at, queued_run, queued_at)
SELECT t.id, m.event, m.person_id, m.recipient, ctok.mail_recipient_hash(t.id, m.event, m.recipient), m.template, m.locale, m.facts,
    m.attachment_path, m.attachment_name, to_timestamp($2::bigint), $1::bigint, to_timestamp($2::bigint)
FROM pg_temp.mail_new m
CROSS JOIN (SELECT current_setting('ctok.tenant')::bigint AS id) t
ORDER BY m.event, m.recipient
ON CONFLICT (tenant_id, event, recipient_hash) DO NOTHING
