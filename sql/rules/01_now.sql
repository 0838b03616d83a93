-- The night's moment and the tenant's zone: set once per program, read by every rule, so that a run has one "now" and `--as-of` can
-- give it another. Statements over many rows ask once, as `(SELECT rule.now())`: the setting is text and would be parsed for each row.
CREATE FUNCTION rule.now() RETURNS timestamptz
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN current_setting('ctok.now')::timestamptz;

CREATE FUNCTION rule.zone() RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN current_setting('ctok.zone');

-- The night's own moment, also where `--as-of` judges by another: how fresh what we know is does not depend on what is asked of it.
CREATE FUNCTION rule.tonight() RETURNS timestamptz
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN coalesce(nullif(current_setting('ctok.tonight', true), '')::timestamptz, rule.now());

-- Is this a preview (`--as-of`), of which nothing is kept?
CREATE FUNCTION rule.preview() RETURNS boolean
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN coalesce(current_setting('ctok.tonight', true), '') <> '';

-- Are so many so few among all that each is looked up, rather than all swept? A look at one costs what some ten to twenty cost in a sweep, and a
-- sweep of few costs nothing either way. A test of equal plans has all swept.
CREATE FUNCTION rule.few(looks bigint, among bigint) RETURNS boolean
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN current_setting('ctok.sweep') <> 'on' AND (looks < 200 OR 25 * looks <= among);
