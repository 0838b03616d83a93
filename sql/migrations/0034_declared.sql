-- What sources declare, and what they change behind us.

-- `declared`: rows that the source says there are of what was asked for; `taken`: those that came; NULL: it does not say. `late`: new documents sold
-- before the time up to which sales were known. `rewritten`: known ones in another version.
ALTER TABLE ctok.pull
    ADD COLUMN declared bigint,
    ADD COLUMN taken bigint,
    ADD COLUMN late bigint NOT NULL DEFAULT 0,
    ADD COLUMN rewritten bigint NOT NULL DEFAULT 0;
