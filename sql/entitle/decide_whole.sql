-- Which person record ${1} is part of, if it is.
SELECT m.into_id
  FROM ctok.person_merge m
 WHERE m.tenant_id = (SELECT ctok.current_tenant()) AND m.person_id = $1::bigint AND m.split_at IS NULL
