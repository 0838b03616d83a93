-- The (person, course) pairs that this run reckons anew. Lives as long as the transaction.
CREATE TEMP TABLE dirty_pair (
    person_id bigint NOT NULL,
    target_id bigint NOT NULL,
    PRIMARY KEY (person_id, target_id)
) ON COMMIT DROP
