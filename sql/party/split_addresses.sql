-- The addresses of record ${1}, and of the records that were part of it, are its own again, and so are their contacts; ${2} had them.
WITH RECURSIVE record AS (
    SELECT $1::bigint AS person_id
    UNION
    SELECT m.person_id
      FROM record r
      JOIN ctok.person_merge m ON m.tenant_id = (SELECT ctok.current_tenant()) AND m.into_id = r.person_id
                              AND m.merged_at IS NOT NULL AND m.split_at IS NULL
), emails AS (
    UPDATE ctok.person_email k
       SET person_id = $1::bigint
      FROM record r
     WHERE k.tenant_id = (SELECT ctok.current_tenant()) AND k.person_id = $2::bigint AND k.origin_id = r.person_id
    RETURNING k.tenant_id, k.email
)
UPDATE ctok.person_contact k
   SET person_id = $1::bigint
  FROM emails e
  JOIN ctok.contact c ON c.tenant_id = e.tenant_id AND c.email = e.email
 WHERE k.tenant_id = c.tenant_id AND k.contact_id = c.contact_id AND k.person_id = $2::bigint
