-- What a run wants changed, what was done, and what stays open. Written by lib/plan, lib/apply, lib/finding.

CREATE TABLE ctok.plan (
    tenant_id bigint NOT NULL,
    plan_id   bigint GENERATED ALWAYS AS IDENTITY,
    run_id    bigint NOT NULL,
    made_at   timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, plan_id)
);
SELECT ctok.protect('ctok.plan');
REVOKE DELETE ON ctok.plan FROM ctok_program;

-- One change in Moodle, with the row it was decided on (`before_`) and the row it makes (`after_`). An action stays open until it was
-- done, or until a later plan finds that it is no longer wanted or wanted otherwise.
CREATE TABLE ctok.action (
    tenant_id    bigint NOT NULL,
    action_id    bigint GENERATED ALWAYS AS IDENTITY,
    plan_id      bigint NOT NULL,
    kind         text NOT NULL CHECK (kind IN ('create_account', 'enrol', 'extend', 'resume', 'take_over', 'suspend', 'unenrol')),
    site_id      bigint NOT NULL,
    person_id    bigint NOT NULL,
    target_id    bigint,                        -- NULL: create_account
    course_id    bigint,
    user_id      bigint,                        -- NULL until the account is made
    reason       text NOT NULL,                 -- code, spelled out by `ctok-admin plan`
    trial        boolean NOT NULL,
    before_status smallint,                     -- all NULL: there was no row
    before_start bigint,
    before_end   bigint,
    after_status smallint,
    after_start  bigint,
    after_end    bigint,
    role         text NOT NULL,
    fingerprint  text NOT NULL,                 -- the same change has the same one in every plan
    state        text NOT NULL CHECK (state IN ('open', 'held', 'sending', 'done', 'refused', 'skipped', 'superseded')),
    failure      text NOT NULL DEFAULT '',      -- of refused and skipped
    ended_at     timestamptz,
    ended_run    bigint,
    PRIMARY KEY (tenant_id, action_id)
);
-- At most one change is waiting for an account, and one for a person's course.
CREATE UNIQUE INDEX action_open ON ctok.action (tenant_id, site_id, person_id, coalesce(target_id, 0))
    WHERE state IN ('open', 'held', 'sending');
CREATE INDEX action_run ON ctok.action (tenant_id, ended_run) WHERE ended_run IS NOT NULL;
CREATE INDEX action_person ON ctok.action (tenant_id, person_id);
SELECT ctok.protect('ctok.action');

-- Before and after of everything written to Moodle. Append-only.
CREATE TABLE ctok.journal (
    tenant_id  bigint NOT NULL,
    journal_id bigint GENERATED ALWAYS AS IDENTITY,
    action_id  bigint NOT NULL,
    run_id     bigint NOT NULL,
    phase      text NOT NULL CHECK (phase IN ('before', 'after')),
    outcome    text NOT NULL,                   -- before: 'sending'; after: 'done', 'found done', 'refused', 'moved', 'postponed', 'doubt', 'not sent'
    user_id    bigint,
    status     smallint,
    time_start bigint,
    time_end   bigint,
    at         timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, journal_id)
);
CREATE INDEX journal_action ON ctok.journal (tenant_id, action_id);
SELECT ctok.protect('ctok.journal');

-- Manual enrolments that are ours: made or adopted. Any other one is reported, never written.
CREATE TABLE ctok.managed (
    tenant_id bigint NOT NULL,
    site_id   bigint NOT NULL,
    course_id bigint NOT NULL,
    user_id   bigint NOT NULL,
    action_id bigint NOT NULL,                  -- that made it ours
    written_start bigint NOT NULL,              -- what we wrote last, for read levels that cannot tell
    written_end   bigint NOT NULL,
    written_status smallint NOT NULL,
    PRIMARY KEY (tenant_id, site_id, course_id, user_id)
);
SELECT ctok.protect('ctok.managed');

-- Open items, each with an id that stays the same from night to night. `detail` holds no personal data.
CREATE TABLE ctok.finding (
    tenant_id   bigint NOT NULL,
    finding_id  text NOT NULL,
    class       text NOT NULL,
    risk        text NOT NULL CHECK (risk IN ('none', 'paid_without_access', 'access_without_money', 'unexplained')),
    source_id   bigint,
    document_id bigint,
    line_no     integer,
    product_id  bigint,
    site_id     bigint,
    target_id   bigint,
    course_id   bigint,
    person_id   bigint,
    user_id     bigint,
    units       bigint NOT NULL DEFAULT 0,      -- open units it stands for
    risk_minor  bigint NOT NULL DEFAULT 0,
    currency    text NOT NULL DEFAULT '',
    detail      text NOT NULL DEFAULT '',
    first_seen  timestamptz NOT NULL,           -- the night's now; of this opening
    opened_run  bigint NOT NULL,
    cleared_at  timestamptz,
    cleared_run bigint,
    PRIMARY KEY (tenant_id, finding_id)
);
CREATE INDEX finding_open ON ctok.finding (tenant_id, class) WHERE cleared_at IS NULL;
SELECT ctok.protect('ctok.finding');

-- The identities of a run: each difference must be 0.
CREATE TABLE ctok.control_result (
    tenant_id bigint NOT NULL,
    run_id    bigint NOT NULL,
    control   text NOT NULL,
    currency  text NOT NULL,                    -- '' for counts
    expected  bigint NOT NULL,
    actual    bigint NOT NULL,
    PRIMARY KEY (tenant_id, run_id, control, currency)
);
SELECT ctok.protect('ctok.control_result');
