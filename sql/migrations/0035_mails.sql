-- Which mails a tenant's learners get besides those that the engine needs for itself (notices, ends, certificates), and how many days
-- before the end of their access they are reminded, from the configuration.
ALTER TABLE ctok.tenant ADD COLUMN mails text[] NOT NULL DEFAULT '{}';
ALTER TABLE ctok.tenant ADD COLUMN expiry_days integer[] NOT NULL DEFAULT '{}';
