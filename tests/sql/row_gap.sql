-- Where Moodle differs from what is wanted (rule.row_gap). `about` stands for course and account: one thing at a time. Ends are days from now; "far" is
-- what is wanted.
CREATE TEMP TABLE gap_case AS
SELECT s.*, a.*, r.*, f.*, z.*, q.*, e.*, x.*, b.*, a.about NOT IN ('in doubt', 'none yet') AS account, 1770000000::bigint AS now_s
  FROM (VALUES ('active', 'active'), ('grace', 'active'), ('held', 'active'), ('held', 'untouched'), ('held', 'suspended'), ('pending', 'untouched'),
               ('ended', 'untouched'), ('suspended', 'suspended'), ('revoked', 'suspended'), ('revoked', 'unenrolled'), ('ended', 'unenrolled')) s (state, wanted)
 CROSS JOIN (VALUES ('fine'), ('not pinned'), ('course gone'), ('in doubt'), ('account gone'), ('no manual'), ('protected'), ('shut out'), ('none yet')) a (about)
 CROSS JOIN (VALUES ('none'), ('ours'), ('not ours')) r (whose)
 CROSS JOIN (VALUES (0, true), (0, false), (1, false)) f (status, active)
 CROSS JOIN (VALUES (1), (2), (3)) z (read_level)
 CROSS JOIN (VALUES ('no end', 0), ('past', -1), ('near', 2), ('short', 10), ('far', 40)) q (shown, end_in)
 CROSS JOIN (VALUES ('far', 40), ('no end', 0)) e (wants, wanted_in)
 CROSS JOIN (VALUES ('', false, false), ('waits', true, false), ('held', false, true)) x (stopped, waits, end_held)
 CROSS JOIN (VALUES (false), (true)) b (begins_late);

-- NULL: whatever. `over` is suspended or unenrolled; {other} is all but protected.
CREATE TEMP TABLE gap_when (wanted text, state text[], about text[], whose text, active boolean, status integer, level integer[], shown text[], wants text,
                            stopped text[], late boolean, gap text);
INSERT INTO gap_when VALUES
-- Nothing is wanted.
('untouched',  '{pending,ended}', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
('untouched',  '{held}', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'DISPUTED'),
-- Access is wanted, and something else is wrong.
('active', NULL, '{not pinned}', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'COURSE_MISSING'),
('active', NULL, '{course gone}', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'COURSE_GONE'),
('active', NULL, '{in doubt}', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'AMBIGUOUS_ACCOUNT'),
('active', NULL, '{account gone}', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'ACCOUNT_GONE'),
('active', NULL, '{no manual}', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'NO_MANUAL_METHOD'),
('active', NULL, '{protected}', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'PROTECTED_ACCOUNT'),
-- No row; or one that is not ours, of which one that ended by itself is taken over where the level shows it.
('active', NULL, '{fine,shut out,none yet}', 'none', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'enrol'),
('active', NULL, '{fine,shut out,none yet}', 'not ours', true, NULL, NULL, NULL, NULL, NULL, NULL, 'ALREADY_ENROLLED'),
('active', NULL, '{fine,shut out,none yet}', 'not ours', false, 0, '{1,2}', '{past}', NULL, NULL, NULL, 'take_over'),
('active', NULL, '{fine,shut out,none yet}', 'not ours', false, 0, '{1,2}', '{no end,near,short,far}', NULL, NULL, NULL, 'FOREIGN_ROW'),
('active', NULL, '{fine,shut out,none yet}', 'not ours', false, 0, '{3}', NULL, NULL, NULL, NULL, 'FOREIGN_ROW'),
('active', NULL, '{fine,shut out,none yet}', 'not ours', false, 1, NULL, NULL, NULL, NULL, NULL, 'FOREIGN_ROW'),
-- Ours: opened again, but for a dispute; or moved out, never in.
('active', '{active,grace}', '{fine,shut out,none yet}', 'ours', NULL, 1, NULL, NULL, NULL, NULL, NULL, 'resume'),
('active', '{held}', '{fine,shut out,none yet}', 'ours', NULL, 1, NULL, NULL, NULL, NULL, NULL, 'DISPUTED'),
('active', NULL, '{fine,shut out,none yet}', 'ours', NULL, 0, NULL, '{near,short}', NULL, NULL, NULL, 'extend'),
-- What Moodle ended by itself begins anew for what is paid for, and where no debt ends it; not for a debt.
('active', '{active,held}', '{fine,shut out,none yet}', 'ours', NULL, 0, NULL, '{past}', NULL, NULL, NULL, 'extend'),
('active', '{grace}', '{fine,shut out,none yet}', 'ours', NULL, 0, NULL, '{past}', 'no end', NULL, NULL, 'extend'),
('active', '{grace}', '{fine,shut out,none yet}', 'ours', NULL, 0, NULL, '{past}', 'far', NULL, NULL, NULL),
('active', NULL, '{fine,shut out,none yet}', 'ours', NULL, 0, NULL, '{far}', 'no end', NULL, NULL, 'extend'),
('active', NULL, '{fine,shut out,none yet}', 'ours', NULL, 0, NULL, '{far}', 'far', NULL, true, 'extend'),
('active', NULL, '{fine,shut out,none yet}', 'ours', NULL, 0, NULL, '{no end}', NULL, NULL, true, 'extend'),
('active', NULL, '{fine,none yet}', 'ours', NULL, 0, NULL, '{far}', 'far', NULL, false, NULL),
('active', NULL, '{fine,none yet}', 'ours', NULL, 0, NULL, '{no end}', NULL, NULL, false, NULL),
('active', '{active,held}', '{shut out}', 'ours', NULL, 0, NULL, '{far}', 'far', NULL, false, 'ACCOUNT_SUSPENDED'),
('active', '{active,held}', '{shut out}', 'ours', NULL, 0, NULL, '{no end}', NULL, NULL, false, 'ACCOUNT_SUSPENDED'),
('active', '{grace}', '{shut out}', 'ours', NULL, 0, NULL, '{far}', 'far', NULL, false, NULL),
('active', '{grace}', '{shut out}', 'ours', NULL, 0, NULL, '{no end}', NULL, NULL, false, NULL),
-- Access is over, or waits for a dispute: only ours ends.
('over', '{suspended,revoked,ended}', NULL, 'none', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
('over', '{suspended,revoked,ended}', NULL, 'not ours', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
('suspended', '{held}', NULL, 'none', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'DISPUTED'),
('suspended', '{held}', NULL, 'not ours', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'DISPUTED'),
('over', NULL, '{protected}', 'ours', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'PROTECTED_ACCOUNT'),
('suspended', '{suspended,revoked}', '{other}', 'ours', NULL, 1, NULL, NULL, NULL, NULL, NULL, NULL),
('suspended', '{held}', '{other}', 'ours', NULL, 1, NULL, NULL, NULL, NULL, NULL, 'DISPUTED'),
-- Moodle must not end by itself what we may not end.
('over', NULL, '{other}', 'ours', NULL, 0, NULL, '{near}', NULL, '{waits,held}', NULL, 'extend'),
('over', NULL, '{other}', 'ours', NULL, 0, NULL, '{no end,past,short,far}', NULL, '{waits}', NULL, 'END_WAITS'),
('unenrolled', NULL, '{other}', 'ours', NULL, 1, NULL, NULL, NULL, '{waits}', NULL, 'END_WAITS'),
('unenrolled', NULL, '{other}', 'ours', NULL, 1, NULL, NULL, NULL, '{"",held}', NULL, 'unenrol'),
('suspended', NULL, '{other}', 'ours', NULL, 0, NULL, NULL, NULL, '{""}', NULL, 'suspend'),
('suspended', NULL, '{other}', 'ours', NULL, 0, NULL, '{no end,past,short,far}', NULL, '{held}', NULL, 'suspend'),
('unenrolled', NULL, '{other}', 'ours', NULL, 0, NULL, NULL, NULL, '{""}', NULL, 'unenrol'),
('unenrolled', NULL, '{other}', 'ours', NULL, 0, NULL, '{no end,past,short,far}', NULL, '{held}', NULL, 'unenrol');

-- What the table says of each case: how many rows fit, and the one. (A wrong rule is found soon in cases that are shuffled.)
CREATE TEMP TABLE gap_said AS
WITH near AS (
    SELECT k.wanted, k.state, k.about, k.whose, t.active, t.status, t.level, t.shown, t.wants, t.stopped, t.late, t.gap
      FROM (SELECT DISTINCT wanted, state, about, whose FROM gap_case) k
      JOIN gap_when t ON (t.wanted = k.wanted OR t.wanted = 'over' AND k.wanted IN ('suspended', 'unenrolled')) AND (t.state IS NULL OR k.state = ANY (t.state))
                     AND (t.about IS NULL OR k.about = ANY (t.about) OR t.about = '{other}' AND k.about <> 'protected') AND (t.whose IS NULL OR t.whose = k.whose)
)
SELECT c.*, count(t.wanted) AS fits, min(t.gap) AS said
  FROM gap_case c
  LEFT JOIN near t ON t.wanted = c.wanted AND t.state = c.state AND t.about = c.about AND t.whose = c.whose
                  AND (t.active IS NULL OR t.active = c.active) AND (t.status IS NULL OR t.status = c.status)
                  AND (t.level IS NULL OR c.read_level = ANY (t.level)) AND (t.shown IS NULL OR c.shown = ANY (t.shown))
                  AND (t.wants IS NULL OR t.wants = c.wants) AND (t.stopped IS NULL OR c.stopped = ANY (t.stopped))
                  AND (t.late IS NULL OR t.late = c.begins_late)
 GROUP BY c.state, c.wanted, c.about, c.whose, c.status, c.active, c.read_level, c.shown, c.end_in, c.wants, c.wanted_in, c.stopped, c.waits, c.end_held,
          c.begins_late, c.account, c.now_s
 ORDER BY random();

CREATE TEMP VIEW judged AS
SELECT c.*, g.gap, c.fits = 1 AND g.gap IS NOT DISTINCT FROM c.said AS right_so
  FROM gap_said c
 CROSS JOIN LATERAL (SELECT c.whose <> 'none' AS present, c.about NOT IN ('not pinned', 'course gone') AS course) h
 CROSS JOIN LATERAL rule.row_gap(c.state, c.wanted, 1000, CASE WHEN c.wanted_in = 0 THEN 0 ELSE c.now_s + c.wanted_in * 86400 END,
                                 c.about <> 'not pinned', h.course, h.course AND c.about <> 'no manual', c.account, c.about = 'in doubt',
                                 c.account AND c.about <> 'account gone', c.about = 'shut out', c.about = 'protected', h.present,
                                 CASE WHEN h.present THEN c.whose = 'ours' END, CASE WHEN h.present THEN c.active END,
                                 CASE WHEN h.present THEN c.read_level END, CASE WHEN h.present THEN c.status END,
                                 CASE WHEN h.present THEN CASE WHEN c.begins_late THEN 2000 ELSE 1000 END END,
                                 CASE WHEN h.present THEN CASE WHEN c.end_in = 0 THEN 0 ELSE c.now_s + c.end_in * 86400 END END,
                                 c.waits, c.end_held, c.now_s) g;
