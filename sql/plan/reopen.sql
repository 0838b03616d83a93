-- The others did not arrive: they may be sent again, if they are still wanted.
WITH again AS (
    UPDATE ctok.action a
       SET state = 'open', failure = 'was under way when a run was cut off'
     WHERE a.state = 'sending'
    RETURNING a.person_id, a.target_id
)
INSERT INTO dirty_pair
SELECT person_id, target_id FROM again WHERE target_id IS NOT NULL
ON CONFLICT DO NOTHING
