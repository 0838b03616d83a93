-- Invoices: partial payments, credit notes, drafts, and documents that vanish; and what a kind of source remembers between pulls.

-- `corrects` is the external id of the document of the same source that a credit note is for, '' when it names none. `paid_minor` is what was
-- paid so far where the source tells payments apart, NULL where `status` says all or nothing. `gone_at` is when a whole reading first missed it.
ALTER TABLE ctok.document
    ADD COLUMN corrects   text NOT NULL DEFAULT '',
    ADD COLUMN paid_minor bigint,
    ADD COLUMN draft      boolean NOT NULL DEFAULT false,
    ADD COLUMN gone_at    timestamptz;
CREATE INDEX document_corrects ON ctok.document (tenant_id, source_id, corrects) WHERE corrects <> '';
CREATE INDEX document_gone ON ctok.document (tenant_id, document_id) WHERE gone_at IS NOT NULL;

-- The key of the original's line that a credit note's line gives back, '' when it names none.
ALTER TABLE ctok.line ADD COLUMN corrects_key text NOT NULL DEFAULT '';

-- Where a source that cannot be asked for what changed was left off, and what it is recognised by. Written with the pull that says so.
CREATE TABLE ctok.source_cursor (
    tenant_id bigint NOT NULL,
    source_id bigint NOT NULL,
    name      text NOT NULL,
    value     text NOT NULL,
    PRIMARY KEY (tenant_id, source_id, name),
    FOREIGN KEY (tenant_id, source_id) REFERENCES ctok.source
);
SELECT ctok.protect('ctok.source_cursor');
