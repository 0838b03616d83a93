-- A run that died between handing a mail over and recording the answer left it `sending`. One night runs at a time, so whatever
-- is `sending` when a run begins was left by a dead one. $1 is the night's now.
UPDATE ctok.outbox
SET state = 'doubt', doubts = doubts + 1, tries = tries + 1, next_try_at = to_timestamp($1::bigint), last_code = 0,
    last_reply = 'the program ended before the answer was recorded'
WHERE state = 'sending'
