-- Exchange rates, and how far amounts may differ once they were converted.
ALTER TABLE ctok.source DROP CONSTRAINT source_role_check;
ALTER TABLE ctok.source ADD CONSTRAINT source_role_check CHECK (role IN ('sale', 'invoice', 'payment', 'bank', 'rates'));

-- `tolerance`: by how many percent a document of this source may differ from the sale that it settles, once converted; NULL: it is not compared.
-- `rate_days`: how many days older than a document the rate may be that it is converted at.
ALTER TABLE ctok.source
    ADD COLUMN tolerance numeric,
    ADD COLUMN rate_days integer NOT NULL DEFAULT 7;

-- What a publisher says: so many units of `currency` are one of `base` on that day. Never changed; one that the publisher corrected, and that a
-- person let in, is the next version. The newest counts.
CREATE TABLE ctok.rate (
    tenant_id bigint NOT NULL,
    source_id bigint NOT NULL,
    currency  text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    day       date NOT NULL,
    version   integer NOT NULL,
    rate      numeric NOT NULL CHECK (rate > 0),
    base      text NOT NULL CHECK (base ~ '^[A-Z]{3}$' AND base <> currency),
    publisher text NOT NULL,
    known_at  timestamptz NOT NULL,
    run_id    bigint NOT NULL,
    PRIMARY KEY (tenant_id, source_id, currency, day, version),
    FOREIGN KEY (tenant_id, source_id) REFERENCES ctok.source
);
SELECT ctok.protect('ctok.rate');
REVOKE UPDATE, DELETE ON ctok.rate FROM ctok_program;
