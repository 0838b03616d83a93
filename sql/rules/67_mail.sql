-- What of the outbox waits for a person.

-- The id of a finding: the same as long as its class, what it is about and its currency are. Sixty bits: with forty, of a million findings two have
-- the same one every other night.
CREATE FUNCTION rule.finding_code(class text, key text, currency text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN 'F' || upper(substr(md5(class || ' ' || key || ' ' || currency), 1, 15));

-- Since when and why somebody is not mailed, in a few words.
CREATE FUNCTION rule.suppression_words(origin text, who_name text, reason text, since_at timestamptz) RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN concat('never mailed since ', to_char(since_at AT TIME ZONE rule.zone(), 'YYYY-MM-DD'), ': ', reason,
                  CASE origin WHEN 'hand' THEN ' (' || who_name || ')' END);

-- Is this address, or this person at whatever address, never mailed? The same as rule.mail_suppressed tells of all, for a few.
CREATE FUNCTION rule.is_suppressed(tenant_id bigint, recipient text, person_id bigint) RETURNS boolean
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN EXISTS (SELECT 1 FROM ctok.mail_suppression s
                    WHERE s.tenant_id = is_suppressed.tenant_id AND s.lifted_at IS NULL AND s.address = lower(is_suppressed.recipient))
        OR EXISTS (SELECT 1 FROM ctok.mail_suppression s
                    WHERE s.tenant_id = is_suppressed.tenant_id AND s.lifted_at IS NULL AND s.person_id = is_suppressed.person_id)
        OR EXISTS (SELECT 1 FROM ctok.person_merge m
                     JOIN ctok.mail_suppression s ON s.tenant_id = m.tenant_id AND s.person_id = m.into_id AND s.lifted_at IS NULL
                    WHERE m.tenant_id = is_suppressed.tenant_id AND m.person_id = is_suppressed.person_id
                      AND m.merged_at IS NOT NULL AND m.split_at IS NULL);

-- Mails that are not handed over because their address, or their person at whatever address, is never mailed. A record that became part of
-- another person is that person.
CREATE VIEW rule.mail_suppressed WITH (security_invoker = true) AS
SELECT o.tenant_id, o.mail_id, s.suppression_id
  FROM ctok.mail_suppression s
  JOIN ctok.outbox o ON o.tenant_id = s.tenant_id AND lower(o.recipient) = s.address
 WHERE s.lifted_at IS NULL AND o.state IN ('queued', 'deferred', 'doubt', 'failed')
UNION ALL
SELECT o.tenant_id, o.mail_id, s.suppression_id
  FROM ctok.mail_suppression s
  LEFT JOIN ctok.person_merge m ON m.tenant_id = s.tenant_id AND m.into_id = s.person_id AND m.merged_at IS NOT NULL AND m.split_at IS NULL
  JOIN ctok.outbox o ON o.tenant_id = s.tenant_id AND o.person_id IN (s.person_id, m.person_id)
 WHERE s.lifted_at IS NULL AND o.state IN ('queued', 'deferred', 'doubt', 'failed');

-- What came back for good and nobody has looked at yet: the newest word about each mail.
CREATE VIEW rule.mail_returned WITH (security_invoker = true) AS
SELECT DISTINCT ON (b.tenant_id, b.mail_id) b.tenant_id, b.mail_id, b.status, b.words, b.known_at
  FROM ctok.mail_bounce b
 WHERE b.kind = 'failed' AND b.settled_at IS NULL
 ORDER BY b.tenant_id, b.mail_id, b.bounce_id DESC;

-- Mail that did not arrive, or may not have, or came back, or is due to whom nothing is sent.
CREATE VIEW rule.mail_finding WITH (security_invoker = true) AS
WITH item AS (
    SELECT o.tenant_id, o.mail_id, o.person_id,
           CASE WHEN o.state = 'failed' THEN 'MAIL_FAILED' WHEN s.mail_id IS NOT NULL THEN 'MAIL_SUPPRESSED' ELSE 'MAIL_DOUBT' END AS class,
           concat(o.template, ', code ' || o.last_code, ', mail #', o.mail_id) AS detail
      FROM ctok.outbox o
      LEFT JOIN (SELECT DISTINCT tenant_id, mail_id FROM rule.mail_suppressed) s ON s.tenant_id = o.tenant_id AND s.mail_id = o.mail_id
     WHERE o.state IN ('failed', 'doubt') OR s.mail_id IS NOT NULL
    UNION ALL
    SELECT o.tenant_id, o.mail_id, o.person_id, 'MAIL_BOUNCED', concat(o.template, ', mail #', o.mail_id, ': ', coalesce(nullif(r.words, ''), nullif(r.status, ''), 'came back'))
      FROM rule.mail_returned r
      JOIN ctok.outbox o ON o.tenant_id = r.tenant_id AND o.mail_id = r.mail_id
)
SELECT i.tenant_id, i.class, 'o' || i.mail_id AS key, i.mail_id, i.person_id, i.detail, rule.finding_code(i.class, 'o' || i.mail_id, '') AS finding_id
  FROM item i;
