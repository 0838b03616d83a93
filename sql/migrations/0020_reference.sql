-- What documents say of themselves and of documents elsewhere.

-- Words by which documents of several sources are found to be one sale: `name` says what `value` is ("transaction", "order", "numero2",
-- "metadata.order_id", …). Of a document's newest version only. A value never holds an e-mail address, but may hold what people wrote.
CREATE TABLE ctok.document_reference (
    tenant_id   bigint NOT NULL,
    document_id bigint NOT NULL,
    name        text NOT NULL,
    value       text NOT NULL,
    PRIMARY KEY (tenant_id, document_id, name, value)
);
SELECT ctok.protect('ctok.document_reference');
-- From what is said to who says it. (Values are at most 500 bytes long.)
CREATE INDEX document_reference_value ON ctok.document_reference (tenant_id, value, name);
