-- Who is who, as people decide it: records that are one human, and names that are right although they changed. Written by lib/party; what a
-- person asked for is carried out by the next reconcile.

-- `person_id` is another record of `into_id`: all that it has is that person's, from `merged_at` until `split_at`. NULL: not yet.
CREATE TABLE ctok.person_merge (
    tenant_id    bigint NOT NULL,
    merge_id     bigint GENERATED ALWAYS AS IDENTITY,
    person_id    bigint NOT NULL,
    into_id      bigint NOT NULL CHECK (into_id <> person_id),
    who_name     text NOT NULL,                -- of whoever answers for it; not the learner's
    reason       text NOT NULL,
    asked_at     timestamptz NOT NULL,
    merged_at    timestamptz,
    split_who    text,
    split_reason text,
    split_asked_at timestamptz,
    split_at     timestamptz,
    PRIMARY KEY (tenant_id, merge_id)
);
CREATE UNIQUE INDEX person_merge_standing ON ctok.person_merge (tenant_id, person_id) WHERE split_at IS NULL;
CREATE INDEX person_merge_into ON ctok.person_merge (tenant_id, into_id) WHERE split_at IS NULL;
SELECT ctok.protect('ctok.person_merge');
REVOKE DELETE ON ctok.person_merge FROM ctok_program;

-- What a merge moved, so that a split gives back just that: entitlements, and accounts (of a site).
CREATE TABLE ctok.person_merge_row (
    tenant_id bigint NOT NULL,
    merge_id  bigint NOT NULL,
    kind      text NOT NULL CHECK (kind IN ('entitlement', 'account')),
    key       bigint NOT NULL,                 -- entitlement_id, site_id
    PRIMARY KEY (tenant_id, merge_id, kind, key)
);
SELECT ctok.protect('ctok.person_merge_row');
REVOKE UPDATE ON ctok.person_merge_row FROM ctok_program;

-- The record that an address belongs to when nothing is merged; NULL: that of person_id. `alias`: a person said so.
ALTER TABLE ctok.person_email
    ADD COLUMN origin_id bigint,
    ADD COLUMN alias boolean NOT NULL DEFAULT false;

-- The contact that a person is called by now, where others of the same level call the person something else: it may be another human. Open
-- while the person goes by that name, until `settled_at`, when somebody said that it is the same one.
CREATE TABLE ctok.name_doubt (
    tenant_id   bigint NOT NULL,
    person_id   bigint NOT NULL,
    contact_id  bigint NOT NULL,
    seen_at     timestamptz NOT NULL,
    settled_at  timestamptz,
    settled_who text,
    PRIMARY KEY (tenant_id, person_id, contact_id)
);
CREATE INDEX name_doubt_open ON ctok.name_doubt (tenant_id, person_id) WHERE settled_at IS NULL;
SELECT ctok.protect('ctok.name_doubt');
REVOKE DELETE ON ctok.name_doubt FROM ctok_program;

-- Persons that a decision moved since the last reconcile, which empties it.
CREATE TABLE ctok.dirty_person (
    tenant_id bigint NOT NULL,
    person_id bigint NOT NULL,
    PRIMARY KEY (tenant_id, person_id)
);
SELECT ctok.protect('ctok.dirty_person');
