-- Who is owed what. Written by lib/entitle.

-- A product rule as the configuration had it. A changed rule is a new row, so that an entitlement's rule is also the snapshot of the
-- policy it was sold under.
CREATE TABLE ctok.product_rule (
    tenant_id      bigint NOT NULL,
    rule_id        bigint GENERATED ALWAYS AS IDENTITY,
    digest         text NOT NULL,              -- of all that follows
    source_id      bigint NOT NULL,
    match_kind     text NOT NULL CHECK (match_kind IN ('variant', 'sku', 'product', 'name')),
    pattern        text NOT NULL,              -- '*' stands for any run of characters
    site_id        bigint,                     -- NULL for a rule that excludes
    role           text NOT NULL,              -- short name of the student role; '' for the site's
    term           interval,                   -- NULL: without end
    grace_days     integer NOT NULL,
    notice_days    integer NOT NULL,
    delivery       text NOT NULL,
    learner        text NOT NULL CHECK (learner IN ('form_or_buyer', 'form', 'buyer')),
    on_expiry      text NOT NULL CHECK (on_expiry IN ('suspend', 'unenrol', 'keep')),
    on_refund      text NOT NULL CHECK (on_refund IN ('suspend', 'unenrol', 'keep')),
    renews         boolean NOT NULL,
    price_minor    bigint,
    price_currency text,
    certificate    text NOT NULL,              -- template; 'none' for no certificate
    since          timestamptz,
    exclude        boolean NOT NULL,           -- not a course: its units are excluded by rule
    gone           boolean NOT NULL DEFAULT false,
    CHECK (exclude OR site_id IS NOT NULL),
    PRIMARY KEY (tenant_id, rule_id),
    UNIQUE (tenant_id, digest),
    FOREIGN KEY (tenant_id, source_id) REFERENCES ctok.source,
    FOREIGN KEY (tenant_id, site_id) REFERENCES ctok.site
);
SELECT ctok.protect('ctok.product_rule');

-- A course as rules name it ('shortname:ACLS', 'idnumber:…', 'id:…'), pinned to Moodle's id the first time it is found.
CREATE TABLE ctok.target (
    tenant_id bigint NOT NULL,
    target_id bigint GENERATED ALWAYS AS IDENTITY,
    site_id   bigint NOT NULL,
    reference text NOT NULL,
    course_id bigint,
    same_as   bigint,                          -- another name of that target's course; then course_id is NULL
    PRIMARY KEY (tenant_id, target_id),
    UNIQUE (tenant_id, site_id, reference),
    UNIQUE (tenant_id, site_id, course_id),
    FOREIGN KEY (tenant_id, site_id) REFERENCES ctok.site
);
SELECT ctok.protect('ctok.target');

CREATE TABLE ctok.rule_target (
    tenant_id bigint NOT NULL,
    rule_id   bigint NOT NULL,
    target_id bigint NOT NULL,
    PRIMARY KEY (tenant_id, rule_id, target_id),
    FOREIGN KEY (tenant_id, rule_id) REFERENCES ctok.product_rule,
    FOREIGN KEY (tenant_id, target_id) REFERENCES ctok.target
);
SELECT ctok.protect('ctok.rule_target');

-- A source goes live on a site: facts from `since` on are acted on. No row: trial.
CREATE TABLE ctok.live (
    tenant_id bigint NOT NULL,
    site_id   bigint NOT NULL,
    source_id bigint NOT NULL,
    since     timestamptz NOT NULL,
    known_at  timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, site_id, source_id),
    FOREIGN KEY (tenant_id, site_id) REFERENCES ctok.site,
    FOREIGN KEY (tenant_id, source_id) REFERENCES ctok.source
);
SELECT ctok.protect('ctok.live');

-- One person's right to one course, from one unit. The price and the rule are those of the moment the unit was first matched; dates
-- and cycle follow from the facts of all units of the same person and course.
CREATE TABLE ctok.entitlement (
    tenant_id      bigint NOT NULL,
    entitlement_id bigint GENERATED ALWAYS AS IDENTITY,
    unit_id        bigint NOT NULL,
    target_id      bigint NOT NULL,
    person_id      bigint NOT NULL,
    rule_id        bigint NOT NULL,
    source_id      bigint NOT NULL,
    document_id    bigint NOT NULL,
    price_minor    bigint NOT NULL,            -- the unit's net when first matched
    currency       text NOT NULL,
    sold_at        timestamptz NOT NULL,
    revoked_at     timestamptz,                -- refund or cancellation, the source's own moment
    revoked_why    text,
    starts_at      timestamptz,                -- NULL until its term was reckoned, and for one that is revoked before it began
    ends_at        timestamptz,                -- 'infinity' without term; cut short by revoked_at
    cycle          integer,
    matched_at     timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, entitlement_id),
    UNIQUE (tenant_id, unit_id, target_id)
);
CREATE INDEX entitlement_access ON ctok.entitlement (tenant_id, person_id, target_id);
CREATE INDEX entitlement_document ON ctok.entitlement (tenant_id, document_id);
SELECT ctok.protect('ctok.entitlement');

-- What one person's entitlements to one course add up to, as of the last reconcile that touched it.
CREATE TABLE ctok.access (
    tenant_id      bigint NOT NULL,
    person_id      bigint NOT NULL,
    target_id      bigint NOT NULL,
    site_id        bigint NOT NULL,
    state          text NOT NULL CHECK (state IN ('pending', 'active', 'grace', 'suspended', 'ended', 'none')),
    why            text NOT NULL,              -- 'term', 'refund', 'cancelled', …: what ended or will end it
    wanted         text NOT NULL CHECK (wanted IN ('active', 'suspended', 'unenrolled', 'untouched')),
    starts_at      timestamptz,                -- of the stretch of access that runs, or ran last
    ends_at        timestamptz,                -- paid until; 'infinity' without end
    debt_at        timestamptz,                -- when it ended without a successor
    suspend_at     timestamptz,                -- earliest moment of suspension, notices aside
    wanted_start   bigint,                     -- Moodle's timestart and timeend, whole minutes, 0 for none
    wanted_end     bigint,
    role           text NOT NULL,
    rule_id        bigint NOT NULL,            -- of the entitlement that ends last: its policy governs the end
    trial          boolean NOT NULL,           -- some source of it is not live on this site
    next_change_at timestamptz,                -- when time alone changes the state
    PRIMARY KEY (tenant_id, person_id, target_id)
);
CREATE INDEX access_due ON ctok.access (tenant_id, next_change_at) WHERE next_change_at IS NOT NULL;
SELECT ctok.protect('ctok.access');

-- From the moment of debt to its cure; a new debt is a new episode. The learner is told once per episode.
CREATE TABLE ctok.debt_episode (
    tenant_id  bigint NOT NULL,
    episode_id bigint GENERATED ALWAYS AS IDENTITY,
    person_id  bigint NOT NULL,
    target_id  bigint NOT NULL,
    debt_at    timestamptz NOT NULL,
    why        text NOT NULL,
    suspend_at timestamptz NOT NULL,           -- debt + grace
    notice_days integer NOT NULL,
    known_at   timestamptz NOT NULL,
    cured_at   timestamptz,
    PRIMARY KEY (tenant_id, episode_id),
    UNIQUE (tenant_id, person_id, target_id, debt_at)
);
SELECT ctok.protect('ctok.debt_episode');

-- User names and e-mails that are never touched, from the configuration.
CREATE TABLE ctok.protected_account (
    tenant_id bigint NOT NULL,
    site_id   bigint NOT NULL,
    name      text NOT NULL,
    PRIMARY KEY (tenant_id, site_id, name),
    FOREIGN KEY (tenant_id, site_id) REFERENCES ctok.site
);
SELECT ctok.protect('ctok.protected_account');
