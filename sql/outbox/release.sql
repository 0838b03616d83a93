-- The server never got to this mail: $1 mail, $2 the state it had.
UPDATE ctok.outbox SET state = $2 WHERE mail_id = $1::bigint AND state = 'sending'
