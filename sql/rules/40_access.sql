-- What a person's entitlements to a course add up to at rule.now(). A pure function of the ledger's facts, of the notices that mail
-- servers took, and of time.

-- What mails about a debt are called in the outbox: one each time that it was opened ('grace:17', 'grace:17.2'), and one each time that what
-- ended it was taken back by hand and done again ('ended:17', 'ended:17.1.1').
CREATE FUNCTION rule.debt_event(kind text, episode_id bigint, opened integer, redone bigint) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN kind || ':' || episode_id || CASE WHEN opened > 1 OR redone > 0 THEN '.' || opened ELSE '' END
        || CASE WHEN redone > 0 THEN '.' || redone ELSE '' END;

-- The debt that an event of the outbox is about; NULL for others.
CREATE FUNCTION rule.event_episode(event text) RETURNS bigint
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN substring(event FROM '^(?:grace|ended):([0-9]+)')::bigint;

-- When the notice of a debt counts as given: when the mail server took it; after a week of vain tries all the same.
CREATE VIEW rule.notice_given WITH (security_invoker = true) AS
SELECT d.tenant_id, d.person_id, d.target_id, d.debt_at, d.episode_id,
       CASE WHEN o.accepted_at IS NOT NULL THEN o.accepted_at
            WHEN o.queued_at + interval '7 days' <= (SELECT rule.now()) THEN o.queued_at + interval '7 days' END AS given_at,
       -- Who withdrew it by hand knows.
       o.accepted_at IS NULL AND o.state <> 'withdrawn' AND o.queued_at + interval '7 days' <= (SELECT rule.now()) AS undeliverable
  FROM ctok.debt_episode d
  LEFT JOIN ctok.outbox o ON o.tenant_id = d.tenant_id AND o.event = rule.debt_event('grace', d.episode_id, d.opened, 0)
 WHERE d.cured_at IS NULL;

-- Access is what live entitlements add up to. One in trial adds nothing to it, but takes nothing either: while no live one runs and one in
-- trial does, the whole is shown as trial, and nothing is carried out.
CREATE VIEW rule.access_now WITH (security_invoker = true) AS
WITH told AS MATERIALIZED (
    SELECT rule.now() AS now, rule.zone() AS zone
), counted AS (
    SELECT e.*, o.now, e.starts_at <= o.now AND o.now < e.ends_at AS runs, x.document_id IS NOT NULL AS disputed, array[date_part('epoch', e.ends_at), e.entitlement_id] AS place
      FROM rule.entitlement_live e
     CROSS JOIN told o
      LEFT JOIN rule.document_dispute x ON x.tenant_id = e.tenant_id AND x.document_id = e.document_id AND x.open_minor > 0
     WHERE NOT e.before_live AND e.starts_at IS NOT NULL
), both_ways AS (
    SELECT e.tenant_id, e.person_id, e.target_id, e.site_id, bool_or(e.runs) AS running, bool_or(e.trial) AS any_trial,
           -- All that runs is under dispute.
           bool_or(e.runs) AND bool_and(e.disputed OR NOT e.runs) AS disputed,
           min(e.starts_at) FILTER (WHERE e.starts_at > e.now) AS next_start,
           min(e.ends_at) FILTER (WHERE e.ends_at > e.now) AS next_end,
           min(e.starts_at) FILTER (WHERE e.ends_at > e.now) AS stretch_start,
           max(e.ends_at) AS ends_at, (max(e.place))[2]::bigint AS last_one,
           bool_or(e.runs) FILTER (WHERE NOT e.trial) AS live_running,
           min(e.starts_at) FILTER (WHERE NOT e.trial AND e.starts_at > e.now) AS live_next_start,
           min(e.starts_at) FILTER (WHERE NOT e.trial AND e.ends_at > e.now) AS live_stretch_start,
           max(e.ends_at) FILTER (WHERE NOT e.trial) AS live_ends_at, (max(e.place) FILTER (WHERE NOT e.trial))[2]::bigint AS live_last_one
      FROM counted e
     GROUP BY e.tenant_id, e.person_id, e.target_id, e.site_id
), whole AS (
    SELECT b.tenant_id, b.person_id, b.target_id, b.site_id, b.disputed, NOT l.counts AS trial,
           CASE WHEN l.counts THEN b.live_running ELSE b.running END AS running,
           CASE WHEN l.counts THEN b.live_next_start ELSE b.next_start END AS next_start,
           CASE WHEN l.counts THEN b.live_stretch_start ELSE b.stretch_start END AS stretch_start,
           CASE WHEN l.counts THEN b.live_ends_at ELSE b.ends_at END AS ends_at,
           CASE WHEN l.counts THEN b.live_last_one ELSE b.last_one END AS last_one,
           -- Where live ones and ones in trial meet, each of their moments may change which of them count.
           CASE WHEN b.any_trial AND b.live_running IS NOT NULL THEN nullif(least(b.next_start, b.next_end), 'infinity') END AS wake_at
      FROM both_ways b
     CROSS JOIN LATERAL (SELECT b.live_running IS NOT NULL AND (b.live_running OR NOT b.running) AS counts) l
), judged AS (
    SELECT w.*, o.now, o.zone, l.rule_id, l.starts_at AS last_start, coalesce(l.revoked_why, 'term') AS why, r.role, r.grace_days, r.notice_days,
           r.renews, r.on_expiry,
           -- A payment that was taken back is a debt like a term that is over: it may be paid again.
           -- So does a subscription that ended early end like a term.
           CASE WHEN coalesce(l.revoked_why, 'unpaid') IN ('unpaid', 'subscription') THEN r.on_expiry ELSE r.on_refund END AS policy,
           CASE WHEN w.ends_at <= o.now THEN w.ends_at END AS debt_at,
           CASE WHEN w.ends_at <= o.now THEN rule.later(w.ends_at, make_interval(days => r.grace_days), o.zone) END AS suspend_at
      FROM whole w
     CROSS JOIN told o
      JOIN ctok.entitlement l ON l.tenant_id = w.tenant_id AND l.entitlement_id = w.last_one
      JOIN ctok.product_rule r ON r.tenant_id = l.tenant_id AND r.rule_id = l.rule_id
), due AS (
    -- Suspension waits for the notice, but for `grace_days = 0`; in trial no notice leaves, so none is waited for.
    SELECT j.*, n.given_at, m.user_id IS NOT NULL AS given_access, m.written_end, f.fresh AND g.rule_id IS NULL AS may_end,
           CASE WHEN j.debt_at IS NULL THEN NULL
                WHEN j.grace_days = 0 OR j.trial THEN j.suspend_at
                ELSE greatest(j.suspend_at, rule.later(n.given_at, make_interval(days => j.notice_days), j.zone)) END AS due_at,
           j.grace_days > 0 AND NOT j.trial AND n.given_at IS NULL AS notice_wanted
      FROM judged j
      LEFT JOIN rule.notice_given n ON n.tenant_id = j.tenant_id AND n.person_id = j.person_id AND n.target_id = j.target_id
                                   AND n.debt_at = j.debt_at
      LEFT JOIN ctok.target t ON t.tenant_id = j.tenant_id AND t.target_id = j.target_id
      LEFT JOIN ctok.account a ON a.tenant_id = j.tenant_id AND a.site_id = j.site_id AND a.person_id = j.person_id
      LEFT JOIN ctok.managed m ON m.tenant_id = j.tenant_id AND m.site_id = j.site_id AND m.course_id = t.course_id
                              AND m.user_id = a.user_id
      LEFT JOIN rule.target_fresh f ON f.tenant_id = j.tenant_id AND f.target_id = j.target_id
      LEFT JOIN rule.rule_gone g ON g.tenant_id = j.tenant_id AND g.rule_id = j.rule_id AND g.target_id = j.target_id
), stated AS (
    SELECT d.*, coalesce(d.stretch_start, d.next_start, d.last_start) AS starts_at, x.tail_end, x.state
      FROM due d
     CROSS JOIN LATERAL (
            SELECT rule.later(d.ends_at, make_interval(days => d.grace_days) + rule.tail(d.renews), d.zone) AS tail_end,
                   CASE WHEN d.running AND d.disputed THEN 'held'
                        WHEN d.running THEN 'active'
                        WHEN d.next_start IS NOT NULL THEN 'pending'
                        -- Grace keeps access that was given; it gives none.
                        WHEN d.policy = 'keep' OR NOT d.given_access THEN 'ended'
                        WHEN d.notice_wanted OR d.now < d.due_at THEN 'grace'
                        WHEN d.policy = 'suspend' THEN 'suspended'
                        ELSE 'ended' END AS state
            OFFSET 0 -- judged once, however often it is read below
           ) x
)
SELECT s.tenant_id, s.person_id, s.target_id, s.site_id, s.state, s.why,
       -- While its payment is under dispute, access that was given stays, and none is given.
       CASE WHEN s.state = 'held' THEN CASE WHEN s.given_access THEN 'active' ELSE 'untouched' END
            WHEN s.state IN ('active', 'grace') THEN 'active'
            WHEN s.state = 'suspended' THEN 'suspended'
            WHEN s.state = 'ended' AND s.policy = 'unenrol' AND s.given_access THEN 'unenrolled'
            ELSE 'untouched' END AS wanted,
       s.starts_at, s.ends_at, s.debt_at, s.suspend_at,
       CASE WHEN s.state IN ('active', 'held', 'grace') THEN rule.moodle_start(s.starts_at) END AS wanted_start,
       -- Where the term's end takes nothing away, Moodle must not either.
       CASE WHEN s.state IN ('active', 'held') AND s.on_expiry = 'keep' THEN 0
            WHEN s.state IN ('active', 'held') THEN rule.moodle_end(s.tail_end)
            -- Moodle must not end by itself what we may not end yet: its end moves out while the notice is unsent, and lies no earlier
            -- than the day that the notice named.
            WHEN s.state = 'grace' AND s.notice_wanted THEN
                rule.held_end(s.tail_end, s.written_end, s.now, rule.tail(s.renews), s.zone)
            WHEN s.state = 'grace' THEN rule.moodle_end(greatest(s.tail_end, rule.day_end(s.due_at, s.zone))) END AS wanted_end,
       s.role, s.rule_id, s.trial,
       least(s.wake_at, CASE s.state
            WHEN 'active' THEN nullif(s.ends_at, 'infinity')
            WHEN 'held' THEN nullif(s.ends_at, 'infinity')
            WHEN 'pending' THEN s.next_start
            WHEN 'grace' THEN CASE WHEN s.notice_wanted THEN s.now ELSE s.due_at END
            -- What may not end yet is looked at every night.
            ELSE CASE WHEN s.given_access AND NOT s.may_end AND s.policy <> 'keep' THEN timestamptz '-infinity' END
       END) AS next_change_at,
       s.notice_days
  FROM stated s;
