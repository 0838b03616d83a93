-- From when a sale counts and until which day it is fixed (rule.counts_from, rule.counts_until), and what a chain of terms makes of it
-- (rule.term_chain_step), by the words of docs/architecture.md ("Terms", "Subscriptions", "Gates"). One row of each table must fit each case.
CREATE TEMP VIEW judged AS
WITH moment (at) AS (VALUES (NULL::timestamptz), ('2026-05-01 10:00+02'), ('2026-05-10 00:00+02'), ('2026-05-25 09:00+02')), sale AS (
    SELECT s.at AS sold_at, p.at AS paid_at, g.at AS gate_at, f.at AS period_from, b.at AS starts, r.renews,
           rule.counts_from(s.at, p.at, g.at, f.at, b.at, r.renews) AS found
      FROM moment s, moment p, moment g, moment f, moment b, (VALUES (true), (false)) r (renews)
     WHERE s.at IS NOT NULL
), fixed AS (
    SELECT t.at AS period_to, u.at AS until, rule.counts_until(t.at, u.at, 'Europe/Madrid') AS found
      FROM moment t, moment u
), step AS (
    SELECT f.at AS so_far, d.at AS until, t.term, c.at AS cut_at, rule.term_chain_step(f.at, '2026-05-04 12:00+02', t.term, d.at, c.at, 'Europe/Madrid') AS found
      FROM moment f, moment d, moment c, (VALUES (NULL::interval), ('5 days')) t (term)
)
-- The latest of what it had to wait for: the rule's first day always; a period nothing else; a renewal no payment.
SELECT 'counts from' AS what, to_jsonb(s) AS given, (SELECT count(*) > 0 AND s.found = max(w.waited_for) FROM (
           SELECT s.starts
           UNION ALL SELECT s.period_from
           UNION ALL SELECT s.sold_at WHERE s.period_from IS NULL
           UNION ALL SELECT s.gate_at WHERE s.period_from IS NULL
           UNION ALL SELECT s.paid_at WHERE s.period_from IS NULL AND NOT s.renews) w (waited_for)) AS right_so
  FROM sale s
UNION ALL
SELECT 'counts until', to_jsonb(f), (SELECT count(*) = 1 AND bool_and(f.found IS NOT DISTINCT FROM w.expected) FROM (
           SELECT NULL::timestamptz WHERE f.period_to IS NULL AND f.until IS NULL
           UNION ALL SELECT f.until WHERE f.until <= p.day_over OR p.day_over IS NULL AND f.until IS NOT NULL
           UNION ALL SELECT p.day_over WHERE p.day_over < f.until OR f.until IS NULL AND f.period_to IS NOT NULL) w (expected))
  FROM fixed f
  -- What is paid for to the middle of a day is paid for to its end; to the first moment of one, not for that.
 CROSS JOIN LATERAL (SELECT max(v.day_over) AS day_over FROM (VALUES (timestamptz '2026-05-01 10:00+02', timestamptz '2026-05-02 00:00+02'),
                            ('2026-05-10 00:00+02', '2026-05-10 00:00+02'), ('2026-05-25 09:00+02', '2026-05-26 00:00+02')) v (at, day_over) WHERE v.at = f.period_to) p
UNION ALL
-- Five days from the later of 4 May at noon and the end so far: until the 10th, the 15th, or the 31st (their days begun are whole).
SELECT 'chain', to_jsonb(s), s.found IS NOT DISTINCT FROM greatest(s.so_far, CASE
           WHEN s.until IS NOT NULL AND s.term IS NULL THEN least(s.until, s.cut_at)
           WHEN s.until IS NOT NULL THEN greatest(least(s.until, s.cut_at), least(e.term_over, s.cut_at))
           WHEN s.term IS NULL THEN least('infinity', s.cut_at)
           ELSE least(e.term_over, s.cut_at) END)
  FROM step s
 CROSS JOIN LATERAL (SELECT CASE WHEN s.so_far = '2026-05-10 00:00+02' THEN timestamptz '2026-05-15 00:00+02'
                                 WHEN s.so_far = '2026-05-25 09:00+02' THEN '2026-05-31 00:00+02' ELSE '2026-05-10 00:00+02' END AS term_over) e;
