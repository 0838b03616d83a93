-- When the notice of a debt counts as given, and when as undeliverable (rule.notice_given), over a small ledger at 03:00 UTC on 1 May 2026. Each case is a debt of
-- a person of that name with 3 days of notice, and a mail; a day counts from that 1 May, 0.125 is now.
CREATE FUNCTION pg_temp.morning(day numeric) RETURNS timestamptz LANGUAGE sql IMMUTABLE AS $$ SELECT timestamptz '2026-05-01Z' + day * interval '1 day' $$;
CREATE TEMP TABLE mailed (name text PRIMARY KEY, state text, queued numeric, accepted numeric, bounced numeric[], bounce text, said text);
INSERT INTO mailed VALUES
('taken',                                    'sent',      -8,     -5,   NULL,      NULL,     '-5 f'),
('waits',                                    'queued',    -5,     NULL, NULL,      NULL,     'never f'),
('waits for almost a week',                  'queued',    -6.874, NULL, NULL,      NULL,     'never f'),
('waits for a week',                         'queued',    -6.875, NULL, NULL,      NULL,     '0.125 t'),
('refused for more than a week',             'failed',    -9,     NULL, NULL,      NULL,     '-2 t'),
('withdrawn by hand, who knows',             'withdrawn', -9,     NULL, NULL,      NULL,     '-2 f'),
('came back before its days were over',      'sent',      -9,     -6,   '{-5}',    'failed', '-2 t'),
('came back before its days were over, not a week ago', 'sent', -5, -4, '{-3}',    'failed', 'never f'),
('came back on the minute that they were',   'sent',      -9,     -6,   '{-3}',    'failed', '-6 f'),
('came back after that',                     'sent',      -9,     -6,   '{-2}',    'failed', '-6 f'),
('came back twice, first before that',       'sent',      -9,     -6,   '{-5,-1}', 'failed', '-2 t'),
('was late',                                 'sent',      -9,     -6,   '{-5}',    'delayed', '-6 f'),
('mailed for an earlier opening of the debt', 'sent',     -9,     -6,   NULL,      NULL,     'never '),
('cured',                                    'sent',      -9,     -6,   NULL,      NULL,     NULL);
INSERT INTO ctok.person (tenant_id, email, display_name, known_at) SELECT ctok.current_tenant(), 'notice ' || name, name, rule.now() FROM mailed;
INSERT INTO ctok.debt_episode (tenant_id, person_id, target_id, debt_at, why, suspend_at, notice_days, known_at, cured_at, opened)
SELECT p.tenant_id, p.person_id, 0, rule.now(), 'term', rule.now(), 3, rule.now(), CASE m.name WHEN 'cured' THEN rule.now() END, CASE WHEN m.name LIKE '%earlier opening%' THEN 2 ELSE 1 END
  FROM mailed m JOIN ctok.person p ON p.email = 'notice ' || m.name;
INSERT INTO ctok.outbox (tenant_id, event, person_id, recipient, recipient_hash, template, locale, facts, message_id, state, next_try_at, queued_run, queued_at, sent_run, sent_at, accepted_at)
SELECT d.tenant_id, 'grace:' || d.episode_id, d.person_id, CASE WHEN m.state NOT IN ('sent', 'withdrawn') THEN 'a@x.test' END, '', 'grace-notice', 'en', '{}', '', m.state, rule.now(), 0,
       pg_temp.morning(m.queued), 0, pg_temp.morning(m.accepted), pg_temp.morning(m.accepted)
  FROM mailed m JOIN ctok.person p ON p.email = 'notice ' || m.name JOIN ctok.debt_episode d ON d.person_id = p.person_id;
INSERT INTO ctok.mail_bounce (tenant_id, mail_id, digest, kind, form, proof, status, words, known_at, run_id)
SELECT o.tenant_id, o.mail_id, decode(md5(m.name || b.day), 'hex'), m.bounce, 'report', 'envelope', '5.1.1', '', pg_temp.morning(b.day), 0
  FROM mailed m JOIN ctok.person p ON p.email = 'notice ' || m.name JOIN ctok.outbox o ON o.person_id = p.person_id, unnest(m.bounced) b (day);

CREATE TEMP VIEW judged AS
SELECT m.name, n.found, m.said AS expected, n.found IS NOT DISTINCT FROM m.said AS right_so
  FROM mailed m
  JOIN ctok.person p ON p.email = 'notice ' || m.name
  LEFT JOIN (SELECT n.person_id, string_agg(coalesce(trim_scale(round((extract(epoch FROM n.given_at) - extract(epoch FROM timestamptz '2026-05-01Z')) / 86400, 3))::text, 'never') || ' ' ||
                                            coalesce(left(n.undeliverable::text, 1), ''), ', ') AS found
               FROM rule.notice_given n GROUP BY n.person_id) n ON n.person_id = p.person_id
UNION ALL
SELECT c.what, c.found, c.expected, c.found IS NOT DISTINCT FROM c.expected
  FROM (VALUES ('opened once', rule.debt_event('grace', 17, 1, 0), 'grace:17'), ('opened again', rule.debt_event('grace', 17, 2, 0), 'grace:17.2'),
               ('done again', rule.debt_event('ended', 17, 1, 1), 'ended:17.1.1'), ('done again and again, opened again', rule.debt_event('ended', 17, 2, 2), 'ended:17.2.2'),
               ('the debt of a notice', rule.event_episode('grace:17.2')::text, '17'), ('the debt of an end', rule.event_episode('ended:17')::text, '17'),
               ('no debt', rule.event_episode('welcome:17')::text, NULL)) c (what, found, expected);
