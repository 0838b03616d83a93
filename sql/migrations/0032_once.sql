-- What is consumed is consumed once, whatever statement asks for more.

-- The original that the money of a credit note was booked on: one, for good. A note that names another one later is a finding.
CREATE TABLE ctok.credit_use (
    tenant_id   bigint NOT NULL,
    note_id     bigint NOT NULL,
    original_id bigint NOT NULL,
    PRIMARY KEY (tenant_id, note_id),
    UNIQUE (tenant_id, original_id, note_id),
    CHECK (note_id <> original_id)
);
SELECT ctok.protect('ctok.credit_use');
REVOKE UPDATE, DELETE ON ctok.credit_use FROM ctok_program;

-- What a movement consumes: a part of a credit note, which must be that original's; or one fact of a payment provider.
ALTER TABLE ctok.movement
    ADD COLUMN note_id       bigint,
    ADD COLUMN settlement_id bigint;

-- Which bank movement a payout is: the nearest of each, so one of each. Brought in step by every reconcile.
CREATE TABLE ctok.payout_bank (
    tenant_id bigint NOT NULL,
    payout_id bigint NOT NULL,
    entry_id  bigint NOT NULL,
    PRIMARY KEY (tenant_id, payout_id),
    UNIQUE (tenant_id, entry_id),
    FOREIGN KEY (tenant_id, payout_id) REFERENCES ctok.payout,
    FOREIGN KEY (tenant_id, entry_id) REFERENCES ctok.bank_entry
);
SELECT ctok.protect('ctok.payout_bank');
CREATE INDEX bank_entry_day ON ctok.bank_entry (tenant_id, currency, booked_at);
CREATE INDEX payout_created ON ctok.payout (tenant_id, source_id, currency, created_at, payout_id) WHERE listed;

-- What was booked before. Rows are the tenant's only, also for the owner. (A note that was booked on two originals stays with the last; the other
-- booking keeps its money and has no note: the control CREDITS tells.)
DO $$
DECLARE
    a_tenant bigint;
BEGIN
    FOR a_tenant IN SELECT tenant_id FROM ctok.tenant LOOP
        PERFORM set_config('ctok.tenant', a_tenant::text, true);
        CREATE TEMP TABLE booked ON COMMIT DROP AS
        SELECT DISTINCT ON (m.movement_id) m.movement_id, m.document_id, n.document_id AS note_id
          FROM ctok.movement m
          JOIN ctok.document d ON d.tenant_id = m.tenant_id AND d.document_id = m.document_id
          JOIN ctok.document n ON n.tenant_id = d.tenant_id AND n.source_id = d.source_id AND n.kind = 'credit_note'
                              AND starts_with(m.external_key, 'credit ' || n.external_id || ' ')
         WHERE m.tenant_id = a_tenant AND m.kind = 'refund' AND starts_with(m.external_key, 'credit ')
         ORDER BY m.movement_id, length(n.external_id) DESC;
        INSERT INTO ctok.credit_use (tenant_id, note_id, original_id)
        SELECT DISTINCT ON (note_id) a_tenant, note_id, document_id FROM booked ORDER BY note_id, movement_id DESC;
        UPDATE ctok.movement m
           SET note_id = b.note_id
          FROM booked b
          JOIN ctok.credit_use u ON u.note_id = b.note_id AND u.original_id = b.document_id
         WHERE m.tenant_id = a_tenant AND m.movement_id = b.movement_id AND u.tenant_id = a_tenant;
        DROP TABLE booked;
        UPDATE ctok.movement m
           SET settlement_id = s.settlement_id
          FROM ctok.settlement s
         WHERE s.tenant_id = a_tenant AND m.tenant_id = a_tenant AND m.document_id = s.document_id AND m.kind = s.kind
           AND m.external_key = s.external_key AND s.kind <> 'charge';
    END LOOP;
    PERFORM set_config('ctok.tenant', '', true);
END $$;
ALTER TABLE ctok.movement ADD CONSTRAINT movement_note FOREIGN KEY (tenant_id, document_id, note_id)
    REFERENCES ctok.credit_use (tenant_id, original_id, note_id);
CREATE UNIQUE INDEX movement_settlement ON ctok.movement (tenant_id, settlement_id) WHERE settlement_id IS NOT NULL;
