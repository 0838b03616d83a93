-- Brakes: what is held until a person releases it. `hold` and `approval` are written by lib/brake; whoever owns what is held (actions,
-- certificates, mails) marks it.

-- A limit that was exceeded. A hold takes everything of its kind in its scope that is neither foreseen nor approved. Those of the newest
-- judgement are `standing` while something is held by them; older ones stay on record.
CREATE TABLE ctok.hold (
    tenant_id bigint NOT NULL,
    hold_id   bigint GENERATED ALWAYS AS IDENTITY,
    run_id    bigint NOT NULL,
    kind      text NOT NULL CHECK (kind IN ('enrol', 'create_account', 'rename', 'suspend', 'unenrol', 'revoke', 'void', 'issue', 'mail')),
    scope     text NOT NULL CHECK (scope IN ('tenant', 'site', 'course', 'group')),
    site_id   bigint NOT NULL,                  -- 0: the whole tenant
    target_id bigint NOT NULL,                  -- 0: the whole site
    wanted    bigint NOT NULL,                  -- how many count
    base      bigint NOT NULL,                  -- of how many: active managed enrolments, live certificates; mail and issue: the median night
    most      bigint NOT NULL,                  -- how many would have passed
    foreseen  bigint NOT NULL,                  -- apart from these, which go on
    since_at  timestamptz NOT NULL,             -- the night's now of the first of the judgements in a row that held
    standing  boolean NOT NULL DEFAULT true,
    PRIMARY KEY (tenant_id, hold_id)
);
CREATE INDEX hold_standing ON ctok.hold (tenant_id, kind) WHERE standing;
SELECT ctok.protect('ctok.hold');
REVOKE DELETE ON ctok.hold FROM ctok_program;

-- What a person released, for 48 hours. `go-live` approves the backlog of enrolments and accounts that the trial showed.
CREATE TABLE ctok.approval (
    tenant_id   bigint NOT NULL,
    approval_id bigint GENERATED ALWAYS AS IDENTITY,
    origin      text NOT NULL CHECK (origin IN ('approve', 'go-live')),
    kind        text NOT NULL,                  -- '': all kinds
    site_id     bigint NOT NULL,                -- 0: all sites
    target_id   bigint NOT NULL,                -- 0: all courses
    who_name    text NOT NULL,                  -- of whoever approved; personal data
    reason      text NOT NULL,
    approved_at timestamptz NOT NULL,
    expires_at  timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, approval_id)
);
CREATE INDEX approval_expires ON ctok.approval (tenant_id, expires_at);
SELECT ctok.protect('ctok.approval');
REVOKE UPDATE, DELETE ON ctok.approval FROM ctok_program;

-- Its fingerprints: of actions as they have them, 'issue:<issue_id>', 'mail:<mail_id>'. The same change wanted again by a later plan is
-- released too, until it was carried out once.
CREATE TABLE ctok.approval_item (
    tenant_id   bigint NOT NULL,
    approval_id bigint NOT NULL,
    fingerprint text NOT NULL,
    kind        text NOT NULL,                  -- of brake
    PRIMARY KEY (tenant_id, approval_id, fingerprint)
);
SELECT ctok.protect('ctok.approval_item');
REVOKE UPDATE, DELETE ON ctok.approval_item FROM ctok_program;

-- How many of each kind were carried out in each night, per scope: what a night is compared with. Nights in which the program ran have a
-- row of the whole tenant, be it 0.
CREATE TABLE ctok.night_tally (
    tenant_id bigint NOT NULL,
    night_id  bigint NOT NULL,
    kind      text NOT NULL,                    -- of brake, and 'extend'
    scope     text NOT NULL CHECK (scope IN ('tenant', 'site', 'course')),
    site_id   bigint NOT NULL,                  -- 0: the whole tenant
    target_id bigint NOT NULL,                  -- 0: the whole site
    done      bigint NOT NULL,
    PRIMARY KEY (tenant_id, kind, scope, site_id, target_id, night_id)
);
SELECT ctok.protect('ctok.night_tally');

-- Why an action is held ('brake', 'account', …; words in rule.report_word); it stays when it was released, for an approval may expire.
-- `approval_id` is what released it: an approval's fingerprint is used up by the action that was done under it.
ALTER TABLE ctok.action
    ADD COLUMN held_why text NOT NULL DEFAULT '',
    ADD COLUMN approval_id bigint,
    ADD CONSTRAINT action_held_why CHECK (state <> 'held' OR held_why <> '');
CREATE INDEX action_approved ON ctok.action (tenant_id, fingerprint) WHERE approval_id IS NOT NULL;

-- The same for certificates and mails, which keep their state and wait: '' for those that are not held.
ALTER TABLE ctok.issue ADD COLUMN held_why text NOT NULL DEFAULT '';
ALTER TABLE ctok.outbox ADD COLUMN held_why text NOT NULL DEFAULT '';
-- What a night did, for its tally; what is held.
CREATE INDEX issue_run ON ctok.issue (tenant_id, run_id);
CREATE INDEX outbox_sent ON ctok.outbox (tenant_id, sent_run) WHERE state = 'sent';
CREATE INDEX issue_held ON ctok.issue (tenant_id) WHERE held_why <> '';
CREATE INDEX outbox_held ON ctok.outbox (tenant_id) WHERE held_why <> '';

-- Since when the end of an access is planned as it is: an end that was known for seven nights before it came is foreseen.
ALTER TABLE ctok.access ADD COLUMN end_known_at timestamptz NOT NULL DEFAULT now();
