-- The night's moment and the tenant's zone: set once per program, read by every rule, so that a run has one "now" and `--as-of` can
-- give it another.
CREATE FUNCTION rule.now() RETURNS timestamptz
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN current_setting('ctok.now')::timestamptz;

CREATE FUNCTION rule.zone() RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN current_setting('ctok.zone');
