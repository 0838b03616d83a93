-- Calendar rules. A term runs in the tenant's calendar; a day ends at 00:00 of the next, so that nobody loses the rest of a day.

-- 00:00 of the day after ${local}, a time of the calendar, or ${local} itself when it is 00:00.
CREATE FUNCTION rule.day_ceil(local timestamp) RETURNS timestamp
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN date_trunc('day', local + interval '1 day' - interval '1 microsecond');

-- The same for a moment.
CREATE FUNCTION rule.day_end(moment timestamptz, zone text) RETURNS timestamptz
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN CASE WHEN isfinite(moment) THEN rule.day_ceil(moment AT TIME ZONE zone) AT TIME ZONE zone ELSE moment END;

-- ${moment} so much later in the tenant's calendar: days there may have 23 or 25 hours.
CREATE FUNCTION rule.later(moment timestamptz, span interval, zone text) RETURNS timestamptz
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN CASE WHEN isfinite(moment) THEN (moment AT TIME ZONE zone + span) AT TIME ZONE zone ELSE moment END;

-- When a term that starts at ${start} ends; no term ends never.
CREATE FUNCTION rule.term_end(start timestamptz, term interval, zone text) RETURNS timestamptz
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN CASE
        WHEN term IS NULL OR start = 'infinity' THEN 'infinity'::timestamptz
        ELSE rule.day_ceil(start AT TIME ZONE zone + term) AT TIME ZONE zone
    END;

-- From when a sale counts. Of a time that the source says was paid for, from its beginning, whatever it had to wait for. What renews by itself was billed for
-- the time from its sale on, and grace covers what is paid late. Any other sale is for so many days of access, and gives none before it is paid: it counts
-- from then. What had to wait at a gate counts from when that opened (${gate_at}; NULL: the wait is part of it). Nothing begins before ${starts}, the first day of its rule.
CREATE FUNCTION rule.counts_from(sold_at timestamptz, paid_at timestamptz, gate_at timestamptz, period_from timestamptz, starts timestamptz, renews boolean)
    RETURNS timestamptz
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN greatest(starts, CASE WHEN period_from IS NOT NULL THEN period_from WHEN renews THEN greatest(sold_at, gate_at)
                                 ELSE greatest(sold_at, paid_at, gate_at) END);

-- The fixed day on which it ends, whatever there is beside it: with the time that the source says was paid for, and where the rule has a last day, no later
-- than that. NULL: it has a term.
CREATE FUNCTION rule.counts_until(period_to timestamptz, until timestamptz, zone text) RETURNS timestamptz
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN least(rule.day_end(period_to, zone), until);

-- One step of a chain of terms: a renewal starts at the later of its sale and the end so far. The state is that end. What ends on a fixed day
-- (${until}) runs beside the others, and those after it follow it if it ends later; the same sale may have a term besides. Of what ended early although nothing was given back (${cut_at}) the
-- time that was used stays in the chain.
-- (An aggregate's step is never inlined; PL/pgSQL then costs a tenth of SQL.)
CREATE FUNCTION rule.term_chain_step(so_far timestamptz, sold_at timestamptz, term interval, until timestamptz, cut_at timestamptz, zone text)
    RETURNS timestamptz
    LANGUAGE plpgsql STABLE PARALLEL SAFE AS
$$ BEGIN
    IF sold_at IS NULL THEN
        RETURN so_far;
    END IF;
    IF until IS NOT NULL AND term IS NOT NULL THEN
        RETURN greatest(so_far, least(until, cut_at), least(rule.term_end(greatest(so_far, sold_at), term, zone), cut_at));
    END IF;
    IF until IS NOT NULL THEN
        RETURN greatest(so_far, least(until, cut_at));
    END IF;
    IF cut_at IS NOT NULL THEN
        RETURN greatest(so_far, least(rule.term_end(greatest(so_far, sold_at), term, zone), cut_at));
    END IF;
    RETURN rule.term_end(greatest(so_far, sold_at), term, zone);
END $$;

CREATE AGGREGATE rule.term_chain(timestamptz, interval, timestamptz, timestamptz, text) (
    SFUNC = rule.term_chain_step,
    STYPE = timestamptz,
    PARALLEL = SAFE
);

-- Seconds since 1970, rounded up to a whole minute; 0 (Moodle's "none") for infinity and NULL.
CREATE FUNCTION rule.moodle_end(moment timestamptz) RETURNS bigint
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN moment IS NULL OR NOT isfinite(moment) THEN 0 ELSE ceil(date_part('epoch', moment) / 60)::bigint * 60 END;

-- Seconds since 1970, rounded down to a whole minute.
CREATE FUNCTION rule.moodle_start(moment timestamptz) RETURNS bigint
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN moment IS NULL OR NOT isfinite(moment) THEN 0 ELSE floor(date_part('epoch', moment) / 60)::bigint * 60 END;

-- How long Moodle's own end lies behind the end of access and grace, should we fall silent (docs/architecture.md, "The dead man's switch").
CREATE FUNCTION rule.tail(renews boolean) RETURNS interval
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN renews THEN interval '30 days' ELSE interval '7 days' END;

-- Moodle's own end of a row that may not end yet although ${planned} is near: 00:00 after ${now} and the tail, written once. What was
-- ${written} last stands (seconds since 1970; 0 is without end) until it is near itself, so that a row is written once in a tail, not
-- every night: each write may mail the learner.
CREATE FUNCTION rule.held_end(planned timestamptz, written bigint, now timestamptz, tail interval, zone text) RETURNS bigint
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN CASE
        WHEN planned >= now + interval '3 days' THEN rule.moodle_end(planned)
        WHEN written = 0 OR to_timestamp(written) >= now + interval '3 days' THEN written
        ELSE rule.moodle_end(rule.day_end(now + tail, zone))
    END;
