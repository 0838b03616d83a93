-- The rules of the configuration, one row per rule and course.
CREATE TEMP TABLE rule_new (
    ordinal        integer NOT NULL,
    source_name    text NOT NULL,
    match_kind     text NOT NULL,
    pattern        text NOT NULL,
    site_name      text,                       -- NULL for a rule that excludes
    reference      text,                       -- NULL: a rule without courses, which excludes
    role           text NOT NULL,
    term           text,
    until          text,
    grace_days     integer,                    -- NULL: never
    notice_days    integer NOT NULL,
    delivery       text NOT NULL,
    learner        text NOT NULL,
    on_expiry      text NOT NULL,
    on_refund      text NOT NULL,
    on_dispute     text NOT NULL,
    renews         boolean NOT NULL,
    price_minor    bigint,
    price_currency text,
    price_tolerance numeric NOT NULL,
    certificate    text NOT NULL,
    certificate_valid text,
    since          text,
    exclude        boolean NOT NULL,
    asks           jsonb NOT NULL,
    starts         text,
    requires       text[] NOT NULL,            -- references of courses
    require_field  text,
    capacity       integer,
    term_from      text NOT NULL,
    cohorts        text[] NOT NULL
) ON COMMIT DROP
