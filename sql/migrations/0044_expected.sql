-- What is not sold yet, or not paid for in full: quotes and orders without an invoice, clients that their invoicing system has disabled, and what is
-- still due of an invoice.

-- What a source is asked for and has not sold: lines of quotes and of orders without an invoice, as its last complete reading found them, and no
-- others. It gives no access and is no revenue. Who asked is kept with it and goes with it. Personal data. Written by lib/sales/ledger_expected.c only.
CREATE TABLE ctok.expected (
    tenant_id    bigint NOT NULL,
    expected_id  bigint GENERATED ALWAYS AS IDENTITY,
    source_id    bigint NOT NULL,
    kind         text NOT NULL CHECK (kind IN ('quote', 'order')),
    document_key text NOT NULL,                -- the source's own id, within its kind
    line_key     text NOT NULL,
    number       text NOT NULL,                -- the number people read
    product_id   bigint NOT NULL,
    quantity     numeric NOT NULL,             -- what is left of it: not yet delivered or invoiced
    net_minor    bigint NOT NULL,              -- of that: after discounts, tax included
    currency     text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    buyer_email  text NOT NULL,                -- normalised; '' when the source gave none, or one that is no address
    buyer_name   text NOT NULL,
    asked_at     timestamptz NOT NULL,
    until        timestamptz,                  -- 00:00 after the last day on which it holds; NULL: it says none
    known_at     timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, expected_id),
    UNIQUE (tenant_id, source_id, kind, document_key, line_key),
    FOREIGN KEY (tenant_id, source_id) REFERENCES ctok.source
);
SELECT ctok.protect('ctok.expected');

-- Clients that a source has disabled, as its last complete reading found them. Its documents name them by the reference 'client'.
CREATE TABLE ctok.client_disabled (
    tenant_id   bigint NOT NULL,
    source_id   bigint NOT NULL,
    client_key  text NOT NULL,
    disabled_at timestamptz NOT NULL,          -- as the source says; when it was first seen where it says none
    said        boolean NOT NULL,              -- the source says when
    PRIMARY KEY (tenant_id, source_id, client_key),
    FOREIGN KEY (tenant_id, source_id) REFERENCES ctok.source
);
SELECT ctok.protect('ctok.client_disabled');

-- `expected`: not paid yet, and of a status that the settings name so. `rest_due_at`: 00:00 after the first day on which something of it was to be paid
-- and is not, NULL where nothing is left or the source does not say.
ALTER TABLE ctok.document
    ADD COLUMN expected    boolean NOT NULL DEFAULT false,
    ADD COLUMN rest_due_at timestamptz;
CREATE INDEX document_awaited ON ctok.document (tenant_id, document_id) WHERE expected;
CREATE INDEX document_rest_due ON ctok.document (tenant_id, document_id) WHERE rest_due_at IS NOT NULL;

-- What becomes of access that a disabled client has paid for, and of what counts as paid although the rest of it is overdue.
ALTER TABLE ctok.source
    ADD COLUMN on_disabled_client text NOT NULL DEFAULT 'keep' CHECK (on_disabled_client IN ('keep', 'suspend')),
    ADD COLUMN on_overdue         text NOT NULL DEFAULT 'keep' CHECK (on_overdue IN ('keep', 'suspend'));
CREATE INDEX entitlement_owed ON ctok.entitlement (tenant_id, document_id) WHERE revoked_why IN ('disabled', 'overdue');
