-- Person ${1} is the one human that the name they go by belongs to, says ${2}: from now on it may be written where the settings say so.
WITH moved AS (
    INSERT INTO ctok.dirty_person (tenant_id, person_id)
    SELECT DISTINCT n.tenant_id, n.person_id
      FROM ctok.name_doubt n
     WHERE n.tenant_id = (SELECT ctok.current_tenant()) AND n.person_id = $1::bigint AND n.settled_at IS NULL
    ON CONFLICT DO NOTHING
)
UPDATE ctok.name_doubt n
   SET settled_at = rule.now(), settled_who = $2
  FROM ctok.person p
  JOIN ctok.contact c ON c.tenant_id = p.tenant_id AND c.name = p.display_name
 WHERE n.tenant_id = (SELECT ctok.current_tenant()) AND n.person_id = $1::bigint AND n.settled_at IS NULL
   AND p.tenant_id = n.tenant_id AND p.person_id = n.person_id AND c.contact_id = n.contact_id
