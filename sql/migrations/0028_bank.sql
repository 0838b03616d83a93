-- What the bank says of payouts.
ALTER TABLE ctok.source DROP CONSTRAINT source_role_check;
ALTER TABLE ctok.source ADD CONSTRAINT source_role_check CHECK (role IN ('sale', 'invoice', 'payment', 'bank'));

-- Movements on a bank account that look like payouts, by the patterns of the configuration; of others nothing is kept. Never changed.
CREATE TABLE ctok.bank_entry (
    tenant_id    bigint NOT NULL,
    entry_id     bigint GENERATED ALWAYS AS IDENTITY,
    source_id    bigint NOT NULL,
    external_id  text NOT NULL,
    amount_minor bigint NOT NULL,
    currency     text NOT NULL,
    booked_at    timestamptz NOT NULL,         -- the beginning of the day
    text         text NOT NULL,                -- what the bank writes beside it: the provider's name and references
    known_at     timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, entry_id),
    UNIQUE (tenant_id, source_id, external_id),
    FOREIGN KEY (tenant_id, source_id) REFERENCES ctok.source
);
SELECT ctok.protect('ctok.bank_entry');
REVOKE UPDATE, DELETE ON ctok.bank_entry FROM ctok_program;
CREATE INDEX bank_entry_amount ON ctok.bank_entry (tenant_id, currency, amount_minor);
