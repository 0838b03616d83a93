-- The life of one access by exhaustion: every history of up to model.events events, played night by night with the pure functions alone
-- (rule.unit_end, rule.access_state, rule.row_gap). A term is 2 nights, grace 0, 1 or without end, notice 1. Events: pay (P; a payment that was taken back
-- is paid again), fail (F: it is taken back), refund part (q; two are all), refund all (A), dispute opened, won, lost (O W L), cancel at once (C), renew (N),
-- source silent tonight (S), night (.). Odd ones that a source can send are in; what changes nothing is left out. After the last event ten quiet nights pass.
--
-- Judged is Moodle's row as it is played after each night in which the source spoke, by the facts as they are:
--   'lost': money is good (sold, not over, not taken back, owed or ended), and there is no access; but for a dispute that suspends, or came before access.
--   'free': access, and no money was good since grace, notice and one night; but for grace without end, and silence since then.
-- Leaves table `model` (history, policy, verdicts); settings: model.events.
SET jit = off;
CREATE TEMP TABLE model AS
SELECT ''::text AS h, d.on_dispute, g.grace, 0 AS t, 0 AS step, false AS silent, -9 AS silent_on, array_fill(NULL::integer, ARRAY[14]) AS f,
       array_fill(NULL::integer, ARRAY[14]) AS k, false AS m1, false AS m2, NULL::integer AS st, NULL::bigint AS te, NULL::timestamptz AS debt,
       NULL::timestamptz AS given, NULL::text AS bad, 0 AS nights
  FROM (VALUES ('keep'), ('suspend')) d (on_dispute), (VALUES (0), (1), (NULL)) g (grace);
-- f: of each of two sales (7 apart) sold, taken back, refunded, lost, ended at that minute; open dispute; parts refunded.

-- One event that is no night, at minute `at` of the history; NULL if it changes nothing.
CREATE FUNCTION pg_temp.happen(f integer[], event text, at integer) RETURNS integer[]
    LANGUAGE plpgsql IMMUTABLE AS
$$ DECLARE o integer := CASE WHEN f[8] IS NOT NULL THEN 7 ELSE 0 END; -- the newest sale
BEGIN
    IF event = 'P' THEN
        IF f[1] IS NULL THEN f[1] := at; ELSIF f[o + 2] IS NOT NULL THEN f[o + 2] := NULL; ELSE RETURN NULL; END IF;
    ELSIF f[1] IS NULL THEN RETURN NULL;
    ELSIF event = 'N' AND f[8] IS NULL THEN f[8] := at;
    ELSIF event = 'F' AND f[o + 2] IS NULL THEN f[o + 2] := at;
    ELSIF event = 'A' AND f[o + 3] IS NULL THEN f[o + 3] := at;
    ELSIF event = 'q' AND f[o + 3] IS NULL THEN
        f[o + 7] := coalesce(f[o + 7], 0) + 1;
        IF f[o + 7] = 2 THEN f[o + 3] := at; END IF;
    ELSIF event = 'O' AND f[o + 6] IS NULL AND f[o + 4] IS NULL THEN f[o + 6] := at;
    ELSIF event = 'W' AND f[o + 6] IS NOT NULL THEN f[o + 6] := NULL;
    ELSIF event = 'L' AND f[o + 6] IS NOT NULL THEN f[o + 6] := NULL; f[o + 4] := at;
    ELSIF event = 'C' AND f[o + 5] IS NULL THEN f[o + 5] := at;
    ELSE RETURN NULL; END IF;
    RETURN f;
END $$;
CREATE FUNCTION pg_temp.moment(minute integer) RETURNS timestamptz LANGUAGE sql IMMUTABLE RETURN timestamptz '2026-01-01Z' + minute * interval '1 minute';

-- The night of day t of all histories in `tonight`, into `after`.
CREATE FUNCTION pg_temp.night() RETURNS void LANGUAGE plpgsql AS
$$ BEGIN
    CREATE TEMP TABLE after AS
    SELECT w.h, w.on_dispute, w.grace, w.t + 1 AS t, w.step, false AS silent, CASE WHEN w.silent THEN w.t ELSE w.silent_on END AS silent_on, w.f, k.k,
           b.m1, b.m2, x.st, x.te,
           CASE WHEN n.told THEN s.debt_at WHEN s.debt_at IS NOT DISTINCT FROM w.debt THEN w.debt END AS debt,
           CASE WHEN n.told THEN k.now WHEN s.debt_at IS NOT DISTINCT FROM w.debt THEN w.given END AS given,
           coalesce(w.bad, CASE
               WHEN w.silent THEN NULL
               WHEN j.good AND NOT y.open AND NOT (j.disputed AND (w.on_dispute = 'suspend' OR w.st IS NULL)) THEN 'lost'
               WHEN y.open AND NOT j.lately AND w.grace IS NOT NULL AND w.silent_on < w.t - 3 THEN 'free' END) AS bad, w.nights + 1 AS nights
      FROM tonight w
     CROSS JOIN LATERAL (SELECT CASE WHEN w.silent THEN w.k ELSE w.f END AS k, pg_temp.moment(w.t * 1440 + 180) AS now) k
     CROSS JOIN LATERAL rule.unit_end(NULL, pg_temp.moment(k.k[3]), pg_temp.moment(k.k[2]), pg_temp.moment(k.k[4]), pg_temp.moment(k.k[5])) e1
     CROSS JOIN LATERAL rule.unit_end(NULL, pg_temp.moment(k.k[10]), pg_temp.moment(k.k[9]), pg_temp.moment(k.k[11]), pg_temp.moment(k.k[12])) e2
     -- A sale that was void before it was ever seen gives nothing.
     CROSS JOIN LATERAL (SELECT w.m1 OR k.k[1] IS NOT NULL AND coalesce(e1.why, 'subscription') = 'subscription' AS m1,
                                w.m2 OR k.k[8] IS NOT NULL AND coalesce(e2.why, 'subscription') = 'subscription' AS m2) b
     CROSS JOIN LATERAL (SELECT pg_temp.moment(k.k[1]) AS start1, rule.term_end(pg_temp.moment(k.k[1]), '2 days', 'UTC') AS end1) c
     CROSS JOIN LATERAL (SELECT CASE WHEN k.k[8] IS NOT NULL THEN greatest(pg_temp.moment(k.k[8]), rule.term_chain_step(NULL, CASE WHEN b.m1 AND coalesce(e1.why, 'subscription') = 'subscription'
                                                                                               THEN c.start1 END, '2 days', NULL, e1.revoked_at, 'UTC')) END AS start2) a
     CROSS JOIN LATERAL (SELECT bool_or(r.begun AND r.start <= k.now AND k.now < r.ends) AS running,
                                bool_and(r.disputed OR NOT (r.begun AND r.start <= k.now AND k.now < r.ends)) AS disputed,
                                min(r.start) FILTER (WHERE r.begun AND r.start > k.now) AS next_start,
                                coalesce(max(r.ends) FILTER (WHERE r.begun), max(r.revoked)) AS ends_at,
                                (array_agg(r.why ORDER BY r.begun DESC, CASE WHEN r.begun THEN r.ends ELSE r.revoked END DESC, r.n DESC))[1] AS why
                           FROM (SELECT z.n, z.start, z.revoked, z.disputed, z.revoked IS NULL OR z.revoked > z.start AS begun, least(z.ends, z.revoked) AS ends,
                                        CASE WHEN z.why = 'subscription' AND z.ends < z.revoked THEN 'term' ELSE coalesce(z.why, 'term') END AS why
                                   FROM (VALUES (1, b.m1, c.start1, c.end1, e1.revoked_at, e1.why, k.k[6] IS NOT NULL),
                                                (2, b.m2, a.start2, rule.term_end(a.start2, '2 days', 'UTC'), e2.revoked_at, e2.why, k.k[13] IS NOT NULL))
                                        z (n, matched, start, ends, revoked, why, disputed)
                                  WHERE z.matched) r) v
      LEFT JOIN LATERAL rule.access_state(v.running, v.running AND v.disputed, v.next_start, v.ends_at, v.why, 'suspend', 'suspend', w.on_dispute, w.grace, 1,
                                          false, false, w.st IS NOT NULL, CASE WHEN w.debt = v.ends_at THEN w.given END, NOT w.silent, w.te, k.now, 'UTC') s
             ON v.ends_at IS NOT NULL
      LEFT JOIN LATERAL rule.row_gap(s.state, s.wanted, 0, s.wanted_end, true, true, true, true, false, true, false, false, w.st IS NOT NULL, true,
                                     w.st = 0, 1, w.st, 0, w.te, w.silent, false, extract(epoch FROM k.now)::bigint) g ON s.state IS NOT NULL
     CROSS JOIN LATERAL (SELECT CASE g.gap WHEN 'enrol' THEN 0 WHEN 'resume' THEN 0 WHEN 'suspend' THEN 1 ELSE w.st END AS st,
                                CASE WHEN g.gap = 'enrol' THEN s.wanted_end
                                     WHEN g.gap IN ('resume', 'extend') AND s.wanted = 'active' THEN CASE WHEN s.wanted_end = 0 OR w.te = 0 THEN 0 ELSE greatest(w.te, s.wanted_end) END
                                     WHEN g.gap = 'extend' THEN rule.moodle_end(rule.day_end(k.now + interval '7 days', 'UTC'))
                                     ELSE w.te END AS te) x
     CROSS JOIN LATERAL (SELECT x.st IS NOT DISTINCT FROM 0 AND (x.te = 0 OR x.te > extract(epoch FROM k.now)) AS open) y
     CROSS JOIN LATERAL (SELECT coalesce(s.state = 'grace' AND w.grace > 0 AND NOT w.silent AND NOT (w.debt = s.debt_at AND w.given IS NOT NULL), false) AS told) n
     -- The facts as they are: a sale pays for two whole days from its beginning, until something ends that.
     CROSS JOIN LATERAL (SELECT coalesce(bool_or(q.start <= k.now AND k.now < q.good_to), false) AS good,
                                coalesce(bool_and(q.disputed) FILTER (WHERE q.start <= k.now AND k.now < q.good_to), false) AS disputed,
                                coalesce(bool_or(q.start <= k.now AND k.now - interval '4 days' < q.day_end), false) AS lately
                           FROM (SELECT z.start, least(z.start + interval '2 days', z.gone) AS good_to, least(rule.day_end(z.start + interval '2 days', 'UTC'), z.gone) AS day_end, z.disputed
                                   FROM (VALUES (c.start1, pg_temp.moment(least(w.f[2], w.f[3], w.f[4], w.f[5])), w.f[6] IS NOT NULL),
                                                (a.start2, pg_temp.moment(least(w.f[9], w.f[10], w.f[11], w.f[12])), w.f[13] IS NOT NULL)) z (start, gone, disputed)
                                  WHERE z.start IS NOT NULL AND (z.gone IS NULL OR z.gone > z.start)) q) j;
END $$;

-- Level by level: each history one event longer; those that end are kept for the quiet nights.
DO $$
DECLARE nth integer;
BEGIN
    CREATE TEMP TABLE level AS SELECT * FROM model;
    TRUNCATE model;
    FOR nth IN 1 .. current_setting('model.events')::integer LOOP
        CREATE TEMP TABLE tonight AS SELECT * FROM level WHERE h <> '';
        PERFORM pg_temp.night();
        CREATE TEMP TABLE longer AS
        SELECT l.h || v.event AS h, l.on_dispute, l.grace, l.t, nth AS step, v.event = 'S' OR l.silent AS silent, l.silent_on,
               CASE v.event WHEN 'S' THEN l.f ELSE pg_temp.happen(l.f, v.event, l.t * 1440 + 60 + nth) END AS f, l.k, l.m1, l.m2, l.st, l.te, l.debt, l.given,
               l.bad, l.nights
          FROM level l, unnest('{P,F,q,A,O,W,L,C,N,S}'::text[]) AS v (event)
         WHERE CASE v.event WHEN 'S' THEN NOT l.silent AND l.h <> '' ELSE pg_temp.happen(l.f, v.event, l.t * 1440 + 60 + nth) IS NOT NULL END
        UNION ALL
        SELECT a.h || '.', a.on_dispute, a.grace, a.t, nth, a.silent, a.silent_on, a.f, a.k, a.m1, a.m2, a.st, a.te, a.debt, a.given, a.bad, a.nights FROM after a;
        DROP TABLE level, after, tonight;
        ALTER TABLE longer RENAME TO level;
    END LOOP;
    FOR nth IN 1 .. 10 LOOP
        ALTER TABLE level RENAME TO tonight;
        PERFORM pg_temp.night();
        DROP TABLE tonight;
        ALTER TABLE after RENAME TO level;
    END LOOP;
    INSERT INTO model SELECT * FROM level;
END $$;
