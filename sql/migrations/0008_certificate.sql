-- Certificates. Written by lib/certificate.

-- What serials are derived with, so that they cannot be guessed; made once per tenant.
CREATE TABLE ctok.serial_key (
    tenant_id bigint NOT NULL PRIMARY KEY REFERENCES ctok.tenant,
    secret    text NOT NULL DEFAULT gen_random_uuid()::text || gen_random_uuid()::text
);
SELECT ctok.protect('ctok.serial_key');

-- One version of a certificate. The facts are fixed here before anything is drawn, so that drawing again gives the same bytes.
CREATE TABLE ctok.issue (
    tenant_id    bigint NOT NULL,
    issue_id     bigint GENERATED ALWAYS AS IDENTITY,
    site_id      bigint NOT NULL,
    target_id    bigint NOT NULL,
    course_id    bigint NOT NULL,
    person_id    bigint NOT NULL,
    cycle        integer NOT NULL,
    version      integer NOT NULL DEFAULT 1,
    serial       text NOT NULL,
    learner_name text NOT NULL,                -- personal data
    course_name  text NOT NULL,
    completed_at timestamptz NOT NULL,
    valid_until  timestamptz,
    template     text NOT NULL,
    locale       text NOT NULL,
    issued_at    timestamptz NOT NULL,         -- the night's now
    run_id       bigint NOT NULL,
    state        text NOT NULL CHECK (state IN ('planned', 'live', 'refused', 'superseded', 'revoked')),
    failure      text NOT NULL DEFAULT '',
    pdf_file     text,                         -- relative to the state directory
    pdf_sha256   bytea,
    PRIMARY KEY (tenant_id, issue_id),
    UNIQUE (tenant_id, serial),
    UNIQUE (tenant_id, site_id, target_id, person_id, cycle, version)
);
CREATE UNIQUE INDEX issue_live ON ctok.issue (tenant_id, site_id, target_id, person_id, cycle) WHERE state IN ('planned', 'live', 'refused');
SELECT ctok.protect('ctok.issue');
