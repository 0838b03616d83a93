-- The workbooks that were made. The snapshot is what a workbook is drawn from, and enough to draw it again to the same bytes; both files
-- hold personal data. Paths are relative to the state directory.
CREATE TABLE ctok.report (
    tenant_id       bigint NOT NULL,
    run_id          bigint NOT NULL,
    snapshot_path   text NOT NULL,
    snapshot_sha256 bytea NOT NULL,
    xlsx_path       text NOT NULL,
    xlsx_sha256     bytea NOT NULL,
    ties            boolean NOT NULL,
    PRIMARY KEY (tenant_id, run_id),
    FOREIGN KEY (tenant_id, run_id) REFERENCES ctok.run
);
SELECT ctok.protect('ctok.report');
