-- Mail $1 is tried again at once; NULL: all that were refused for good, but for those whose address is suppressed. A mail that was refused goes to
-- the address that its person has now: to another one it is another mail, with a Message-ID of its own. $2: who says so, $3: why, $4: now.
WITH chosen AS (
    SELECT o.tenant_id, o.mail_id, o.event, o.state, o.doubts, n.email, ctok.mail_recipient_hash(o.tenant_id, o.event, n.email) AS hash
      FROM ctok.outbox o
      LEFT JOIN ctok.person_merge m ON m.tenant_id = o.tenant_id AND m.person_id = o.person_id AND m.merged_at IS NOT NULL AND m.split_at IS NULL
      LEFT JOIN ctok.person n ON n.tenant_id = o.tenant_id AND n.person_id = coalesce(m.into_id, o.person_id) AND o.state = 'failed'
                             AND lower(o.recipient) <> n.email
     WHERE o.tenant_id = (SELECT ctok.current_tenant())
       AND CASE WHEN $1::bigint IS NULL THEN o.state = 'failed' ELSE o.mail_id = $1::bigint AND o.state IN ('deferred', 'doubt', 'failed') END
       AND NOT EXISTS (SELECT 1 FROM rule.mail_suppressed s WHERE s.tenant_id = o.tenant_id AND s.mail_id = o.mail_id)
), addressed AS (
    -- Who has the mail of that event at that address already gets no second one.
    SELECT c.*, c.email IS NOT NULL AND row_number() OVER (PARTITION BY c.tenant_id, c.event, c.hash ORDER BY c.mail_id) = 1
                AND NOT EXISTS (SELECT 1 FROM ctok.outbox e WHERE e.tenant_id = c.tenant_id AND e.event = c.event AND e.recipient_hash = c.hash) AS moves
      FROM chosen c
), tried AS (
    UPDATE ctok.outbox o
       SET state = CASE WHEN o.doubts > 0 AND NOT a.moves THEN 'doubt' ELSE 'queued' END,
           tries = CASE WHEN o.state = 'failed' THEN 0 ELSE o.tries END,
           next_try_at = to_timestamp($4::bigint),
           recipient = CASE WHEN a.moves THEN a.email ELSE o.recipient END,
           recipient_hash = CASE WHEN a.moves THEN a.hash ELSE o.recipient_hash END,
           message_id = CASE WHEN a.moves THEN NULL ELSE o.message_id END
      FROM addressed a
     WHERE o.tenant_id = a.tenant_id AND o.mail_id = a.mail_id
    RETURNING o.tenant_id, o.mail_id, a.moves
), said AS (
    INSERT INTO ctok.mail_word (tenant_id, mail_id, what, who_name, reason, said_at)
    SELECT t.tenant_id, t.mail_id, 'retry', $2, $3, to_timestamp($4::bigint) FROM tried t
)
SELECT count(*) AS mails, count(*) FILTER (WHERE moves) AS moved FROM tried
