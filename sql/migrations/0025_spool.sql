-- Webhooks that were taken: a delivery counts once. `nonce_hash` is of what the sender makes it unique by, `file_hash` of the file it lay in: the
-- same file again is one that was not yet removed, another one is a replay.
CREATE TABLE ctok.spool_nonce (
    tenant_id  bigint NOT NULL,
    source_id  bigint NOT NULL,
    nonce_hash bytea NOT NULL,
    file_hash  bytea NOT NULL,
    seen_at    timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, source_id, nonce_hash),
    FOREIGN KEY (tenant_id, source_id) REFERENCES ctok.source
);
SELECT ctok.protect('ctok.spool_nonce');
