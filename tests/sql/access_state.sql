-- What state an access is in (rule.access_state), at 03:00 on 10 May: paid until then or not, with 4 days of grace, none, or no end of it, and 3 days
-- after a notice.
SET work_mem = '256MB';
CREATE TEMP TABLE access_case AS
SELECT r.*, n.next_start, e.*, y.*, p.*, g.*, m.*, t.*, v.*, k.*, s.*, o.*, timestamptz '2026-05-10 03:00Z' AS now
  FROM (VALUES (true, true), (true, false), (false, false)) r (running, disputed)
 CROSS JOIN (VALUES (NULL::timestamptz), ('2026-06-01')) n (next_start)
 CROSS JOIN (VALUES ('2026-05-09Z'::timestamptz, 'yesterday'), ('2026-05-01Z', 'long ago'), ('2026-05-06 03:00Z', 'long ago'), ('2026-05-10 04:00Z', 'ahead'),
                    ('2026-05-20Z', 'ahead'), ('infinity', 'ahead')) e (ends_at, ended)
 CROSS JOIN (VALUES ('term', false), ('unpaid', false), ('subscription', false), ('overdue', false), ('disabled', false), ('refund', true), ('cancelled', true), ('dispute', true),
                    ('line_gone', true), ('test_order', true)) y (why, taken_back)
 CROSS JOIN (VALUES ('suspend', 'keep'), ('unenrol', 'suspend'), ('keep', 'unenrol'), ('suspend', 'suspend')) p (on_expiry, on_refund)
 CROSS JOIN (VALUES (0, '0'), (4, '4'), (NULL, 'never')) g (grace_days, grace)
 CROSS JOIN (VALUES (NULL::timestamptz, 'not'), ('2026-05-09Z', 'just now'), ('2026-05-02Z', 'in time')) m (given_at, told)
 CROSS JOIN (VALUES (true), (false)) t (trial)
 CROSS JOIN (VALUES (true, true), (true, false), (false, false)) v (given_access, open)
 CROSS JOIN (VALUES (true), (false)) k (may_end)
 CROSS JOIN (VALUES ('keep'), ('suspend')) s (on_dispute)
 CROSS JOIN (VALUES (NULL, NULL::timestamptz), ('allow', '2026-05-15Z'), ('allow', 'infinity'), ('deny', '2026-05-15Z'), ('drop', 'infinity'),
                    ('over', NULL)) o (override, override_until)
 -- What runs is paid for some time yet; what begins is paid until later.
 WHERE NOT (r.running AND e.ended <> 'ahead') AND NOT (n.next_start IS NOT NULL AND e.ends_at <> 'infinity')
   AND NOT (NOT r.running AND n.next_start IS NULL AND e.ended = 'ahead')
   -- (Of what ended it the first and the last of each kind meet everything; the others what has to do with ends.)
   AND (y.why IN ('term', 'disabled', 'refund', 'test_order') OR k.may_end AND s.on_dispute = 'keep' AND o.override IS NULL);

-- Has the time come that nothing keeps access? NULL: whatever. (What is not open, because a dispute or an earlier debt suspended it, nothing keeps.)
CREATE TEMP TABLE over_when (grace text, ended text, told text, trial boolean, over boolean);
INSERT INTO over_when VALUES
-- No grace is no grace; one without end has none.
('0', NULL, NULL, NULL, true),
('never', NULL, NULL, NULL, false),
-- Grace is past, and so is the time after the notice; nobody is cut off before it was taken. In trial none leaves.
('4', 'ahead', NULL, NULL, false),
('4', 'yesterday', NULL, NULL, false),
('4', 'long ago', 'in time', NULL, true),
('4', 'long ago', 'just now', false, false),
('4', 'long ago', 'not', false, false),
('4', 'long ago', 'just now', true, true),
('4', 'long ago', 'not', true, true);

-- `policy` is on_refund for a sale that was taken back, on_expiry for what is owed.
CREATE TEMP TABLE state_when (running boolean, disputed boolean, next boolean, taken_back boolean, policy text, given boolean, over boolean,
                              on_dispute text, state text, wanted text);
INSERT INTO state_when VALUES
-- Paid for: access. Under dispute, what was given stays or waits, and nothing is given.
(true,  false, NULL,  NULL,  NULL,      NULL,  NULL,  NULL,      'active',    'active'),
(true,  true,  NULL,  NULL,  NULL,      true,  NULL,  'keep',    'held',      'active'),
(true,  true,  NULL,  NULL,  NULL,      true,  NULL,  'suspend', 'held',      'suspended'),
(true,  true,  NULL,  NULL,  NULL,      false, NULL,  NULL,      'held',      'untouched'),
(false, NULL,  true,  NULL,  NULL,      NULL,  NULL,  NULL,      'pending',   'untouched'),
-- Over: what was never given needs no end, and what is to be kept gets none.
(false, NULL,  false, false, NULL,      false, NULL,  NULL,      'ended',     'untouched'),
(false, NULL,  false, true,  NULL,      false, NULL,  NULL,      'revoked',   'untouched'),
(false, NULL,  false, false, 'keep',    true,  NULL,  NULL,      'ended',     'untouched'),
(false, NULL,  false, true,  'keep',    true,  NULL,  NULL,      'revoked',   'untouched'),
-- Else there is grace, for a refund as for a debt, and then the end that the rule says.
(false, NULL,  false, NULL,  'suspend', true,  false, NULL,      'grace',     'active'),
(false, NULL,  false, NULL,  'unenrol', true,  false, NULL,      'grace',     'active'),
(false, NULL,  false, false, 'suspend', true,  true,  NULL,      'suspended', 'suspended'),
(false, NULL,  false, false, 'unenrol', true,  true,  NULL,      'ended',     'unenrolled'),
(false, NULL,  false, true,  'suspend', true,  true,  NULL,      'revoked',   'suspended'),
(false, NULL,  false, true,  'unenrol', true,  true,  NULL,      'revoked',   'unenrolled');

-- What a person decided, over what the rules say (`by_rule`: grace is access that somebody would lose; pending is told apart for what was allowed before).
CREATE TEMP TABLE decided_when (override text, by_rule text, given boolean, state text, wanted text, why text);
INSERT INTO decided_when VALUES
-- Without a decision, and where it asks for what is so anyway, the rules hold.
(NULL,    NULL,         NULL,  NULL,        NULL,        NULL),
('allow', 'active',     NULL,  NULL,        NULL,        NULL),
('deny',  'suspended',  NULL,  NULL,        NULL,        NULL),
('deny',  'unenrolled', NULL,  NULL,        NULL,        NULL),
('deny',  'untouched',  false, NULL,        NULL,        NULL),
('drop',  'suspended',  NULL,  NULL,        NULL,        NULL),
('drop',  'unenrolled', NULL,  NULL,        NULL,        NULL),
('drop',  'untouched',  false, NULL,        NULL,        NULL),
-- What was allowed and is so no longer ends at once where nothing has begun; a debt is one like any other.
('over',  'pending',    true,  'pending',   'suspended', 'decision'),
('over',  'pending',    false, NULL,        NULL,        NULL),
('over',  'active',     NULL,  NULL,        NULL,        NULL),
('over',  'grace',      NULL,  NULL,        NULL,        NULL),
('over',  'suspended',  NULL,  NULL,        NULL,        NULL),
('over',  'unenrolled', NULL,  NULL,        NULL,        NULL),
('over',  'untouched',  NULL,  NULL,        NULL,        NULL),
-- Allowed is access, whatever ended it, disputes it, or is to begin later.
('allow', 'grace',      NULL,  'active',    'active',    'allowed'),
('allow', 'suspended',  NULL,  'active',    'active',    'allowed'),
('allow', 'unenrolled', NULL,  'active',    'active',    'allowed'),
('allow', 'untouched',  NULL,  'active',    'active',    'allowed'),
-- Denied, and left, is none: what was given is suspended, never removed.
('deny',  'active',     true,  'suspended', 'suspended', 'denied'),
('deny',  'active',     false, 'suspended', 'untouched', 'denied'),
('deny',  'grace',      true,  'suspended', 'suspended', 'denied'),
('deny',  'untouched',  true,  'suspended', 'suspended', 'denied'),
('drop',  'active',     true,  'suspended', 'suspended', 'dropped'),
('drop',  'active',     false, 'suspended', 'untouched', 'dropped'),
('drop',  'grace',      true,  'suspended', 'suspended', 'dropped'),
('drop',  'untouched',  true,  'suspended', 'suspended', 'dropped');

-- What the tables say of each case: how many rows of each fit, and the one. (Each is asked once for what it looks at, not once for each case; and a wrong
-- rule is found soon in cases that are shuffled.)
CREATE TEMP TABLE state_case AS
WITH over_said AS (
    SELECT k.*, count(o.grace) AS rows_of_over, bool_or(o.over) AS over
      FROM (SELECT DISTINCT grace, ended, told, trial FROM access_case) k
      LEFT JOIN over_when o ON o.grace = k.grace AND coalesce(o.ended, k.ended) = k.ended AND coalesce(o.told, k.told) = k.told
                           AND coalesce(o.trial, k.trial) = k.trial
     GROUP BY k.grace, k.ended, k.told, k.trial
), known AS (
    SELECT c.*, c.next_start IS NOT NULL AS next, CASE WHEN c.taken_back THEN c.on_refund ELSE c.on_expiry END AS policy, o.rows_of_over,
           o.over OR (c.given_access AND NOT c.open) AS over
      FROM access_case c
      JOIN over_said o ON o.grace = c.grace AND o.ended = c.ended AND o.told = c.told AND o.trial = c.trial
), state_said AS (
    SELECT k.*, count(t.state) AS rows_of_state, min(t.state) AS said_state, min(t.wanted) AS said_wanted
      FROM (SELECT DISTINCT running, disputed, next, taken_back, policy, given_access, over, on_dispute FROM known) k
      LEFT JOIN state_when t ON t.running = k.running AND coalesce(t.disputed, k.disputed) = k.disputed AND coalesce(t.next, k.next) = k.next
                            AND coalesce(t.taken_back, k.taken_back) = k.taken_back AND coalesce(t.policy, k.policy) = k.policy
                            AND coalesce(t.given, k.given_access) = k.given_access AND coalesce(t.over, k.over) = k.over
                            AND coalesce(t.on_dispute, k.on_dispute) = k.on_dispute
     GROUP BY k.running, k.disputed, k.next, k.taken_back, k.policy, k.given_access, k.over, k.on_dispute
), judged_by_rule AS (
    SELECT k.*, s.rows_of_state, s.said_state, s.said_wanted, coalesce(k.override, '') AS decision,
           CASE WHEN s.said_state = 'grace' OR k.override = 'over' AND s.said_state = 'pending' THEN s.said_state ELSE s.said_wanted END AS by_rule
      FROM known k
      JOIN state_said s ON s.running = k.running AND s.disputed = k.disputed AND s.next = k.next AND s.taken_back = k.taken_back AND s.policy = k.policy
                       AND s.given_access = k.given_access AND s.over = k.over AND s.on_dispute = k.on_dispute
), decided_said AS (
    SELECT k.*, count(q.found) AS rows_of_decided, min(q.state) AS decided_state,
           min(q.wanted) AS decided_wanted, min(q.why) AS decided_why
      FROM (SELECT DISTINCT decision, by_rule, given_access FROM judged_by_rule) k
      LEFT JOIN (SELECT true AS found, d.* FROM decided_when d) q ON coalesce(q.override, '') = k.decision AND coalesce(q.given, k.given_access) = k.given_access
                                                              AND coalesce(q.by_rule, k.by_rule) = k.by_rule
     GROUP BY k.decision, k.by_rule, k.given_access
)
SELECT j.*, d.rows_of_decided, d.decided_state, d.decided_wanted, d.decided_why
  FROM judged_by_rule j
  JOIN decided_said d ON d.decision = j.decision AND d.by_rule = j.by_rule AND d.given_access = j.given_access
 ORDER BY random();

CREATE TEMP VIEW judged AS
-- (Moodle ends the row tomorrow, as we last wrote.)
SELECT c.*, s.*,
       c.rows_of_over = 1 AND c.rows_of_state = 1 AND c.rows_of_decided = 1
       AND (s.state, s.wanted) IS NOT DISTINCT FROM (coalesce(c.decided_state, c.said_state), coalesce(c.decided_wanted, c.said_wanted))
       AND s.why_now = coalesce(c.decided_why, CASE s.state WHEN 'held' THEN 'disputed' ELSE c.why END)
       -- What is allowed owes nothing.
       AND s.debt_at IS NOT DISTINCT FROM CASE WHEN c.ended <> 'ahead' AND c.decided_why IS DISTINCT FROM 'allowed' THEN c.ends_at END
       AND s.suspend_at IS NOT DISTINCT FROM CASE WHEN c.ended <> 'ahead' AND c.decided_why IS DISTINCT FROM 'allowed' THEN coalesce(c.ends_at + c.grace_days * interval '1 day', 'infinity') END
       -- Moodle's own end: only for what is to be open; none where time ends nothing; and not before ours may come.
       AND (s.wanted_end IS NOT NULL) = (s.wanted = 'active')
       AND (c.decided_why IS DISTINCT FROM 'allowed'
            OR s.wanted_end = CASE WHEN c.on_expiry = 'keep' OR c.override_until = 'infinity' THEN 0 ELSE extract(epoch FROM c.override_until + interval '7 days') END)
       AND (s.wanted <> 'active' OR c.decided_why = 'allowed'
            OR (s.wanted_end = 0) = (c.ends_at = 'infinity' OR c.grace_days IS NULL OR (s.state <> 'grace' AND c.on_expiry = 'keep')))
       AND (s.wanted <> 'active' OR s.wanted_end = 0 OR c.decided_why = 'allowed'
            OR s.wanted_end >= extract(epoch FROM greatest(c.ends_at + c.grace_days * interval '1 day',
                                                           CASE WHEN s.state = 'grace' AND NOT c.trial THEN coalesce(c.given_at, c.now) + interval '3 days' END)))
       -- When to look again: when time changes something, and every night at what may not end yet or whose notice is on its way.
       AND s.next_change_at IS NOT DISTINCT FROM least(CASE WHEN c.decided_why IS NOT NULL THEN nullif(c.override_until, 'infinity') END, CASE
               WHEN c.said_wanted IN ('suspended', 'unenrolled') AND NOT c.may_end THEN '-infinity'::timestamptz
               WHEN c.said_state IN ('active', 'held') THEN nullif(c.ends_at, 'infinity')
               WHEN c.said_state = 'pending' THEN CASE WHEN c.decided_why = 'decision' AND NOT c.may_end THEN '-infinity' ELSE c.next_start END
               WHEN c.said_state <> 'grace' OR c.grace_days IS NULL THEN NULL
               WHEN c.told = 'not' AND NOT c.trial THEN c.now
               ELSE greatest(c.ends_at + c.grace_days * interval '1 day', CASE WHEN NOT c.trial THEN c.given_at + interval '3 days' END) END)
       AS right_so
  FROM state_case c
 CROSS JOIN LATERAL rule.access_state(c.running, c.disputed, c.next_start, c.ends_at, c.why, c.on_expiry, c.on_refund, c.on_dispute, c.grace_days, 3,
                                      false, c.trial, c.given_access, c.given_at, c.may_end, CASE WHEN c.open THEN extract(epoch FROM c.now)::bigint + 86400 END,
                                      c.override, c.override_until, c.now, 'UTC') s;
