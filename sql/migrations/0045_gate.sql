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
