-- The life of an access as pure functions of their arguments: when a right to it ends before its time, what state an access is in, and what Moodle
-- lacks. They read no table and no setting. Views bring the facts (20_refund.sql, 40_access.sql, 50_gap.sql) and call them in FROM, where they are
-- inlined; tests/unit/test_state.c tries them on all that can meet.

-- Is an access over because its sale was taken back? What else ends it is a debt, which may be paid: a term that is over, a payment that was taken
-- back, a subscription that ended early, the rest of an invoice that is overdue; or a client that is disabled, who may be enabled again.
CREATE FUNCTION rule.taken_back(why text) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN why NOT IN ('term', 'unpaid', 'subscription', 'overdue', 'disabled');

-- What a person has, and is to have in Moodle, at ${now}:
-- running       some right to the course runs; of several that is enough
-- disputed      and every one that runs is under dispute
-- next_start    when the next one begins, if any
-- ends_at       until when it is paid: the last end of all
-- why           what ended the last one: 'term', or why it was revoked
-- on_expiry … on_dispute  its rule; grace_days NULL: never
-- trial         nothing of it is carried out, so no notice leaves either
-- given_access  there is an enrolment of ours
-- given_at      when the notice of this debt counts as given
-- may_end       all on whose word access ends has spoken
-- written_end   Moodle's own end as we wrote it; NULL: there is no enrolment that we left open
-- override      what a person decided: 'allow', 'deny', 'drop' (the learner left); until override_until, 'infinity' until it is taken back. 'over': nobody
--               decides so any more, and what Moodle shows was given by an 'allow'
CREATE FUNCTION rule.access_state(
    running boolean, disputed boolean, next_start timestamptz, ends_at timestamptz, why text, on_expiry text, on_refund text, on_dispute text,
    grace_days integer, notice_days integer, renews boolean, trial boolean, given_access boolean, given_at timestamptz, may_end boolean,
    written_end bigint, override text, override_until timestamptz, now timestamptz, zone text
) RETURNS TABLE (state text, wanted text, why_now text, debt_at timestamptz, suspend_at timestamptz, wanted_end bigint, next_change_at timestamptz)
    LANGUAGE sql STABLE PARALLEL SAFE AS
$$
SELECT CASE s.decided WHEN 'allowed' THEN 'active' WHEN 'denied' THEN 'suspended' WHEN 'dropped' THEN 'suspended' ELSE s.state END,
       -- What is denied is suspended, never removed, whatever else ends it.
       CASE WHEN s.decided = 'allowed' THEN 'active' WHEN s.decided IS NULL THEN s.wanted WHEN given_access THEN 'suspended' ELSE 'untouched' END,
       coalesce(s.decided, CASE s.state WHEN 'held' THEN 'disputed' ELSE why END),
       -- What is allowed owes nothing meanwhile. When that is over, so is its cure, and the learner is told anew.
       CASE WHEN s.decided IS DISTINCT FROM 'allowed' THEN s.debt_at END,
       CASE WHEN s.decided IS DISTINCT FROM 'allowed' AND s.debt_at IS NOT NULL THEN s.suspend_at END,
       -- Where nothing is to end by time, Moodle must not end it either.
       CASE WHEN s.decided = 'allowed' THEN CASE WHEN on_expiry = 'keep' THEN 0
                                                 ELSE rule.moodle_end(rule.later(override_until, rule.tail(renews), zone)) END
            WHEN s.decided IS NOT NULL OR s.wanted <> 'active' THEN NULL
            WHEN s.state <> 'grace' THEN CASE WHEN on_expiry = 'keep' THEN 0 ELSE rule.moodle_end(s.tail_end) END
            -- Moodle must not end by itself what we may not end yet: its end moves out while the notice is unsent, and lies no earlier than the
            -- day that the notice named.
            WHEN s.notice_wanted THEN rule.held_end(s.tail_end, written_end, now, rule.tail(renews), zone)
            ELSE rule.moodle_end(greatest(s.tail_end, rule.day_end(s.due_at, zone))) END,
       least(CASE WHEN s.decided IS NOT NULL THEN nullif(override_until, 'infinity') END, CASE s.state
           WHEN 'active' THEN nullif(ends_at, 'infinity')
           -- What may not end yet is looked at every night.
           WHEN 'held' THEN CASE WHEN s.wanted = 'suspended' AND NOT may_end THEN timestamptz '-infinity' ELSE nullif(ends_at, 'infinity') END
           WHEN 'pending' THEN CASE WHEN s.decided = 'decision' AND NOT may_end THEN timestamptz '-infinity' ELSE next_start END
           WHEN 'grace' THEN CASE WHEN s.notice_wanted THEN now ELSE nullif(s.due_at, 'infinity') END
           ELSE CASE WHEN s.wanted <> 'untouched' AND NOT may_end THEN timestamptz '-infinity' END
       END)
  FROM (SELECT w.*, CASE
                   -- A decision changes what the rules would do otherwise, and nothing else. Grace is access that somebody would lose.
                   WHEN override = 'allow' AND (w.wanted <> 'active' OR w.state = 'grace') THEN 'allowed'
                   -- What the rules leave open is access, too.
                   WHEN override IN ('deny', 'drop') AND (w.wanted = 'active' OR given_access AND w.wanted = 'untouched')
                   THEN CASE override WHEN 'deny' THEN 'denied' ELSE 'dropped' END
                   -- What was given before its time ends with the decision that gave it: no rule owes it any grace.
                   WHEN override = 'over' AND w.state = 'pending' AND given_access THEN 'decision'
               END AS decided
          FROM (SELECT d.*, CASE
                           -- While its payment is under dispute, access that was given is kept or suspended, never removed, and none is given.
                           WHEN d.state = 'held' THEN CASE WHEN NOT given_access THEN 'untouched' WHEN on_dispute = 'suspend' THEN 'suspended' ELSE 'active' END
                           WHEN d.state IN ('active', 'grace') THEN 'active'
                           WHEN d.state = 'pending' OR NOT given_access THEN 'untouched'
                           ELSE CASE d.policy WHEN 'suspend' THEN 'suspended' WHEN 'unenrol' THEN 'unenrolled' ELSE 'untouched' END
                       END AS wanted
                  FROM (SELECT g.*, CASE
                                   WHEN running AND disputed THEN 'held'
                                   WHEN running THEN 'active'
                                   WHEN next_start IS NOT NULL THEN 'pending'
                                   -- Grace keeps access that there is; it gives none, and opens none again that was suspended.
                                   WHEN written_end IS NOT NULL AND g.policy <> 'keep' AND (g.notice_wanted OR now < g.due_at) THEN 'grace'
                                   WHEN rule.taken_back(why) THEN 'revoked'
                                   WHEN given_access AND g.policy = 'suspend' THEN 'suspended'
                                   ELSE 'ended'
                               END AS state
                          FROM (SELECT x.*, CASE WHEN rule.taken_back(why) THEN on_refund ELSE on_expiry END AS policy,
                                       CASE WHEN ends_at <= now THEN ends_at END AS debt_at,
                                       -- The end waits for the notice, but where there is no grace; in trial no notice leaves, so none is waited for.
                                       coalesce(grace_days > 0, false) AND NOT trial AND given_at IS NULL AS notice_wanted,
                                       CASE WHEN grace_days = 0 OR trial THEN x.suspend_at
                                            ELSE greatest(x.suspend_at, rule.later(given_at, make_interval(days => notice_days), zone)) END AS due_at
                                  FROM (SELECT coalesce(rule.later(ends_at, make_interval(days => grace_days), zone), 'infinity') AS suspend_at,
                                               rule.later(ends_at, make_interval(days => grace_days) + rule.tail(renews), zone) AS tail_end
                                        OFFSET 0) x) g
                        OFFSET 0) d
        OFFSET 0) w) s -- judged once, however often it is read above
$$;

-- Where Moodle differs from what is wanted of one enrolment: NULL when in step, the kind of an action, or a finding's class when a person must act
-- first. Of what is not there the facts are NULL.
-- pinned, course_there, manual           the course: known by id, in Moodle, with a manual method
-- account, several, there, shut_out      the person's account: known, or in doubt; in Moodle (or made by us just now); suspended as a whole
-- protected                              it must be left alone
-- present … time_end                     the enrolment as the mirror shows it; managed: it is ours
-- waits, end_held                        a removal may not come now, for silence; or is held
-- now_s                                  seconds since 1970
CREATE FUNCTION rule.row_gap(
    state text, wanted text, wanted_start bigint, wanted_end bigint, pinned boolean, course_there boolean, manual boolean, account boolean,
    several boolean, there boolean, shut_out boolean, protected boolean, present boolean, managed boolean, active boolean, read_level integer,
    status integer, time_start bigint, time_end bigint, waits boolean, end_held boolean, now_s bigint
) RETURNS TABLE (gap text)
    LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$
SELECT CASE
           WHEN wanted = 'untouched' THEN CASE WHEN state = 'held' THEN 'DISPUTED' END
           WHEN wanted = 'active' THEN CASE
               WHEN NOT pinned THEN 'COURSE_MISSING'
               WHEN NOT course_there THEN 'COURSE_GONE'
               WHEN NOT account AND several THEN 'AMBIGUOUS_ACCOUNT'
               WHEN account AND NOT there THEN 'ACCOUNT_GONE'
               WHEN NOT manual THEN 'NO_MANUAL_METHOD'
               WHEN protected THEN 'PROTECTED_ACCOUNT'
               WHEN NOT present THEN 'enrol'
               WHEN NOT managed AND active THEN 'ALREADY_ENROLLED'
               WHEN NOT managed AND read_level < 3 AND status = 0 AND time_end <> 0 AND time_end <= now_s THEN 'take_over'
               WHEN NOT managed THEN 'FOREIGN_ROW'
               WHEN status <> 0 AND state = 'held' THEN 'DISPUTED'
               WHEN status <> 0 THEN 'resume'
               -- What Moodle ended by itself, while nobody of ours was there, is not begun anew for somebody who owes; but where no debt ends it.
               WHEN state = 'grace' AND wanted_end <> 0 AND time_end <> 0 AND time_end <= now_s THEN NULL
               WHEN time_end <> 0 AND (wanted_end = 0 OR time_end < wanted_end) THEN 'extend'
               WHEN time_start > wanted_start THEN 'extend'
               -- In step, but for an account that somebody shut out as a whole; we never did, so a person must undo it.
               WHEN state IN ('active', 'held') AND shut_out THEN 'ACCOUNT_SUSPENDED'
           END
           WHEN NOT present OR NOT managed THEN CASE WHEN state = 'held' THEN 'DISPUTED' END
           WHEN protected THEN 'PROTECTED_ACCOUNT'
           WHEN wanted = 'suspended' AND status <> 0 THEN CASE WHEN state = 'held' THEN 'DISPUTED' END
           -- Moodle must not end by itself what we may not: its end moves out while ours waits, or is held. What is over stays over.
           WHEN status = 0 AND time_end > now_s AND time_end < now_s + 3 * 86400 AND (waits OR end_held) THEN 'extend'
           WHEN waits THEN 'END_WAITS'
           WHEN wanted = 'suspended' THEN 'suspend'
           WHEN wanted = 'unenrolled' THEN 'unenrol'
       END
$$;
