-- What the kind of source $1 remembered.
SELECT c.name, c.value
  FROM ctok.source_cursor c
 WHERE c.tenant_id = ctok.current_tenant() AND c.source_id = $1::bigint
 ORDER BY c.name
