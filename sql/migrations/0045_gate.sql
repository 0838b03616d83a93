-- What Moodle says of an account beside its name: gates ask for it, accounts are kept in step with it. Personal data. '' where it is empty, and where
-- the site does not show it to us.
ALTER TABLE ctok.mirror_user
    ADD COLUMN idnumber text NOT NULL DEFAULT '',
    ADD COLUMN auth text NOT NULL DEFAULT '',      -- how the account signs in; '' where only listings have shown it (level 2)
    ADD COLUMN phone1 text NOT NULL DEFAULT '',
    ADD COLUMN phone2 text NOT NULL DEFAULT '',
    ADD COLUMN city text NOT NULL DEFAULT '',
    ADD COLUMN country text NOT NULL DEFAULT '',
    ADD COLUMN lang text NOT NULL DEFAULT '',      -- as auth
    ADD COLUMN fields jsonb NOT NULL DEFAULT '{}'; -- of the site's own profile fields those that the settings name: short name and text

-- What a rule wants to be so before a sale gives access, and when it begins.
ALTER TABLE ctok.product_rule
    ADD COLUMN starts timestamptz,                       -- 00:00 of the first day of access, whenever it was sold
    ADD COLUMN requires text[] NOT NULL DEFAULT '{}',    -- courses to be completed before, as rules name them
    ADD COLUMN require_field text NOT NULL DEFAULT '',   -- of the account or of the sale, to be filled in before
    ADD COLUMN capacity integer,                         -- places; NULL: no limit
    ADD COLUMN term_from text NOT NULL DEFAULT 'gate' CHECK (term_from IN ('gate', 'sale')), -- what the term of a sale that had to wait counts from
    ADD COLUMN gated boolean GENERATED ALWAYS AS (requires <> '{}' OR require_field <> '' OR capacity IS NOT NULL) STORED;

-- The courses that a rule requires, as targets, so that they are pinned like those it gives.
CREATE TABLE ctok.rule_requires (
    tenant_id bigint NOT NULL,
    rule_id   bigint NOT NULL,
    target_id bigint NOT NULL,
    PRIMARY KEY (tenant_id, rule_id, target_id),
    FOREIGN KEY (tenant_id, rule_id) REFERENCES ctok.product_rule,
    FOREIGN KEY (tenant_id, target_id) REFERENCES ctok.target
);
SELECT ctok.protect('ctok.rule_requires');

-- The gate of one unit's right to a course, shut until all that its rule wants is so. Once open it stays open, whatever becomes of the conditions:
-- nobody loses what was given.
CREATE TABLE ctok.gate (
    tenant_id bigint NOT NULL,
    unit_id   bigint NOT NULL,
    target_id bigint NOT NULL,
    rule_id   bigint NOT NULL,
    known_at  timestamptz NOT NULL,
    opened_at timestamptz,                     -- NULL: shut. The conditions' own moment, no earlier than the sale
    PRIMARY KEY (tenant_id, unit_id, target_id)
);
CREATE INDEX gate_waiting ON ctok.gate (tenant_id, rule_id) WHERE opened_at IS NULL;
SELECT ctok.protect('ctok.gate');
