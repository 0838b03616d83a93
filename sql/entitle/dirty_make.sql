-- The (person, course) pairs that this run reckons anew, as they come up: repeats are welcome until dirty_distinct.sql. Lives as long as
-- the transaction.
CREATE TEMP TABLE dirty_pair (
    person_id bigint NOT NULL,
    target_id bigint NOT NULL
) ON COMMIT DROP
