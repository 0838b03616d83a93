-- Mail $1 is never sent, by the word of $2, because of $3; or, if it was sent and came back, somebody has seen to it. $4: now.
WITH dropped AS (
    UPDATE ctok.outbox
       SET state = 'withdrawn', held_why = '', recipient = NULL, facts = '{}', attachment_path = NULL, attachment_name = NULL
     WHERE tenant_id = (SELECT ctok.current_tenant()) AND mail_id = $1::bigint AND state IN ('queued', 'deferred', 'doubt', 'failed')
), settled AS (
    UPDATE ctok.mail_bounce
       SET settled_at = to_timestamp($4::bigint)
     WHERE tenant_id = (SELECT ctok.current_tenant()) AND mail_id = $1::bigint AND settled_at IS NULL
)
INSERT INTO ctok.mail_word (tenant_id, mail_id, what, who_name, reason, said_at)
VALUES (ctok.current_tenant(), $1::bigint, 'drop', $2, $3, to_timestamp($4::bigint))
