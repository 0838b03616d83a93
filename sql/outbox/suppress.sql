-- $1, a normalised address, or person $2, is never mailed, by the word of $3, because of $4. $5: now. Nothing if that is so already.
INSERT INTO ctok.mail_suppression (tenant_id, address, person_id, origin, who_name, reason, since_at)
VALUES (ctok.current_tenant(), $1, $2::bigint, 'hand', $3, $4, to_timestamp($5::bigint))
ON CONFLICT DO NOTHING
RETURNING suppression_id
