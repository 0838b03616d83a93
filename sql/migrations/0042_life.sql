-- What a rule may say of the life of an access besides: grace without end, a fixed last day, what an open dispute does, how far a price may differ.

ALTER TABLE ctok.product_rule
    ALTER COLUMN grace_days DROP NOT NULL,     -- NULL: access never ends for a debt
    ADD COLUMN until timestamptz,              -- access ends then, whenever it was sold; 00:00 after its last day, and no term
    ADD COLUMN on_dispute text NOT NULL DEFAULT 'keep' CHECK (on_dispute IN ('keep', 'suspend')),
    ADD COLUMN price_tolerance numeric NOT NULL DEFAULT 0, -- percent of the price
    ADD CONSTRAINT product_rule_one_end CHECK (term IS NULL OR until IS NULL);

-- An access that is over because the sale was taken back is told from one whose time is over.
ALTER TABLE ctok.access DROP CONSTRAINT access_state_check;
ALTER TABLE ctok.access ADD CONSTRAINT access_state_check
    CHECK (state IN ('pending', 'active', 'held', 'grace', 'suspended', 'revoked', 'ended', 'none'));

-- Short name of the role that a site's learners have, from the configuration.
ALTER TABLE ctok.site ADD COLUMN role text NOT NULL DEFAULT 'student';
