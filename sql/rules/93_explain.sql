-- What `ctok-admin explain` tells of an access, a right and a document, for people and as JSON (docs/explain.md). It reads the views that decide.

-- Moments as they are told: of the tenant's clock, to the minute; NULL for what never comes.
CREATE FUNCTION rule.told_moment(moment timestamptz, zone text) RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN CASE WHEN isfinite(moment) THEN to_char(moment AT TIME ZONE zone, 'YYYY-MM-DD HH24:MI') END;

-- The state of an access, said; `dated`: it is known until when it will be paid for.
CREATE FUNCTION rule.state_words(state text, why text, dated boolean) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE why WHEN 'allowed' THEN 'has access: a person allowed it' WHEN 'denied' THEN 'has no access: a person denied it'
                    WHEN 'dropped' THEN 'has no access: the learner left'
                    ELSE CASE state WHEN 'active' THEN 'has access' WHEN 'grace' THEN 'in grace' WHEN 'pending' THEN CASE WHEN dated THEN 'access begins later' ELSE 'access waits' END
                                    WHEN 'held' THEN 'the payment is under dispute'
                                    WHEN 'revoked' THEN CASE why WHEN 'decision' THEN 'what was granted was taken back' ELSE 'the sale was taken back' END
                                    WHEN 'suspended' THEN 'access is over' WHEN 'ended' THEN 'access is over' ELSE 'not our concern (before go-live)' END END;

-- What an access waits for, or what stands in the place of the rules: `on_what` is 'override', 'dispute', 'gate', 'notice', 'grace', 'freshness', 'hold',
-- 'doubt', 'account' or 'trial'.
CREATE VIEW rule.access_waiting WITH (security_invoker = true) AS
SELECT a.tenant_id, a.person_id, a.target_id, 1 AS place, 'override' AS on_what,
       format('decision %s%s: %s', v.decision_id, CASE WHEN v.until_at < 'infinity' THEN ' until ' || rule.last_day(v.until_at, rule.zone()) ELSE '' END, w.reason) AS words
  FROM ctok.access a
  JOIN rule.access_override v ON v.tenant_id = a.tenant_id AND v.person_id = a.person_id AND v.target_id = a.target_id
  JOIN ctok.decision w ON w.tenant_id = v.tenant_id AND w.decision_id = v.decision_id
 WHERE a.why IN ('allowed', 'denied', 'dropped')
UNION ALL
SELECT a.tenant_id, a.person_id, a.target_id, 2, 'dispute', 'the payment is under dispute until the provider decides'
  FROM ctok.access a
 WHERE a.state = 'held'
UNION ALL
SELECT s.tenant_id, s.person_id, s.target_id, 2, 'gate', 'paid for, and ' || s.lacks
  FROM rule.gate_shut s
 WHERE NOT s.before_live
UNION ALL
-- Nobody loses access before the mail server took the notice, and its days are over.
SELECT d.tenant_id, d.person_id, d.target_id, 3, 'notice',
       CASE WHEN n.given_at IS NULL THEN format('the learner is not told yet: notice %s', coalesce(o.state, 'not queued'))
            ELSE format('told %s, and %s days from then', rule.told_moment(n.given_at, rule.zone()), d.notice_days) END
  FROM ctok.debt_episode d
  JOIN ctok.access a ON a.tenant_id = d.tenant_id AND a.person_id = d.person_id AND a.target_id = d.target_id AND a.state = 'grace' AND a.debt_at = d.debt_at
  LEFT JOIN rule.notice_given n ON n.tenant_id = d.tenant_id AND n.episode_id = d.episode_id
  LEFT JOIN ctok.outbox o ON o.tenant_id = d.tenant_id AND o.event = rule.debt_event('grace', d.episode_id, d.opened, 0)
 WHERE d.cured_at IS NULL AND d.suspend_at <> 'infinity'
UNION ALL
SELECT a.tenant_id, a.person_id, a.target_id, 4, 'grace',
       CASE WHEN a.suspend_at = 'infinity' THEN 'grace has no end' ELSE 'grace until ' || rule.told_moment(a.suspend_at, rule.zone()) END
  FROM ctok.access a
 WHERE a.state = 'grace'
UNION ALL
-- What is silent may be a renewal.
SELECT w.tenant_id, w.person_id, w.target_id, 5, 'freshness', w.why
  FROM rule.access_waits w
  JOIN ctok.access a ON a.tenant_id = w.tenant_id AND a.person_id = w.person_id AND a.target_id = w.target_id
 WHERE a.wanted IN ('suspended', 'unenrolled') OR a.state = 'grace'
UNION ALL
SELECT o.tenant_id, o.person_id, o.target_id, 6, 'hold', format('%s: %s', replace(o.kind, '_', ' '), lower(coalesce(w.words, o.held_why)))
  FROM ctok.action o
  LEFT JOIN rule.held_word w ON w.code = o.held_why
 WHERE o.state = 'held' AND o.target_id IS NOT NULL
UNION ALL
SELECT o.tenant_id, o.person_id, o.target_id, 7, 'doubt', format('%s: it is not known yet whether Moodle did it', replace(o.kind, '_', ' '))
  FROM ctok.action o
 WHERE o.state = 'sending' AND o.target_id IS NOT NULL
UNION ALL
SELECT a.tenant_id, a.person_id, a.target_id, 8, 'account', 'the learner has no account in Moodle yet'
  FROM ctok.access a
 WHERE a.wanted = 'active' AND NOT EXISTS (SELECT 1 FROM ctok.account k WHERE k.tenant_id = a.tenant_id AND k.site_id = a.site_id AND k.person_id = a.person_id)
UNION ALL
SELECT a.tenant_id, a.person_id, a.target_id, 9, 'trial', 'the source is in trial on this site: shown, not carried out'
  FROM ctok.access a
 WHERE a.trial AND a.wanted <> 'untouched';

-- An access: what is wanted and why, what Moodle has, what is to be changed, and what that waits for.
CREATE VIEW rule.told_access WITH (security_invoker = true) AS
SELECT g.tenant_id, g.person_id, g.target_id,
       json_build_object('person', json_build_object('id', p.person_id, 'name', p.display_name, 'email', p.email), 'course', n.course, 'site', i.name,
                         'state', g.state, 'words', rule.state_words(g.state, g.why, g.ends_at IS NOT NULL), 'why', g.why, 'wanted', g.wanted,
                         'from', rule.told_moment(g.starts_at, rule.zone()), 'paid_until', rule.told_moment(g.ends_at, rule.zone()),
                         'without_end', coalesce(g.ends_at = 'infinity', false), 'debt_since', rule.told_moment(g.debt_at, rule.zone()),
                         'moodle', CASE WHEN g.user_id IS NULL THEN 'no account' ELSE rule.enrolment_words(g.before_status, g.before_start, g.before_end) END,
                         'managed', coalesce(g.managed, false), 'gap', g.gap,
                         'waits', coalesce((SELECT json_agg(json_build_object('on', w.on_what, 'words', w.words) ORDER BY w.place, w.words)
                                              FROM rule.access_waiting w
                                             WHERE w.tenant_id = g.tenant_id AND w.person_id = g.person_id AND w.target_id = g.target_id), '[]')) AS told
  FROM rule.access_gap g
  JOIN ctok.site i ON i.tenant_id = g.tenant_id AND i.site_id = g.site_id
  JOIN ctok.person p ON p.tenant_id = g.tenant_id AND p.person_id = g.person_id
  JOIN rule.target_name n ON n.tenant_id = g.tenant_id AND n.target_id = g.target_id;

-- A right: from when until when, why it ended, by which policy; and by which it was before, if that was corrected.
CREATE VIEW rule.told_right WITH (security_invoker = true) AS
SELECT e.tenant_id, e.entitlement_id, e.unit_id, e.person_id, e.target_id,
       json_build_object('course', n.course, 'person', json_build_object('id', p.person_id, 'name', p.display_name, 'email', p.email), 'cycle', e.cycle,
                         'from', rule.told_moment(e.starts_at, rule.zone()), 'until', rule.told_moment(e.ends_at, rule.zone()),
                         'without_end', coalesce(e.ends_at = 'infinity', false), 'ended_at', rule.told_moment(e.revoked_at, rule.zone()),
                         'ended_why', e.revoked_why, 'ended_words', w.words, 'waits', h.lacks, 'price', rule.amount(e.price_minor, e.currency), 'decision', nullif(greatest(-e.unit_id, 0), 0),
                         'policy', json_build_object('rule', r.match_kind || ':' || r.pattern, 'term', r.term, 'until', rule.told_moment(r.until, rule.zone()),
                                                     'grace_days', r.grace_days, 'on_expiry', r.on_expiry, 'on_refund', r.on_refund,
                                                     'on_dispute', r.on_dispute, 'decision', r.decision_id),
                         'superseded', coalesce((SELECT json_agg(json_build_object('term', o.term, 'until', rule.told_moment(o.until, rule.zone()),
                                                                                  'grace_days', o.grace_days, 'decision', c.decision_id,
                                                                                  'at', rule.told_moment(c.changed_at, rule.zone())) ORDER BY c.change_id)
                                                   FROM ctok.policy_change c
                                                   JOIN ctok.product_rule o ON o.tenant_id = c.tenant_id AND o.rule_id = c.from_rule_id
                                                  WHERE c.tenant_id = e.tenant_id AND c.entitlement_id = e.entitlement_id), '[]')) AS told
  FROM ctok.entitlement e
  JOIN ctok.product_rule r ON r.tenant_id = e.tenant_id AND r.rule_id = e.rule_id
  JOIN ctok.person p ON p.tenant_id = e.tenant_id AND p.person_id = e.person_id
  JOIN rule.target_name n ON n.tenant_id = e.tenant_id AND n.target_id = e.target_id
  LEFT JOIN rule.gate_shut h ON h.tenant_id = e.tenant_id AND h.entitlement_id = e.entitlement_id
  LEFT JOIN rule.report_word w ON w.kind = 'reason' AND w.code = e.revoked_why;

-- A decision, and an open finding.
CREATE VIEW rule.told_decision WITH (security_invoker = true) AS
SELECT d.tenant_id, d.decision_id, d.person_id, d.document_id,
       json_build_object('id', d.decision_id, 'kind', d.kind, 'words', d.what, 'state', d.state, 'state_words', rule.decision_state_words(d.state),
                         'until', rule.last_day(d.until_at, rule.zone()), 'who', d.who_name, 'reason', d.reason, 'asked_at', rule.told_moment(d.asked_at, rule.zone()),
                         'begun_at', rule.told_moment(d.begun_at, rule.zone()), 'ended_at', rule.told_moment(d.ended_at, rule.zone()),
                         'revoked_who', d.revoked_who, 'revoked_reason', d.revoked_reason) AS told
  FROM rule.decision_word d;

CREATE VIEW rule.told_finding WITH (security_invoker = true) AS
SELECT f.tenant_id, f.finding_id, f.person_id, f.target_id, f.document_id, f.product_id, f.first_seen,
       json_build_object('id', f.finding_id, 'class', f.class, 'words', coalesce(w.words, f.class), 'since', rule.told_moment(f.first_seen, rule.zone()),
                         'risk', f.risk, 'at_risk', CASE WHEN f.risk_minor > 0 THEN rule.amount(f.risk_minor, f.currency) END, 'detail', f.detail,
                         'advice', coalesce(w.advice, '')) AS told
  FROM ctok.finding f
  LEFT JOIN rule.report_word w ON w.kind = 'finding' AND w.code = f.class
 WHERE f.cleared_at IS NULL;
