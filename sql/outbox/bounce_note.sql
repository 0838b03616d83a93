-- Note what a server said of mail $1: $2 digest of the message, $3 kind, $4 form, $5 proof, $6 status, $7 words, $9 now, $10 run. $8: the address
-- that there is nobody by, as it says and could not be forged; NULL: it does not. If it is the one that the mail went to, and not one that it
-- was forwarded to, it is never mailed from now on.
WITH noted AS (
    INSERT INTO ctok.mail_bounce (tenant_id, mail_id, digest, kind, form, proof, status, words, known_at, run_id)
    VALUES (ctok.current_tenant(), $1::bigint, decode($2, 'hex'), $3, $4, $5, $6, $7, to_timestamp($9::bigint), $10::bigint)
    ON CONFLICT DO NOTHING
    RETURNING tenant_id, bounce_id, mail_id
), suppressed AS (
    INSERT INTO ctok.mail_suppression (tenant_id, address, origin, who_name, reason, since_at, bounce_id)
    SELECT n.tenant_id, $8, 'bounce', '', 'there is nobody by that address, said the mail server: ' || $6, to_timestamp($9::bigint), n.bounce_id
      FROM noted n
      JOIN ctok.outbox o ON o.tenant_id = n.tenant_id AND o.mail_id = n.mail_id
     WHERE ctok.mail_recipient_hash(o.tenant_id, o.event, $8) = o.recipient_hash
    ON CONFLICT DO NOTHING
    RETURNING 1
)
SELECT (SELECT count(*) FROM noted) AS noted, (SELECT count(*) FROM suppressed) AS suppressed
