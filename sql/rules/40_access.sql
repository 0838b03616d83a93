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

-- When the notice of a debt counts as given: when the mail server took it; after a week of vain tries all the same, or of having come back. One
-- that came back when its days were over had been taken for given, and stays so.
CREATE VIEW rule.notice_given WITH (security_invoker = true) AS
SELECT d.tenant_id, d.person_id, d.target_id, d.debt_at, d.episode_id,
       CASE WHEN o.accepted_at IS NOT NULL AND NOT r.came_back THEN o.accepted_at
            WHEN o.queued_at + interval '7 days' <= (SELECT rule.now()) THEN o.queued_at + interval '7 days' END AS given_at,
       -- Who withdrew it by hand knows.
       (o.accepted_at IS NULL OR r.came_back) AND o.state <> 'withdrawn' AND o.queued_at + interval '7 days' <= (SELECT rule.now()) AS undeliverable
  FROM ctok.debt_episode d
  LEFT JOIN ctok.outbox o ON o.tenant_id = d.tenant_id AND o.event = rule.debt_event('grace', d.episode_id, d.opened, 0)
  LEFT JOIN (SELECT b.tenant_id, b.mail_id, min(b.known_at) AS known_at FROM ctok.mail_bounce b WHERE b.kind = 'failed' GROUP BY b.tenant_id, b.mail_id) k
         ON k.tenant_id = o.tenant_id AND k.mail_id = o.mail_id
 CROSS JOIN LATERAL (SELECT coalesce(k.known_at < rule.later(o.accepted_at, make_interval(days => d.notice_days), rule.zone()), false) AS came_back) r
 WHERE d.cured_at IS NULL;

-- Access is what live entitlements add up to. One in trial adds nothing to it, but takes nothing either: while no live one runs and one in
-- trial does, the whole is shown as trial, and nothing is carried out. One that was taken back before it began counts where there is no other: what
-- was given by it meanwhile ends from the moment at which it was taken back.
CREATE VIEW rule.access_now WITH (security_invoker = true) AS
WITH told AS MATERIALIZED (
    SELECT rule.now() AS now, rule.zone() AS zone
), counted AS (
    SELECT e.*, o.now, e.starts_at IS NOT NULL AND e.starts_at <= o.now AND o.now < e.ends_at AS runs, x.document_id IS NOT NULL AS disputed,
           -- Begins some day, nobody knows when: it waits at a gate.
           e.starts_at IS NULL AND e.revoked_at IS NULL AS shut,
           -- What time alone does not end goes on beside a dispute of another.
           (l.kept OR l.over AND e.grace_days IS NULL) AND x.document_id IS NULL AS free,
           -- No end of time, from the first day on, whatever else there is.
           l.stands AND e.on_expiry = 'keep' AS keeps,
           -- The last one's rule decides: the one that ends last, or never as it is kept; of those that one moment ends, the one that would have lasted
           -- longest, then the one with the most grace, the longest notice, the longest tail and the mildest policy. Which line of an order it was says
           -- nothing. What gave nothing, as it was over before it began, has a say only where there is nothing else.
           array[CASE WHEN e.starts_at < e.ends_at THEN 1 ELSE 0 END,
                 date_part('epoch', CASE WHEN l.kept THEN timestamptz 'infinity' ELSE coalesce(e.ends_at, e.revoked_at, e.sold_at) END),
                 date_part('epoch', CASE WHEN e.revoked_at IS NULL OR e.starts_at IS NULL THEN coalesce(e.ends_at, '-infinity')
                                         ELSE coalesce(rule.counts_until(e.period_to, e.until, o.zone), rule.term_end(e.starts_at, e.term, o.zone)) END),
                 coalesce(e.grace_days, 'infinity'::float8), e.notice_days, CASE WHEN e.renews THEN 1 ELSE 0 END,
                 CASE CASE WHEN rule.taken_back(e.revoked_why) THEN e.on_refund ELSE e.on_expiry END WHEN 'keep' THEN 2 WHEN 'suspend' THEN 1 ELSE 0 END,
                 e.entitlement_id] AS place
      FROM rule.entitlement_live e
     CROSS JOIN told o
     CROSS JOIN LATERAL (SELECT y.stands, y.over, y.over AND e.on_expiry = 'keep' AS kept
                           FROM (SELECT z.stands, z.stands AND e.ends_at <= o.now AS over
                                   FROM (SELECT e.starts_at < e.ends_at AND coalesce(e.revoked_why = 'subscription', true) AS stands) z) y) l
      LEFT JOIN rule.document_disputed x ON x.tenant_id = e.tenant_id AND x.document_id = e.document_id
     WHERE NOT e.before_live
), both_ways AS (
    SELECT e.tenant_id, e.person_id, e.target_id, e.site_id, bool_or(e.runs) AS running, bool_or(e.trial) AS any_trial, bool_or(e.disputed) AS any_disputed,
           -- All that runs is under dispute.
           bool_or(e.runs) AND bool_and(e.disputed OR NOT e.runs) AND NOT bool_or(e.free) AS disputed,
           -- Where one of them is to be kept meanwhile, access is; what does not run has no say in it.
           CASE WHEN bool_and(e.on_dispute = 'suspend') FILTER (WHERE e.runs) THEN 'suspend' ELSE 'keep' END AS on_dispute,
           coalesce(min(e.starts_at) FILTER (WHERE e.starts_at > e.now), CASE WHEN count(e.starts_at) = 0 AND bool_or(e.shut) THEN timestamptz 'infinity' END)
               AS next_start,
           min(e.ends_at) FILTER (WHERE e.ends_at > e.now) AS next_end,
           min(e.starts_at) FILTER (WHERE e.ends_at > e.now) AS stretch_start,
           coalesce(max(e.ends_at) FILTER (WHERE e.starts_at < e.ends_at), max(e.ends_at), max(e.revoked_at)) AS ends_at, (max(e.place))[8]::bigint AS last_one, coalesce(bool_or(e.keeps), false) AS keeps,
           bool_or(e.runs) FILTER (WHERE NOT e.trial) AS live_running,
           coalesce(min(e.starts_at) FILTER (WHERE NOT e.trial AND e.starts_at > e.now),
                    CASE WHEN count(e.starts_at) FILTER (WHERE NOT e.trial) = 0 AND bool_or(e.shut) FILTER (WHERE NOT e.trial) THEN timestamptz 'infinity' END)
               AS live_next_start,
           min(e.starts_at) FILTER (WHERE NOT e.trial AND e.ends_at > e.now) AS live_stretch_start,
           coalesce(max(e.ends_at) FILTER (WHERE NOT e.trial AND e.starts_at < e.ends_at), max(e.ends_at) FILTER (WHERE NOT e.trial),
                    max(e.revoked_at) FILTER (WHERE NOT e.trial)) AS live_ends_at,
           (max(e.place) FILTER (WHERE NOT e.trial))[8]::bigint AS live_last_one, coalesce(bool_or(e.keeps) FILTER (WHERE NOT e.trial), false) AS live_keeps
      FROM counted e
     GROUP BY e.tenant_id, e.person_id, e.target_id, e.site_id
), whole AS (
    SELECT b.tenant_id, b.person_id, b.target_id, b.site_id, b.disputed, b.on_dispute, NOT l.counts AS trial,
           CASE WHEN l.counts THEN b.live_running ELSE b.running END AS running,
           CASE WHEN l.counts THEN b.live_next_start ELSE b.next_start END AS next_start,
           CASE WHEN l.counts THEN b.live_stretch_start ELSE b.stretch_start END AS stretch_start,
           CASE WHEN l.counts THEN b.live_ends_at ELSE b.ends_at END AS ends_at,
           CASE WHEN l.counts THEN b.live_last_one ELSE b.last_one END AS last_one,
           CASE WHEN l.counts THEN b.live_keeps ELSE b.keeps END AS keeps,
           -- Where live ones and ones in trial meet, or ones that are under dispute and others, each of their moments may change which of them count.
           CASE WHEN b.any_disputed OR b.any_trial AND b.live_running IS NOT NULL THEN nullif(least(b.next_start, b.next_end), 'infinity') END AS wake_at
      FROM both_ways b
     CROSS JOIN LATERAL (SELECT b.live_running IS NOT NULL AND (b.live_running OR NOT b.running) AS counts) l
), judged AS (
    SELECT w.*, o.now, o.zone, l.rule_id, l.document_id, coalesce(w.stretch_start, nullif(w.next_start, 'infinity'), l.starts_at, l.sold_at) AS starts_at,
           -- A cycle that was over before its subscription ended was not ended by that.
           CASE WHEN l.revoked_why = 'subscription' AND l.ends_at < l.revoked_at THEN 'term' ELSE coalesce(l.revoked_why, 'term') END AS ended_why,
           r.role, r.grace_days, r.notice_days, r.renews, CASE WHEN w.running AND w.keeps THEN 'keep' ELSE r.on_expiry END AS on_expiry, r.on_refund
      FROM whole w
     CROSS JOIN told o
      JOIN ctok.entitlement l ON l.tenant_id = w.tenant_id AND l.entitlement_id = w.last_one
      JOIN ctok.product_rule r ON r.tenant_id = l.tenant_id AND r.rule_id = l.rule_id
), known AS (
    SELECT j.*, n.given_at, m.user_id IS NOT NULL AS given_access, coalesce(f.fresh, true) AND g.rule_id IS NULL AS may_end,
           -- What a dispute suspended that was open when the term ended, for all we knew, and was won before its grace did, is as if it had been left open.
           CASE WHEN m.written_status = 0
                     OR NOT rule.taken_back(j.ended_why) AND j.now < rule.later(j.ends_at, make_interval(days => j.grace_days), j.zone)
                        AND EXISTS (SELECT 1 FROM rule.dispute x
                                     WHERE x.tenant_id = j.tenant_id AND x.document_id = j.document_id AND x.opened_at <= j.ends_at AND x.won_known_at > j.ends_at)
                THEN m.written_end END AS written_end,
           coalesce(v.override, CASE WHEN w.person_id IS NOT NULL THEN 'over' END) AS override, v.until_at AS override_until, v.begun_at AS override_at
      FROM judged j
      LEFT JOIN rule.notice_given n ON n.tenant_id = j.tenant_id AND n.person_id = j.person_id AND n.target_id = j.target_id
                                   AND n.debt_at = j.ends_at
      LEFT JOIN ctok.target t ON t.tenant_id = j.tenant_id AND t.target_id = j.target_id
      LEFT JOIN ctok.account a ON a.tenant_id = j.tenant_id AND a.site_id = j.site_id AND a.person_id = j.person_id
      LEFT JOIN ctok.managed m ON m.tenant_id = j.tenant_id AND m.site_id = j.site_id AND m.course_id = t.course_id
                              AND m.user_id = a.user_id
      LEFT JOIN rule.target_fresh f ON f.tenant_id = j.tenant_id AND f.target_id = j.target_id
      LEFT JOIN rule.rule_gone g ON g.tenant_id = j.tenant_id AND g.rule_id = j.rule_id AND g.target_id = j.target_id
      LEFT JOIN rule.access_override v ON v.tenant_id = j.tenant_id AND v.person_id = j.person_id AND v.target_id = j.target_id
      LEFT JOIN rule.override_over w ON w.tenant_id = j.tenant_id AND w.person_id = j.person_id AND w.target_id = j.target_id
)
SELECT k.tenant_id, k.person_id, k.target_id, k.site_id, s.state, s.why_now AS why, s.wanted, k.starts_at, k.ends_at, s.debt_at, s.suspend_at,
       CASE WHEN s.state IN ('active', 'held', 'grace')
            THEN rule.moodle_start(CASE s.why_now WHEN 'allowed' THEN least(k.starts_at, k.override_at) ELSE k.starts_at END) END AS wanted_start, s.wanted_end,
       k.role, k.rule_id, k.trial, least(k.wake_at, nullif(s.next_change_at, 'infinity')) AS next_change_at, k.notice_days
  FROM known k
 CROSS JOIN LATERAL rule.access_state(k.running, k.disputed, k.next_start, k.ends_at, k.ended_why, k.on_expiry, k.on_refund, k.on_dispute, k.grace_days,
                                      k.notice_days, k.renews, k.trial, k.given_access, k.given_at, k.may_end, k.written_end, k.override, k.override_until,
                                      k.now, k.zone) s;
