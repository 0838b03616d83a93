-- Mail $1 is never sent, by the word of $2, because of $3. $4: now.
WITH dropped AS (
    UPDATE ctok.outbox
       SET state = 'withdrawn', held_why = '', recipient = NULL, facts = '{}', attachment_path = NULL, attachment_name = NULL
     WHERE tenant_id = (SELECT ctok.current_tenant()) AND mail_id = $1::bigint AND state IN ('queued', 'deferred', 'doubt', 'failed')
    RETURNING tenant_id, mail_id
)
INSERT INTO ctok.mail_word (tenant_id, mail_id, what, who_name, reason, said_at)
SELECT d.tenant_id, d.mail_id, 'drop', $2, $3, to_timestamp($4::bigint) FROM dropped d
