-- Persons: a human, found by e-mail. Written by lib/party.

CREATE TABLE ctok.person (
    tenant_id    bigint NOT NULL,
    person_id    bigint GENERATED ALWAYS AS IDENTITY,
    email        text NOT NULL,                -- the address we write to; personal data
    display_name text NOT NULL,                -- the newest name a source gave; personal data
    known_at     timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, person_id)
);
SELECT ctok.protect('ctok.person');
REVOKE DELETE ON ctok.person FROM ctok_program;

-- Every address of a person, aliases included. Personal data.
CREATE TABLE ctok.person_email (
    tenant_id bigint NOT NULL,
    email     text NOT NULL,
    person_id bigint NOT NULL,
    PRIMARY KEY (tenant_id, email)
);
CREATE INDEX person_email_person ON ctok.person_email (tenant_id, person_id);
SELECT ctok.protect('ctok.person_email');

-- Which person a contact of the ledger is.
CREATE TABLE ctok.person_contact (
    tenant_id  bigint NOT NULL,
    contact_id bigint NOT NULL,
    person_id  bigint NOT NULL,
    PRIMARY KEY (tenant_id, contact_id)
);
CREATE INDEX person_contact_person ON ctok.person_contact (tenant_id, person_id);
SELECT ctok.protect('ctok.person_contact');

-- The person's account on a site. `made`: we made it.
CREATE TABLE ctok.account (
    tenant_id bigint NOT NULL,
    site_id   bigint NOT NULL,
    person_id bigint NOT NULL,
    user_id   bigint NOT NULL,
    made      boolean NOT NULL,
    PRIMARY KEY (tenant_id, site_id, person_id),
    UNIQUE (tenant_id, site_id, user_id)
);
SELECT ctok.protect('ctok.account');
