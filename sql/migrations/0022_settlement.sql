-- What payment providers tell beside sales: what happened to payments afterwards, subscriptions, and what payouts are made of.

-- What happened to a payment. Append-only, but for `document_id`: the document that it was booked for, once one that names the payment is in
-- the ledger; then it is a movement there too (charges are movements already). NULL: no document names it.
CREATE TABLE ctok.settlement (
    tenant_id     bigint NOT NULL,
    settlement_id bigint GENERATED ALWAYS AS IDENTITY,
    source_id     bigint NOT NULL,
    kind          text NOT NULL CHECK (kind IN ('charge', 'refund', 'dispute_opened', 'dispute_won', 'dispute_lost', 'fee')),
    external_key  text NOT NULL,              -- what makes it one fact of its kind
    payment_key   text NOT NULL,              -- the provider's ids of the payment, '' where it does not say
    intent_key    text NOT NULL,
    amount_minor  bigint NOT NULL,            -- negative: away from us
    currency      text NOT NULL,
    effective_at  timestamptz NOT NULL,
    known_at      timestamptz NOT NULL,
    run_id        bigint NOT NULL,
    document_id   bigint,
    PRIMARY KEY (tenant_id, settlement_id),
    UNIQUE (tenant_id, source_id, kind, external_key),
    FOREIGN KEY (tenant_id, source_id) REFERENCES ctok.source
);
SELECT ctok.protect('ctok.settlement');
CREATE INDEX settlement_payment ON ctok.settlement (tenant_id, source_id, payment_key);
CREATE INDEX settlement_intent ON ctok.settlement (tenant_id, source_id, intent_key);
CREATE INDEX settlement_dispute ON ctok.settlement (tenant_id, document_id) WHERE kind IN ('dispute_opened', 'dispute_won', 'dispute_lost');
CREATE INDEX settlement_untied ON ctok.settlement (tenant_id, settlement_id) WHERE kind = 'charge' AND document_id IS NULL;

-- Subscriptions as they are now. Documents sold under one refer to it as "subscription".
CREATE TABLE ctok.subscription (
    tenant_id   bigint NOT NULL,
    source_id   bigint NOT NULL,
    external_id text NOT NULL,
    status      text NOT NULL,                -- in the provider's words
    paused      boolean NOT NULL,             -- nothing is collected meanwhile
    paid_to     timestamptz,                  -- end of the period that runs
    cancel_at   timestamptz,                  -- when it will end
    ended_at    timestamptz,
    known_at    timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, source_id, external_id),
    FOREIGN KEY (tenant_id, source_id) REFERENCES ctok.source
);
SELECT ctok.protect('ctok.subscription');

-- Money that a payment provider sent to the bank.
CREATE TABLE ctok.payout (
    tenant_id    bigint NOT NULL,
    payout_id    bigint GENERATED ALWAYS AS IDENTITY,
    source_id    bigint NOT NULL,
    external_id  text NOT NULL,
    status       text NOT NULL,
    listed       boolean NOT NULL,            -- the provider says what it is made of
    amount_minor bigint NOT NULL,
    currency     text NOT NULL,
    created_at   timestamptz NOT NULL,
    arrival_at   timestamptz NOT NULL,
    known_at     timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, payout_id),
    UNIQUE (tenant_id, source_id, external_id),
    FOREIGN KEY (tenant_id, source_id) REFERENCES ctok.source
);
SELECT ctok.protect('ctok.payout');

-- Entries of an account at a payment provider. `payout_key` is the payout in whose list one stands, NULL while it stands in none.
CREATE TABLE ctok.payout_entry (
    tenant_id    bigint NOT NULL,
    entry_id     bigint GENERATED ALWAYS AS IDENTITY,
    source_id    bigint NOT NULL,
    external_id  text NOT NULL,
    payout_key   text,
    category     text NOT NULL CHECK (category IN ('charge', 'refund', 'dispute', 'fee', 'reserve', 'reader_fee', 'failed_payout', 'payout', 'other')),
    type         text NOT NULL,               -- in the provider's words
    amount_minor bigint NOT NULL,             -- before its fee
    fee_minor    bigint NOT NULL,             -- positive: taken
    currency     text NOT NULL,
    created_at   timestamptz NOT NULL,
    available_at timestamptz NOT NULL,        -- from when it can be paid out
    known_at     timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, entry_id),
    UNIQUE (tenant_id, source_id, external_id),
    FOREIGN KEY (tenant_id, source_id) REFERENCES ctok.source
);
SELECT ctok.protect('ctok.payout_entry');
CREATE INDEX payout_entry_payout ON ctok.payout_entry (tenant_id, source_id, payout_key);

-- Access whose payment is under dispute: what was given stays, nothing new is given.
ALTER TABLE ctok.access DROP CONSTRAINT access_state_check;
ALTER TABLE ctok.access ADD CONSTRAINT access_state_check CHECK (state IN ('pending', 'active', 'held', 'grace', 'suspended', 'ended', 'none'));
