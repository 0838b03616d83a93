-- How old a reading may be before it no longer tells that somebody has lost a right (docs/architecture.md, "Completeness and freshness").

-- `max_age_s`: an older reading is stale. `closed`: sells no more and is read no more; what is known of it is all there will be.
ALTER TABLE ctok.source
    ADD COLUMN max_age_s bigint NOT NULL DEFAULT 93600,
    ADD COLUMN closed boolean NOT NULL DEFAULT false;
ALTER TABLE ctok.site ADD COLUMN max_age_s bigint NOT NULL DEFAULT 93600;
