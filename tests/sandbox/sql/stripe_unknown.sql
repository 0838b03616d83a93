/* A filter of $2 that the list $1 does not have. */
SELECT f ->> 0 FROM jsonb_array_elements($2::jsonb) f
WHERE NOT EXISTS (SELECT FROM stripe.kind k WHERE k.name = $1 AND f ->> 0 = ANY (k.filters)) LIMIT 1
