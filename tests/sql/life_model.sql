-- The life of one access by exhaustion: every history of up to model.events events, played with the pure functions alone (rule.unit_end,
-- rule.access_state, rule.row_gap, rule.term_chain). A term is 2 nights, grace 0, 1 or without end, notice 1, tail 1 (if the caller made rule.tail so).
-- Twelve events: pay (what was taken back is paid again), fail (a payment is taken back), refund part (two are all), refund all, dispute opened, won, lost,
-- cancel at once, renew, pause, source silent tonight, night; those about a sale also about the first one of several. After the last event quiet nights pass
-- until nothing moves any more.
--
-- Histories are paths in a graph. A node is all that the functions and the judgements below are ever told, in an array: what the source says of each sale,
-- what we know of it, Moodle's row, the debt and its notice. So two histories that lead to the same node have the same future, whatever it is, and each node
-- is played once; the array is compared whole, so that no two states are taken for one. Moments are minutes from 00:00 of the node's day: all rules here run
-- in UTC and count in whole days, so that a life is the same a day later (test_life_model.c tries it from another day). Moments within a day go by their order. An
-- event that changes nothing leads back to its node: such histories are the same as shorter ones. A node reached by n events and later by more need not be
-- played again: what can follow then could follow before.
--
-- Judged is Moodle's row as it stands after each night, by the facts as they are (pg_temp.money):
--   'lost': money is good and we could know it, and there is no access, or Moodle's own end comes before the money's; but for a dispute that suspends, or that
--           came before there was access.
--   'free': access, and no money was good since grace, notice and one night; but for grace without end, and silence.
-- Settings: model.events, model.day (the first day of all). Leaves tables node, edge and verdict, and function pg_temp.story.
SET jit = off;
SET work_mem = '64MB';
CREATE TEMP TABLE node (id integer GENERATED ALWAYS AS IDENTITY, s integer[] NOT NULL, parent integer, event text, step integer NOT NULL, rests boolean NOT NULL DEFAULT false);
CREATE TEMP TABLE edge (id integer NOT NULL, event text NOT NULL, to_id integer NOT NULL);
CREATE TEMP TABLE frontier (id integer, s integer[]);
CREATE TEMP TABLE verdict (id integer NOT NULL, bad text NOT NULL);

-- The array: 1 on_dispute suspends, 2 grace (-1: never), 3 silent tonight, 4 spoken nights since a silent one (3: or more), 5 Moodle's row (-1: none,
-- 0 active, 1 suspended, 2 suspended for a dispute), 6 its end, 7 the debt that was told of, 8 when, 9 when money was good last. Then 14 for each sale: sold, taken back, refunded, lost,
-- ended, dispute opened, parts refunded; the first six as we know them; 1 if it gave a right once.
-- No moment is -1000000, no end 1000000.
CREATE FUNCTION pg_temp.happen(s integer[], event text) RETURNS integer[]
    LANGUAGE plpgsql IMMUTABLE AS
$$ DECLARE
    b integer := cardinality(s) - 14; -- before the newest sale
    n integer;
    at integer := 61; -- after all that happened today
    nothing CONSTANT integer := -1000000;
BEGIN
    IF event = 'silent' THEN s[3] := 1; RETURN s; END IF;
    -- (The functions are not told of a pause: nothing is collected meanwhile, and what was paid is paid.)
    IF event = 'pause' THEN RETURN s; END IF;
    FOR n IN 0 .. (cardinality(s) - 9) / 14 - 1 LOOP
        at := greatest(at, s[10 + 14 * n] + 1, s[11 + 14 * n] + 1, s[12 + 14 * n] + 1, s[13 + 14 * n] + 1, s[14 + 14 * n] + 1, s[15 + 14 * n] + 1);
    END LOOP;
    IF event = 'renew' OR (event = 'pay' AND b < 9) THEN
        IF (event = 'renew') = (b < 9) THEN RETURN s; END IF;
        RETURN s || ARRAY[at] || array_fill(nothing, ARRAY[5]) || ARRAY[0] || array_fill(nothing, ARRAY[6]) || ARRAY[0];
    END IF;
    IF b < 9 THEN RETURN s; END IF;
    IF event LIKE '% of the first' THEN
        IF b = 9 THEN RETURN s; END IF;
        b := 9;
        event := left(event, -13);
    END IF;
    CASE event
        WHEN 'pay' THEN s[b + 2] := nothing;
        WHEN 'fail' THEN IF s[b + 2] = nothing THEN s[b + 2] := at; END IF;
        WHEN 'refund all' THEN IF s[b + 3] = nothing THEN s[b + 3] := at; END IF;
        WHEN 'refund part' THEN
            IF s[b + 3] = nothing THEN
                s[b + 7] := s[b + 7] + 1;
                IF s[b + 7] = 2 THEN s[b + 3] := at; END IF;
            END IF;
        WHEN 'dispute' THEN IF s[b + 6] = nothing AND s[b + 4] = nothing THEN s[b + 6] := at; END IF;
        WHEN 'won' THEN s[b + 6] := nothing;
        WHEN 'lost' THEN IF s[b + 6] <> nothing THEN s[b + 6] := nothing; s[b + 4] := at; END IF;
        WHEN 'cancel' THEN IF s[b + 5] = nothing THEN s[b + 5] := at; END IF;
    END CASE;
    RETURN s;
END $$;

-- What money says at 03:00, in plain numbers and by nothing that is tried here: a sale pays for two whole days from the later of its sale and what was paid
-- before; what was given or taken back pays for nothing from then on, and moves what comes after it; what ended early was used until then. Of a night without
-- word only what we know too.
CREATE FUNCTION pg_temp.money(s integer[], OUT good boolean, OUT disputed boolean, OUT until integer, OUT last integer)
    LANGUAGE plpgsql IMMUTABLE AS
$$ DECLARE
    chain integer := -1000000;
    b integer := 9;
    f integer[];
    start integer; ends integer; gone integer;
BEGIN
    good := false; disputed := true; until := -1000000; last := s[9];
    WHILE b < cardinality(s) LOOP
        f := s[b + 1 : b + 6];
        IF s[3] = 1 THEN
            f[1] := s[b + 8];
            f[6] := greatest(f[6], s[b + 13]);
            FOR n IN 2 .. 5 LOOP
                f[n] := CASE WHEN f[n] = -1000000 OR s[b + 7 + n] = -1000000 THEN greatest(f[n], s[b + 7 + n]) ELSE least(f[n], s[b + 7 + n]) END;
            END LOOP;
        END IF;
        IF f[1] <> -1000000 THEN
            start := greatest(f[1], chain);
            ends := 1440 * ceil((start + 2880) / 1440.0);
            gone := (SELECT min(g) FROM unnest(f[2:5]) g WHERE g <> -1000000);
            IF f[2] = -1000000 AND f[3] = -1000000 AND f[4] = -1000000 THEN
                chain := greatest(chain, least(ends, nullif(f[5], -1000000)));
            END IF;
            ends := least(ends, gone);
            IF start <= 180 AND start < ends THEN
                IF 180 < ends THEN
                    good := true;
                    disputed := disputed AND f[6] <> -1000000;
                    until := greatest(until, ends);
                END IF;
                last := greatest(last, least(ends, 180));
            END IF;
        END IF;
        b := b + 14;
    END LOOP;
    IF last < -2700 THEN last := -1000000; END IF;
END $$;

-- The night is over: we know what there was to know, and all moments are a day older.
CREATE FUNCTION pg_temp.older(s integer[], matched boolean[]) RETURNS integer[]
    LANGUAGE plpgsql IMMUTABLE AS
$$ DECLARE
    b integer;
    n integer;
BEGIN
    FOR i IN 1 .. cardinality(matched) LOOP
        b := 14 * i - 5;
        IF s[3] = 0 THEN s[b + 8 : b + 13] := s[b + 1 : b + 6]; END IF;
        FOREACH n IN ARRAY '{1,2,3,4,5,6,8,9,10,11,12,13}'::integer[] LOOP
            IF s[b + n] <> -1000000 THEN s[b + n] := s[b + n] - 1440; END IF;
        END LOOP;
        s[b + 14] := matched[i]::integer;
    END LOOP;
    RETURN s[10:];
END $$;

-- The functions' moments, and back; model.day is the first day.
CREATE FUNCTION pg_temp.moment(minute integer, day double precision) RETURNS timestamptz
    LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN CASE WHEN minute <> -1000000 THEN to_timestamp(day + minute * 60) END;
CREATE FUNCTION pg_temp.minute(moment timestamptz, day double precision) RETURNS integer
    LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN coalesce(((date_part('epoch', moment) - day) / 60)::integer, -1000000);

-- The night of each of ${frontier}'s nodes: the node after it, and the verdict.
CREATE FUNCTION pg_temp.night(OUT id integer, OUT s integer[], OUT bad text, OUT rests boolean) RETURNS SETOF record
    LANGUAGE sql STABLE AS
$$
SELECT w.id,
       ARRAY[w.s[1], w.s[2], 0, CASE WHEN p.silent THEN 0 ELSE least(w.s[4] + 1, 3) END, coalesce(x.st, -1),
             CASE WHEN x.st IS NULL THEN -1000000 WHEN x.te = 0 THEN 1000000 ELSE ((x.te - p.day) / 60)::integer - 1440 END,
             CASE WHEN n.told OR d.debt = w.s[7] THEN coalesce(nullif(d.debt, -1000000) - 1440, -1000000) ELSE -1000000 END,
             CASE WHEN n.told THEN 180 - 1440 WHEN d.debt = w.s[7] THEN coalesce(nullif(w.s[8], -1000000) - 1440, -1000000) ELSE -1000000 END,
             coalesce(nullif(j.last, -1000000) - 1440, -1000000)] || pg_temp.older(w.s, v.matched),
       CASE WHEN j.good AND NOT (y.open AND (x.te = 0 OR x.te >= p.day + j.until * 60)) AND NOT (j.disputed AND (w.s[1] = 1 OR w.s[5] = -1)) THEN 'lost'
            WHEN y.open AND NOT p.silent AND NOT j.good AND w.s[2] >= 0 AND w.s[4] > 0 AND (w.s[2] = 0 OR j.last < 180 - 1440) THEN 'free' END,
       -- Nothing runs, nothing will, and nothing is to be done: the nights to come are like this one. (What a silent source did not say is news.)
       NOT p.silent AND NOT coalesce(v.running OR v.next_start IS NOT NULL OR g.gap IS NOT NULL OR y.open AND w.s[2] >= 0, false)
  FROM frontier w
 CROSS JOIN LATERAL (SELECT date_part('epoch', current_setting('model.day')::timestamptz) AS day, w.s[3] = 1 AS silent OFFSET 0) p
 CROSS JOIN LATERAL (SELECT to_timestamp(p.day + 180 * 60) AS now, CASE w.s[6] WHEN 1000000 THEN 0 ELSE (p.day + w.s[6]::bigint * 60)::bigint END AS te OFFSET 0) o
 CROSS JOIN LATERAL (
        SELECT bool_or(r.begun AND r.start <= o.now AND o.now < r.ends) AS running,
               bool_and(r.disputed OR NOT (r.begun AND r.start <= o.now AND o.now < r.ends)) FILTER (WHERE r.matched) AS disputed,
               min(r.start) FILTER (WHERE r.begun AND r.start > o.now) AS next_start,
               coalesce(max(r.ends) FILTER (WHERE r.begun), max(r.revoked) FILTER (WHERE r.matched)) AS ends_at,
               (array_agg(r.why ORDER BY r.begun DESC, CASE WHEN r.begun THEN r.ends ELSE r.revoked END DESC, r.n DESC) FILTER (WHERE r.matched))[1] AS why,
               -- What ended last was not taken back and is not under dispute any more, and its grace runs.
               NOT (array_agg(r.disputed OR rule.taken_back(r.why) ORDER BY r.begun DESC, CASE WHEN r.begun THEN r.ends ELSE r.revoked END DESC, r.n DESC) FILTER (WHERE r.matched))[1]
               AND o.now < max(r.ends) FILTER (WHERE r.begun) + make_interval(days => nullif(w.s[2], -1)) AS won,
               coalesce(array_agg(r.matched ORDER BY r.n), '{}') AS matched
          FROM (SELECT q.n, q.begun, q.start, q.revoked, q.disputed, q.matched, least(q.ends, q.revoked) AS ends,
                       CASE WHEN q.why = 'subscription' AND q.ends < q.revoked THEN 'term' ELSE coalesce(q.why, 'term') END AS why
                  FROM (SELECT t.*, t.matched AND (t.revoked IS NULL OR t.revoked > t.start) AS begun, rule.term_end(t.start, '2 days', 'UTC') AS ends
                          FROM (SELECT e.*, greatest(e.sold, rule.term_chain(CASE WHEN e.matched AND coalesce(e.why, 'subscription') = 'subscription' THEN e.sold END,
                                                                             '2 days', NULL, e.revoked, 'UTC')
                                                                 OVER (ORDER BY e.n ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)) AS start
                                  FROM (SELECT c.n, u.revoked_at AS revoked, u.why, pg_temp.moment(c.k[1], p.day) AS sold, c.k[6] <> -1000000 AS disputed,
                                               -- A sale that was void before it was ever seen gives nothing.
                                               w.s[9 + 14 * c.n] = 1 OR c.k[1] <> -1000000 AND coalesce(u.why, 'subscription') = 'subscription' AS matched
                                          FROM (SELECT n, CASE WHEN p.silent THEN w.s[14 * n + 3 : 14 * n + 8] ELSE w.s[14 * n - 4 : 14 * n + 1] END AS k
                                                  FROM generate_series(1, (cardinality(w.s) - 9) / 14) AS n) c
                                         CROSS JOIN LATERAL rule.unit_end(NULL, pg_temp.moment(c.k[3], p.day), pg_temp.moment(c.k[2], p.day),
                                                                          pg_temp.moment(c.k[4], p.day), pg_temp.moment(c.k[5], p.day)) u) e) t) q) r) v
  LEFT JOIN LATERAL rule.access_state(v.running, v.running AND v.disputed, v.next_start, v.ends_at, v.why, 'suspend', 'suspend',
                                      CASE w.s[1] WHEN 1 THEN 'suspend' ELSE 'keep' END, nullif(w.s[2], -1), 1, false, false, w.s[5] >= 0,
                                      CASE WHEN w.s[7] = pg_temp.minute(v.ends_at, p.day) THEN pg_temp.moment(w.s[8], p.day) END, NOT p.silent, CASE WHEN w.s[5] = 0 OR v.won AND w.s[5] = 2 THEN o.te END, NULL, NULL, o.now, 'UTC') a
         ON v.ends_at IS NOT NULL
  LEFT JOIN LATERAL rule.row_gap(a.state, a.wanted, 0, a.wanted_end, true, true, true, true, false, true, false, false, w.s[5] >= 0, true, w.s[5] = 0, 1,
                                 least(nullif(w.s[5], -1), 1), 0, o.te, p.silent, false, (p.day + 180 * 60)::bigint) g ON a.state IS NOT NULL
 CROSS JOIN LATERAL (SELECT CASE g.gap WHEN 'enrol' THEN 0 WHEN 'resume' THEN 0 WHEN 'suspend' THEN CASE a.state WHEN 'held' THEN 2 ELSE 1 END ELSE nullif(w.s[5], -1) END AS st,
                            CASE WHEN g.gap = 'enrol' THEN a.wanted_end
                                 WHEN g.gap IN ('resume', 'extend') AND a.wanted = 'active' THEN CASE WHEN a.wanted_end = 0 OR o.te = 0 THEN 0 ELSE greatest(o.te, a.wanted_end) END
                                 WHEN g.gap = 'extend' THEN rule.moodle_end(rule.day_end(o.now + rule.tail(false), 'UTC'))
                                 ELSE o.te END AS te OFFSET 0) x
 CROSS JOIN LATERAL (SELECT x.st IS NOT DISTINCT FROM 0 AND (x.te = 0 OR x.te > p.day + 180 * 60) AS open) y
 CROSS JOIN LATERAL (SELECT pg_temp.minute(a.debt_at, p.day) AS debt) d
 CROSS JOIN LATERAL (SELECT coalesce(a.state = 'grace' AND w.s[2] > 0 AND NOT p.silent AND NOT (w.s[7] = d.debt AND w.s[8] <> -1000000), false) AS told) n
 CROSS JOIN LATERAL pg_temp.money(w.s) j
$$;

-- The events that lead to a node, in words, by which policy, and the night in which it shows.
CREATE FUNCTION pg_temp.story(of_id integer) RETURNS text
    LANGUAGE sql STABLE AS
$$
WITH RECURSIVE path AS (
    SELECT n.parent, n.event, 0 AS back FROM node n WHERE n.id = of_id
    UNION ALL
    SELECT n.parent, n.event, p.back + 1 FROM path p JOIN node n ON n.id = p.parent
)
SELECT format('%s · night (grace %s, %s while disputed)', string_agg(p.event, ' · ' ORDER BY p.back DESC) FILTER (WHERE p.event IS NOT NULL),
              coalesce(nullif(n.s[2], -1)::text, 'never'), CASE n.s[1] WHEN 1 THEN 'suspended' ELSE 'kept' END)
  FROM path p, node n
 WHERE n.id = of_id
 GROUP BY n.s
$$;

-- Breadth first: who is ${step} events, or nights, from the beginning.
DO $$
DECLARE
    events CONSTANT integer := current_setting('model.events')::integer;
    nth integer := 0;
    met bigint;
BEGIN
    INSERT INTO node (s, step)
    SELECT ARRAY[d, g, 0, 3, -1, -1000000, -1000000, -1000000, -1000000], 0 FROM unnest('{0,1}'::integer[]) d, unnest('{0,1,-1}'::integer[]) g;
    LOOP
        TRUNCATE frontier;
        INSERT INTO frontier SELECT n.id, n.s FROM node n WHERE n.step = nth AND (nth < events OR NOT n.rests);
        GET DIAGNOSTICS met = ROW_COUNT;
        EXIT WHEN met = 0;
        ANALYZE frontier;
        ANALYZE node;
        CREATE TEMP TABLE after AS SELECT * FROM pg_temp.night();
        INSERT INTO verdict SELECT a.id, a.bad FROM after a WHERE a.bad IS NOT NULL;
        CREATE TEMP TABLE reached AS
        SELECT a.id, a.s, 'night' AS event, a.rests FROM after a
        UNION ALL
        SELECT w.id, pg_temp.happen(w.s, v.event), v.event, false
          FROM frontier w
         CROSS JOIN unnest('{pay,fail,refund part,refund all,dispute,won,lost,cancel,renew,pause,silent,pay of the first,fail of the first,refund part of the first,refund all of the first,dispute of the first,won of the first,lost of the first,cancel of the first}'::text[]) AS v (event)
         WHERE nth < events;
        INSERT INTO node (s, parent, event, step, rests)
        SELECT x.s, min(x.id), (min(ARRAY[lpad(x.id::text, 10), x.event]))[2], nth + 1, bool_or(x.rests)
          FROM reached x
         WHERE NOT EXISTS (SELECT 1 FROM node n WHERE n.s = x.s)
         GROUP BY x.s;
        -- (Only few are asked for one by one.)
        IF events < 5 THEN
            INSERT INTO edge SELECT x.id, x.event, n.id FROM reached x JOIN node n ON n.s = x.s;
        END IF;
        DROP TABLE reached;
        DROP TABLE after;
        nth := nth + 1;
        IF nth > 60 THEN RAISE EXCEPTION 'something never comes to rest'; END IF;
    END LOOP;
END $$;
