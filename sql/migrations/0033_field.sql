-- What sources say beside names and money, as far as the settings want it kept; and product rules that ask for it.

-- A field of a document (line 0: what is said of the whole, which is of who buys) or of one of its lines, under the name that the settings give
-- it. Of the newest version. Personal data: a company, a tax number, a place of work.
CREATE TABLE ctok.kept_field (
    tenant_id   bigint NOT NULL,
    document_id bigint NOT NULL,
    line_no     integer NOT NULL,
    name        text NOT NULL,
    value       text NOT NULL,
    PRIMARY KEY (tenant_id, document_id, line_no, name)
);
SELECT ctok.protect('ctok.kept_field');

-- What a sale's fields must say for the rule to be its: an object of names and patterns; '{}': nothing is asked.
ALTER TABLE ctok.product_rule ADD COLUMN asks jsonb NOT NULL DEFAULT '{}';
