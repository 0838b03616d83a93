-- Give what was refused for good another chance, as a person asked: $1 now.
UPDATE ctok.outbox SET state = CASE WHEN doubts > 0 THEN 'doubt' ELSE 'queued' END, tries = 0, next_try_at = to_timestamp($1::bigint)
WHERE state = 'failed'
