-- The course that whoever gets a first account there is enrolled in, once, and since when that is so: who had an account before is not.
ALTER TABLE ctok.site
    ADD COLUMN welcome_target bigint,
    ADD COLUMN welcome_since timestamptz;

-- Cohorts of Moodle that follow access: who is a member, and which of these memberships we made.

-- The cohort of everybody with access on a site, by ID number ('' for none); and whether cohorts that are not there are made.
ALTER TABLE ctok.site
    ADD COLUMN cohort text NOT NULL DEFAULT '',
    ADD COLUMN make_cohorts boolean NOT NULL DEFAULT false;

-- The cohorts of whoever has access by a rule, by ID number.
CREATE TABLE ctok.rule_cohort (
    tenant_id bigint NOT NULL,
    rule_id   bigint NOT NULL,
    cohort    text NOT NULL CHECK (cohort <> ''),
    PRIMARY KEY (tenant_id, rule_id, cohort),
    FOREIGN KEY (tenant_id, rule_id) REFERENCES ctok.product_rule
);
SELECT ctok.protect('ctok.rule_cohort');

-- Cohorts that the settings name or named, as far as they are there; their members, of the accounts that we know.
CREATE TABLE ctok.mirror_cohort (
    tenant_id bigint NOT NULL,
    site_id   bigint NOT NULL,
    cohort    text NOT NULL,
    cohort_id bigint NOT NULL,                 -- Moodle's
    PRIMARY KEY (tenant_id, site_id, cohort),
    FOREIGN KEY (tenant_id, site_id) REFERENCES ctok.site
);
SELECT ctok.protect('ctok.mirror_cohort');
CREATE TABLE ctok.mirror_cohort_member (
    tenant_id bigint NOT NULL,
    site_id   bigint NOT NULL,
    cohort_id bigint NOT NULL,
    user_id   bigint NOT NULL,
    PRIMARY KEY (tenant_id, site_id, cohort_id, user_id),
    FOREIGN KEY (tenant_id, site_id) REFERENCES ctok.site
);
SELECT ctok.protect('ctok.mirror_cohort_member');

-- When cohorts of a site were read last, and why they were not: '' if the last try went well.
CREATE TABLE ctok.cohort_state (
    tenant_id bigint NOT NULL,
    site_id   bigint NOT NULL,
    read_at   timestamptz,
    failure   text NOT NULL,
    PRIMARY KEY (tenant_id, site_id),
    FOREIGN KEY (tenant_id, site_id) REFERENCES ctok.site
);
SELECT ctok.protect('ctok.cohort_state');

-- Memberships that we made: only these are taken back.
CREATE TABLE ctok.cohort_ours (
    tenant_id bigint NOT NULL,
    site_id   bigint NOT NULL,
    cohort_id bigint NOT NULL,
    user_id   bigint NOT NULL,
    action_id bigint NOT NULL,                 -- that made it
    PRIMARY KEY (tenant_id, site_id, cohort_id, user_id),
    FOREIGN KEY (tenant_id, site_id) REFERENCES ctok.site
);
SELECT ctok.protect('ctok.cohort_ours');

-- 'join_cohort', 'leave_cohort': actions about a cohort and no course.
ALTER TABLE ctok.action ADD COLUMN cohort text NOT NULL DEFAULT '';
DO $$
DECLARE
    kinds text := (SELECT pg_get_expr(c.conbin, c.conrelid) FROM pg_constraint c WHERE c.conrelid = 'ctok.action'::regclass AND c.conname = 'action_kind_check');
BEGIN
    ALTER TABLE ctok.action DROP CONSTRAINT action_kind_check;
    EXECUTE format('ALTER TABLE ctok.action ADD CONSTRAINT action_kind_check CHECK (kind IN (''join_cohort'', ''leave_cohort'') OR %s)', kinds);
END
$$;
ALTER TABLE ctok.action ADD CONSTRAINT action_cohort CHECK ((cohort <> '') = (kind IN ('join_cohort', 'leave_cohort')));
-- At most one change is waiting for an account, one for a person's course, and one for a person's place in a cohort.
DROP INDEX ctok.action_open;
CREATE UNIQUE INDEX action_open ON ctok.action (tenant_id, site_id, person_id, coalesce(target_id, 0), cohort)
    WHERE state IN ('open', 'held', 'sending');
