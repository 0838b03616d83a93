-- What waits, what was refused for good, and what came back and nobody has looked at; the oldest first, with why it does not go, if it does
-- not. $1: how many at most.
SELECT o.mail_id, to_char(o.queued_at AT TIME ZONE rule.zone(), 'YYYY-MM-DD HH24:MI') AS since,
       CASE WHEN o.state = 'sent' THEN 'returned' ELSE o.state END AS state, o.tries,
       CASE WHEN o.state = 'sending' THEN 'now' WHEN o.state IN ('failed', 'sent') OR o.held_why <> '' OR s.mail_id IS NOT NULL THEN '-'
            WHEN o.next_try_at <= rule.now() THEN 'next run' ELSE to_char(o.next_try_at AT TIME ZONE rule.zone(), 'YYYY-MM-DD HH24:MI') END AS next,
       o.template, concat_ws(' ', p.display_name, '<' || o.recipient || '>', '(#' || o.person_id || ')') AS whom,
       CASE WHEN o.state = 'sent' THEN coalesce(nullif(r.words, ''), nullif(r.status, ''), 'came back without a reason')
            ELSE nullif(concat_ws(' ', nullif(o.last_code, 0), nullif(o.last_reply, '')), '') END AS reply,
       CASE WHEN o.state IN ('failed', 'sent') OR o.held_why = '' THEN NULL ELSE 'held by the brake on mails: ctok-admin approve --kind mail lets it go' END AS held,
       s.why AS suppressed, count(*) OVER () AS mails
  FROM ctok.outbox o
  LEFT JOIN ctok.person p ON p.tenant_id = o.tenant_id AND p.person_id = o.person_id
  LEFT JOIN rule.mail_returned r ON r.tenant_id = o.tenant_id AND r.mail_id = o.mail_id
  LEFT JOIN (SELECT k.tenant_id, k.mail_id, min(rule.suppression_words(m.origin, m.who_name, m.reason, m.since_at)) AS why
               FROM rule.mail_suppressed k
               JOIN ctok.mail_suppression m ON m.tenant_id = k.tenant_id AND m.suppression_id = k.suppression_id
              GROUP BY k.tenant_id, k.mail_id) s ON s.tenant_id = o.tenant_id AND s.mail_id = o.mail_id
 WHERE o.tenant_id = (SELECT ctok.current_tenant())
   AND (o.state IN ('queued', 'sending', 'deferred', 'doubt', 'failed') OR o.state = 'sent' AND r.mail_id IS NOT NULL)
 ORDER BY o.queued_at, o.mail_id
 LIMIT nullif($1::bigint, 0)
