-- The ledger: everything a source sold, every row once. Written by lib/sales/ledger.c only.

-- Names and addresses as a source spelled them. Personal data. E-mails are normalised (lib/adapter/email.c); '' when the source gave
-- none, or one that is no address (then `raw_email` says what it said).
CREATE TABLE ctok.contact (
    tenant_id  bigint NOT NULL,
    contact_id bigint GENERATED ALWAYS AS IDENTITY,
    email      text NOT NULL,
    name       text NOT NULL,
    raw_email  text NOT NULL DEFAULT '',
    PRIMARY KEY (tenant_id, contact_id),
    UNIQUE (tenant_id, email, name, raw_email)
);
SELECT ctok.protect('ctok.contact');

-- What a source sells, by the keys its lines carry; '' stands for a key that the source left out.
CREATE TABLE ctok.product (
    tenant_id   bigint NOT NULL,
    product_id  bigint GENERATED ALWAYS AS IDENTITY,
    source_id   bigint NOT NULL,
    product_key text NOT NULL,
    variant_key text NOT NULL,
    sku         text NOT NULL,
    name        text NOT NULL,
    PRIMARY KEY (tenant_id, product_id),
    UNIQUE (tenant_id, source_id, product_key, variant_key, sku, name),
    FOREIGN KEY (tenant_id, source_id) REFERENCES ctok.source
);
SELECT ctok.protect('ctok.product');

-- An order, invoice or credit note in its newest version. Amounts are minor units of `currency`.
CREATE TABLE ctok.document (
    tenant_id         bigint NOT NULL,
    document_id       bigint GENERATED ALWAYS AS IDENTITY,
    source_id         bigint NOT NULL,
    external_id       text NOT NULL,          -- the source's own stable id
    number            text NOT NULL,          -- the number people read
    kind              text NOT NULL CHECK (kind IN ('order', 'invoice', 'credit_note', 'payment')),
    version           integer NOT NULL,
    effective_at      timestamptz NOT NULL,   -- when it was sold
    modified_at       timestamptz NOT NULL,   -- the source's time of this version
    known_at          timestamptz NOT NULL,   -- when we first took it in
    changed_at        timestamptz NOT NULL,   -- when we took in this version
    status            text NOT NULL CHECK (status IN ('paid', 'unpaid', 'cancelled', 'test')),
    currency          text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    total_minor       bigint NOT NULL,        -- what the customer was charged
    subtotal_minor    bigint NOT NULL,
    discount_minor    bigint NOT NULL,
    tax_minor         bigint NOT NULL,
    shipping_minor    bigint NOT NULL,
    refunded_minor    bigint NOT NULL,        -- cumulative, positive
    unallocated_minor bigint NOT NULL,        -- total − shipping − the lines' net; not 0: the source's totals disagree
    tax_included      boolean NOT NULL,       -- unit prices contain tax
    buyer_contact_id  bigint,
    PRIMARY KEY (tenant_id, document_id),
    UNIQUE (tenant_id, source_id, external_id)
);
SELECT ctok.protect('ctok.document');

-- Versions are a sequence: A, B, A again is three. The payload is the source's own text, sealed.
CREATE TABLE ctok.document_version (
    tenant_id      bigint NOT NULL,
    document_id    bigint NOT NULL,
    version        integer NOT NULL,
    modified_at    timestamptz NOT NULL,
    known_at       timestamptz NOT NULL,
    run_id         bigint NOT NULL,
    payload_hash   bytea NOT NULL,
    status         text NOT NULL,
    total_minor    bigint NOT NULL,
    refunded_minor bigint NOT NULL,
    PRIMARY KEY (tenant_id, document_id, version)
);
SELECT ctok.protect('ctok.document_version');

CREATE TABLE ctok.line (
    tenant_id          bigint NOT NULL,
    document_id        bigint NOT NULL,
    line_no            integer NOT NULL,       -- order within the document, from 1; stable across versions
    line_key           text NOT NULL,          -- the source's line id; '#2' and so on is added to a repeated one
    product_id         bigint NOT NULL,
    quantity           numeric NOT NULL,       -- as sent; the line has units only when it is whole and positive
    unit_price_minor   bigint NOT NULL,        -- as sent, before order discounts
    net_minor          bigint NOT NULL,        -- share charged: after discounts, tax included, shipping excluded
    learner_contact_id bigint,                 -- from the product form; NULL when it names nobody
    gone               boolean NOT NULL DEFAULT false, -- no longer in the newest version
    PRIMARY KEY (tenant_id, document_id, line_no),
    UNIQUE (tenant_id, document_id, line_key)
);
SELECT ctok.protect('ctok.line');

-- Each of a line's quantity. The units of a line that is gone or shrank are marked gone, never deleted.
CREATE TABLE ctok.unit (
    tenant_id   bigint NOT NULL,
    unit_id     bigint GENERATED ALWAYS AS IDENTITY,
    document_id bigint NOT NULL,
    line_no     integer NOT NULL,
    unit_no     integer NOT NULL,              -- from 1
    net_minor   bigint NOT NULL,               -- the line's net split: largest remainder to the lowest number
    gone        boolean NOT NULL DEFAULT false,
    PRIMARY KEY (tenant_id, unit_id),
    UNIQUE (tenant_id, document_id, line_no, unit_no)
);
SELECT ctok.protect('ctok.unit');

-- Signed money facts, append-only: a charge is positive, a refund negative. Test orders move no money.
CREATE TABLE ctok.movement (
    tenant_id    bigint NOT NULL,
    movement_id  bigint GENERATED ALWAYS AS IDENTITY,
    document_id  bigint NOT NULL,
    unit_id      bigint,                       -- when the source says which
    kind         text NOT NULL CHECK (kind IN ('charge', 'refund', 'dispute_opened', 'dispute_won', 'dispute_lost', 'fee',
                     'payout', 'adjustment', 'write_off')),
    external_key text NOT NULL,                -- what makes it one fact: 'charge', 'refund@3' (version 3 showed it), …
    amount_minor bigint NOT NULL,
    currency     text NOT NULL,
    effective_at timestamptz NOT NULL,
    known_at     timestamptz NOT NULL,
    run_id       bigint NOT NULL,
    PRIMARY KEY (tenant_id, movement_id),
    UNIQUE (tenant_id, document_id, kind, external_key)
);
SELECT ctok.protect('ctok.movement');

-- One reading of a source: it counts only when `complete`.
CREATE TABLE ctok.pull (
    tenant_id   bigint NOT NULL,
    pull_id     bigint GENERATED ALWAYS AS IDENTITY,
    source_id   bigint NOT NULL,
    run_id      bigint NOT NULL,
    window_from timestamptz NOT NULL,
    window_to   timestamptz NOT NULL,
    begun_at    timestamptz NOT NULL,
    ended_at    timestamptz,
    complete    boolean NOT NULL DEFAULT false,
    documents   bigint NOT NULL DEFAULT 0,     -- read
    changed     bigint NOT NULL DEFAULT 0,     -- new or in a new version
    failure     text NOT NULL DEFAULT '',      -- why it does not count; no personal data
    PRIMARY KEY (tenant_id, pull_id),
    FOREIGN KEY (tenant_id, source_id) REFERENCES ctok.source
);
SELECT ctok.protect('ctok.pull');

-- How far a source has been read; moved with the rows it vouches for, in one transaction.
CREATE TABLE ctok.source_state (
    tenant_id        bigint NOT NULL,
    source_id        bigint NOT NULL,
    watermark        timestamptz NOT NULL,
    last_complete_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, source_id),
    FOREIGN KEY (tenant_id, source_id) REFERENCES ctok.source
);
SELECT ctok.protect('ctok.source_state');

-- Documents that changed since the last reconcile, which empties it.
CREATE TABLE ctok.dirty_document (
    tenant_id   bigint NOT NULL,
    document_id bigint NOT NULL,
    PRIMARY KEY (tenant_id, document_id)
);
SELECT ctok.protect('ctok.dirty_document');
