-- $1, a normalised address, or person $2 with all their addresses, may be mailed again, by the word of $3, because of $4. $5: now.
UPDATE ctok.mail_suppression s
   SET lifted_at = to_timestamp($5::bigint), lifted_who = $3, lifted_reason = $4
 WHERE s.tenant_id = (SELECT ctok.current_tenant()) AND s.lifted_at IS NULL
   AND (s.address = $1 OR s.person_id = $2::bigint
        OR s.address IN (SELECT e.email FROM ctok.person_email e WHERE e.tenant_id = s.tenant_id AND e.person_id = $2::bigint))
RETURNING s.suppression_id
