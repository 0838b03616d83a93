-- Deals: documents of several sources that are one sale (docs/architecture.md, "Deals"). Written by lib/entitle.

-- Source ${source_id} settles what ${target_id} sells or invoices. `told`: the configuration says so; else it follows from their roles.
CREATE TABLE ctok.source_settles (
    tenant_id bigint NOT NULL,
    source_id bigint NOT NULL,
    target_id bigint NOT NULL,
    told      boolean NOT NULL,
    wait_s    bigint NOT NULL,                 -- how long a partner may be missing
    unlinked  text NOT NULL CHECK (unlinked IN ('both', 'own', 'sales', 'none')), -- what is a finding then
    PRIMARY KEY (tenant_id, source_id, target_id),
    FOREIGN KEY (tenant_id, source_id) REFERENCES ctok.source,
    FOREIGN KEY (tenant_id, target_id) REFERENCES ctok.source
);
SELECT ctok.protect('ctok.source_settles');

-- What two sources call the same: `field` of a document of the one is `by_field` of a document of the other.
CREATE TABLE ctok.link (
    tenant_id      bigint NOT NULL,
    digest         text NOT NULL,              -- of all that follows
    from_source_id bigint NOT NULL,
    field          text NOT NULL,
    to_source_id   bigint NOT NULL,
    by_field       text NOT NULL,
    pattern        text NOT NULL,              -- its group is what counts of the field; '': all of it
    PRIMARY KEY (tenant_id, digest),
    FOREIGN KEY (tenant_id, from_source_id) REFERENCES ctok.source,
    FOREIGN KEY (tenant_id, to_source_id) REFERENCES ctok.source
);
SELECT ctok.protect('ctok.link');

-- What documents are found by: a digest of a link and of what the document says for it. Two that share a key belong together.
CREATE TABLE ctok.deal_key (
    tenant_id   bigint NOT NULL,
    document_id bigint NOT NULL,
    key         uuid NOT NULL,
    source_id   bigint NOT NULL,
    PRIMARY KEY (tenant_id, document_id, key)
);
SELECT ctok.protect('ctok.deal_key');
CREATE INDEX deal_key_key ON ctok.deal_key (tenant_id, key);

-- Who takes part in which deal: a document in one at most. The deal is called after the document that gives access and counts as revenue, its
-- `sale`; the others settle it. A document alone has no row.
CREATE TABLE ctok.deal_document (
    tenant_id   bigint NOT NULL,
    document_id bigint NOT NULL,
    deal_id     bigint NOT NULL,
    part        text NOT NULL CHECK (part IN ('sale', 'invoice', 'payment')),
    PRIMARY KEY (tenant_id, document_id),
    CHECK ((part = 'sale') = (deal_id = document_id))
);
SELECT ctok.protect('ctok.deal_document');
CREATE INDEX deal_document_deal ON ctok.deal_document (tenant_id, deal_id);

-- Documents that could settle several sales: two of them, the first and the last that came in. A person must say which.
CREATE TABLE ctok.deal_unclear (
    tenant_id   bigint NOT NULL,
    document_id bigint NOT NULL,
    first_id    bigint NOT NULL,
    last_id     bigint NOT NULL,
    PRIMARY KEY (tenant_id, document_id),
    CHECK (first_id < last_id)
);
SELECT ctok.protect('ctok.deal_unclear');
