-- What subscriptions and late payments say of a cycle.

-- The time that a line was paid for, where its source says one: of a subscription its period.
ALTER TABLE ctok.line
    ADD COLUMN period_from timestamptz,
    ADD COLUMN period_to timestamptz,
    ADD CONSTRAINT line_period CHECK ((period_from IS NULL) = (period_to IS NULL) AND period_from < period_to);

-- The end of the period that runs by the provider's calendar. Whether it is paid for, only its invoices say.
ALTER TABLE ctok.subscription RENAME COLUMN paid_to TO period_to;

-- Fixed with the price and the rule when the unit is first matched, so that no later change of plan, line or total rewrites what runs.
ALTER TABLE ctok.entitlement
    ADD COLUMN period_from timestamptz,         -- the time that was paid for, as the source says; NULL: its rule's term counts
    ADD COLUMN period_to timestamptz,
    ADD COLUMN paid_at timestamptz;             -- when it was first paid in full, if on a later day than it was sold; NULL: with the sale
