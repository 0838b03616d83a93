-- Where a pull collects what it read, until it is whole. `seq` counts the documents of the pull.
CREATE TEMP TABLE IF NOT EXISTS sale_document (
    seq               bigint NOT NULL,
    external_id       text NOT NULL,
    number            text NOT NULL,
    kind              text NOT NULL,
    effective_at      timestamptz NOT NULL,
    modified_at       timestamptz,        -- NULL: the source does not say
    status            text NOT NULL,
    currency          text NOT NULL,
    total_minor       bigint NOT NULL,
    subtotal_minor    bigint NOT NULL,
    discount_minor    bigint NOT NULL,
    tax_minor         bigint NOT NULL,
    shipping_minor    bigint NOT NULL,
    refunded_minor    bigint,             -- NULL: it is what credit notes give back
    paid_minor        bigint,             -- NULL: all or nothing, as the status says
    corrects          text NOT NULL,
    draft             boolean NOT NULL,
    unallocated_minor bigint NOT NULL,
    tax_included      boolean NOT NULL,
    buyer_email       text,               -- these three NULL: nobody
    buyer_name        text,
    buyer_raw_email   text,
    payload_hash      bytea NOT NULL,
    content_hash      bytea,              -- NULL: the payload tells versions apart
    met_at            timestamptz,        -- of what is replayed: when it was met; NULL: now
    expected          boolean NOT NULL,
    rest_due_at       timestamptz
);
CREATE TEMP TABLE IF NOT EXISTS sale_line (
    seq               bigint NOT NULL,
    place             integer NOT NULL,   -- order within the document
    line_key          text NOT NULL,
    corrects_key      text NOT NULL,
    product_key       text NOT NULL,
    variant_key       text NOT NULL,
    sku               text NOT NULL,
    name              text NOT NULL,
    quantity          numeric NOT NULL,
    unit_price_minor  bigint NOT NULL,
    net_minor         bigint NOT NULL,
    learner_email     text,               -- these three NULL: nobody
    learner_name      text,
    learner_raw_email text,
    period_from       timestamptz,        -- both NULL: the source does not say
    period_to         timestamptz
);
CREATE TEMP TABLE IF NOT EXISTS sale_payment (
    seq          bigint NOT NULL,
    payment_key  text NOT NULL,
    amount_minor bigint NOT NULL,
    effective_at timestamptz NOT NULL,
    kind         text NOT NULL             -- 'paid', 'refund', 'fee'
);
-- What documents say of themselves and of others, by which they are found to be one sale.
CREATE TEMP TABLE IF NOT EXISTS sale_reference (
    seq   bigint NOT NULL,
    name  text NOT NULL,
    value text NOT NULL
);
-- What the settings want kept of all that is said of documents and lines.
CREATE TEMP TABLE IF NOT EXISTS sale_field (
    seq      bigint NOT NULL,
    line_key text,                         -- NULL: of the whole document
    name     text NOT NULL,
    value    text NOT NULL
);
-- Documents that are there but were not taken.
CREATE TEMP TABLE IF NOT EXISTS sale_present (
    external_id text NOT NULL
);
CREATE TEMP TABLE IF NOT EXISTS sale_payload (
    seq    bigint NOT NULL,
    sealed bytea NOT NULL
);
-- The staged documents beside what the ledger knows of them, and their lines with the ids they refer to.
CREATE TEMP TABLE IF NOT EXISTS sale_pick (
    seq              bigint NOT NULL,
    external_id      text NOT NULL,
    is_new           boolean NOT NULL,    -- not in the ledger before
    document_id      bigint,              -- of a new one: the one that it will have
    version          integer NOT NULL,    -- to be written
    buyer_contact_id bigint,
    new_version      boolean NOT NULL,
    changed          boolean NOT NULL
);
CREATE TEMP TABLE IF NOT EXISTS sale_row (
    seq                bigint NOT NULL,
    line_no            integer NOT NULL,
    line_key           text NOT NULL,
    corrects_key       text NOT NULL,
    product_id         bigint NOT NULL,
    quantity           numeric NOT NULL,
    unit_price_minor   bigint NOT NULL,
    net_minor          bigint NOT NULL,
    learner_contact_id bigint,
    period_from        timestamptz,
    period_to          timestamptz
);
-- What payment providers tell beside documents.
CREATE TEMP TABLE IF NOT EXISTS sale_settlement (
    kind         text NOT NULL,
    external_key text NOT NULL,
    payment_key  text NOT NULL,
    intent_key   text NOT NULL,
    amount_minor bigint NOT NULL,
    currency     text NOT NULL,
    effective_at timestamptz NOT NULL
);
CREATE TEMP TABLE IF NOT EXISTS sale_subscription (
    place       bigint NOT NULL,
    external_id text NOT NULL,
    status      text NOT NULL,
    paused      boolean NOT NULL,
    period_to   timestamptz,
    cancel_at   timestamptz,
    ended_at    timestamptz
);
CREATE TEMP TABLE IF NOT EXISTS sale_payout (
    place        bigint NOT NULL,
    external_id  text NOT NULL,
    status       text NOT NULL,
    listed       boolean NOT NULL,
    amount_minor bigint NOT NULL,
    currency     text NOT NULL,
    created_at   timestamptz NOT NULL,
    arrival_at   timestamptz NOT NULL
);
CREATE TEMP TABLE IF NOT EXISTS sale_bank (
    external_id  text NOT NULL,
    amount_minor bigint NOT NULL,
    currency     text NOT NULL,
    booked_at    timestamptz NOT NULL,
    text         text NOT NULL
);
CREATE TEMP TABLE IF NOT EXISTS sale_rate (
    place     text NOT NULL,              -- in its file, for people
    currency  text NOT NULL,
    day       date NOT NULL,
    rate      numeric NOT NULL,
    base      text NOT NULL,
    publisher text NOT NULL
);
CREATE TEMP TABLE IF NOT EXISTS sale_balance (
    external_id  text NOT NULL,
    payout_key   text,
    category     text NOT NULL,
    type         text NOT NULL,
    amount_minor bigint NOT NULL,
    fee_minor    bigint NOT NULL,
    currency     text NOT NULL,
    created_at   timestamptz NOT NULL,
    available_at timestamptz NOT NULL
);
-- What is asked for and not sold, and clients that are disabled.
CREATE TEMP TABLE IF NOT EXISTS sale_expected (
    place        bigint NOT NULL,
    kind         text NOT NULL,
    document_key text NOT NULL,
    line_key     text NOT NULL,
    number       text NOT NULL,
    product_key  text NOT NULL,
    variant_key  text NOT NULL,
    sku          text NOT NULL,
    name         text NOT NULL,
    quantity     numeric NOT NULL,
    net_minor    bigint NOT NULL,
    currency     text NOT NULL,
    buyer_email  text NOT NULL,
    buyer_name   text NOT NULL,
    asked_at     timestamptz NOT NULL,
    until        timestamptz
);
CREATE TEMP TABLE IF NOT EXISTS sale_client (
    client_key  text NOT NULL,
    disabled_at timestamptz
);
-- Documents that something was booked for, in this pull.
CREATE TEMP TABLE IF NOT EXISTS sale_settled (
    document_id bigint NOT NULL
);
-- Credit notes that were in the ledger before their originals, which come now.
CREATE TEMP TABLE IF NOT EXISTS sale_note_waited (
    external_id text NOT NULL,
    modified_at timestamptz NOT NULL
);
TRUNCATE sale_document, sale_line, sale_payment, sale_reference, sale_field, sale_present, sale_payload, sale_pick, sale_row,
    sale_settlement, sale_subscription, sale_payout, sale_balance, sale_bank, sale_rate, sale_settled, sale_note_waited, sale_expected, sale_client;
