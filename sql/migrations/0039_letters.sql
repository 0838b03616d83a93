-- What mails to learners and operators need to know: how long certificates of a rule are valid, how many days before that ends their holders
-- are reminded, and whether accounts of a site have passwords of Moodle's own. From the configuration.
ALTER TABLE ctok.product_rule ADD COLUMN certificate_valid interval; -- NULL: for ever
ALTER TABLE ctok.tenant ADD COLUMN certificate_days integer[] NOT NULL DEFAULT '{}';
ALTER TABLE ctok.site ADD COLUMN passwords boolean NOT NULL DEFAULT false;

-- Certificates by the end of their validity, for the reminders of a night.
CREATE INDEX issue_valid ON ctok.issue (tenant_id, valid_until) WHERE state = 'live' AND valid_until IS NOT NULL;
