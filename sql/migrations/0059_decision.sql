-- What people decide against, or besides, what the rules say. Written by lib/entitle; the command notes it, the next reconcile carries it out.

-- It holds from `begun_at` until `ended_at`, both set by a reconcile, and no longer than `until_at`. A newer one about the same `matter` takes its place.
CREATE TABLE ctok.decision (
    tenant_id      bigint NOT NULL,
    decision_id    bigint GENERATED ALWAYS AS IDENTITY,
    kind           text NOT NULL CHECK (kind IN ('grant', 'policy', 'allow', 'deny', 'drop', 'restore', 'end', 'keep', 'seat')),
    matter         text NOT NULL,                -- what it is about: one decision about it holds at a time
    person_id      bigint,                       -- policy: NULL for all learners of the document
    target_id      bigint,                       -- grant: NULL for all courses of its rule; policy: NULL for all
    document_id    bigint,
    rule_id        bigint,                       -- grant: the rule that it is like
    patch          jsonb NOT NULL DEFAULT '{}',  -- grant, policy: what its own rule says otherwise than that one, by column
    about          text NOT NULL DEFAULT '' CHECK (about IN ('', 'gone', 'refund', 'dispute', 'credit')), -- end, keep, seat: which fact of the document
    about_at       timestamptz,                  -- and which of them: another one is another matter
    about_minor    bigint,                       -- how much of it was given back when it was decided
    until_at       timestamptz,                  -- NULL: until it is taken back
    who_name       text NOT NULL,                -- of whoever answers for it; not the learner's
    reason         text NOT NULL,
    asked_at       timestamptz NOT NULL,
    begun_at       timestamptz,
    revoked_at     timestamptz,                  -- taken back; the next reconcile carries that out, too
    revoked_who    text,
    revoked_reason text,
    ended_at       timestamptz,
    ended_why      text CHECK (ended_why IN ('revoked', 'expired', 'superseded', 'done', 'moot', 'over')),
    PRIMARY KEY (tenant_id, decision_id),
    CHECK ((ended_at IS NULL) = (ended_why IS NULL)),
    CHECK ((revoked_at IS NULL) = (revoked_who IS NULL) AND (revoked_at IS NULL) = (revoked_reason IS NULL)),
    FOREIGN KEY (tenant_id, rule_id) REFERENCES ctok.product_rule
);
CREATE UNIQUE INDEX decision_one_holds ON ctok.decision (tenant_id, matter) WHERE begun_at IS NOT NULL AND ended_at IS NULL;
CREATE UNIQUE INDEX decision_one_noted ON ctok.decision (tenant_id, matter) WHERE begun_at IS NULL AND ended_at IS NULL;
CREATE INDEX decision_document ON ctok.decision (tenant_id, document_id) WHERE document_id IS NOT NULL;
CREATE INDEX decision_person ON ctok.decision (tenant_id, person_id) WHERE person_id IS NOT NULL;
SELECT ctok.protect('ctok.decision');
REVOKE DELETE ON ctok.decision FROM ctok_program;

-- The seats that a refund was for, says decision 'seat'.
CREATE TABLE ctok.decision_unit (
    tenant_id   bigint NOT NULL,
    decision_id bigint NOT NULL,
    unit_id     bigint NOT NULL,
    PRIMARY KEY (tenant_id, decision_id, unit_id),
    FOREIGN KEY (tenant_id, decision_id) REFERENCES ctok.decision
);
SELECT ctok.protect('ctok.decision_unit');
REVOKE UPDATE, DELETE ON ctok.decision_unit FROM ctok_program;

-- A rule that a decision made out of another one: nothing is sold by it.
ALTER TABLE ctok.product_rule
    ADD COLUMN decision_id  bigint,
    ADD COLUMN base_rule_id bigint,
    ADD CONSTRAINT product_rule_decided CHECK ((decision_id IS NULL) = (base_rule_id IS NULL) AND (decision_id IS NULL OR gone));
GRANT USAGE ON SEQUENCE ctok.product_rule_rule_id_seq TO ctok_program;

-- Which rule an entitlement had, and has, since when: the snapshots that corrections superseded. `kept_until`: how long access would have been kept by
-- what was so before. (The entitlement of a grant has no unit: its unit_id and document_id are -decision_id, which no sale has.)
CREATE TABLE ctok.policy_change (
    tenant_id      bigint NOT NULL,
    change_id      bigint GENERATED ALWAYS AS IDENTITY,
    entitlement_id bigint NOT NULL,
    decision_id    bigint NOT NULL,
    from_rule_id   bigint NOT NULL,
    to_rule_id     bigint NOT NULL,
    kept_until     timestamptz,
    changed_at     timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, change_id),
    FOREIGN KEY (tenant_id, decision_id) REFERENCES ctok.decision
);
CREATE INDEX policy_change_entitlement ON ctok.policy_change (tenant_id, entitlement_id);
SELECT ctok.protect('ctok.policy_change');
REVOKE UPDATE, DELETE ON ctok.policy_change FROM ctok_program;

-- A merge moves what was decided about the record, too.
ALTER TABLE ctok.person_merge_row DROP CONSTRAINT person_merge_row_kind_check;
ALTER TABLE ctok.person_merge_row ADD CONSTRAINT person_merge_row_kind_check CHECK (kind IN ('entitlement', 'account', 'decision'));
