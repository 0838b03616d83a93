-- What accounts in Moodle should say, site by site, and what we wrote there.

-- Who is right about a learner's name and address: the sources, Moodle, or nobody (then a difference is a finding); and what user names are made of.
ALTER TABLE ctok.site
    ADD COLUMN names text NOT NULL DEFAULT 'moodle' CHECK (names IN ('source', 'moodle', 'report')),
    ADD COLUMN emails text NOT NULL DEFAULT 'moodle' CHECK (emails IN ('source', 'moodle', 'report')),
    ADD COLUMN usernames text NOT NULL DEFAULT 'email' CHECK (usernames IN ('email', 'local', 'name'));

-- More of what accounts say; '' where it is empty, and where the site does not show it to us. Personal data.
ALTER TABLE ctok.mirror_user
    ADD COLUMN institution text NOT NULL DEFAULT '',
    ADD COLUMN department text NOT NULL DEFAULT '';

-- Profile fields that should say what a kept field says.
CREATE TABLE ctok.site_field (
    tenant_id bigint NOT NULL,
    site_id   bigint NOT NULL,
    field     text NOT NULL,                   -- as Moodle calls it: 'institution'; 'profile_field_…' for fields of the site's own
    said_as   text NOT NULL,                   -- name of the kept field
    policy    text NOT NULL CHECK (policy IN ('source', 'report')),
    PRIMARY KEY (tenant_id, site_id, field),
    FOREIGN KEY (tenant_id, site_id) REFERENCES ctok.site
);
SELECT ctok.protect('ctok.site_field');

-- 'update_account': what the account says is changed, field by field. (One kind more than there are by now, whichever those are.)
DO $$
DECLARE
    kinds text := (SELECT pg_get_expr(c.conbin, c.conrelid) FROM pg_constraint c WHERE c.conrelid = 'ctok.action'::regclass AND c.conname = 'action_kind_check');
BEGIN
    ALTER TABLE ctok.action DROP CONSTRAINT action_kind_check;
    EXECUTE format('ALTER TABLE ctok.action ADD CONSTRAINT action_kind_check CHECK (kind = ''update_account'' OR %s)', kinds);
END
$$;

-- The fields of such an action, as they were when it was decided and as it makes them. Personal data.
CREATE TABLE ctok.account_change (
    tenant_id    bigint NOT NULL,
    action_id    bigint NOT NULL,
    field        text NOT NULL,                -- 'firstname', 'lastname', 'email', or as in site_field
    before_value text NOT NULL,
    after_value  text NOT NULL,
    PRIMARY KEY (tenant_id, action_id, field)
);
SELECT ctok.protect('ctok.account_change');
REVOKE UPDATE, DELETE ON ctok.account_change FROM ctok_program;
