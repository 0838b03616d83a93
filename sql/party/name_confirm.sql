-- Person ${1} is the one human that the name they go by belongs to, says ${2}.
UPDATE ctok.name_doubt n
   SET settled_at = rule.now(), settled_who = $2
  FROM ctok.person p
  JOIN ctok.contact c ON c.tenant_id = p.tenant_id AND c.name = p.display_name
 WHERE n.tenant_id = (SELECT ctok.current_tenant()) AND n.person_id = $1::bigint AND n.settled_at IS NULL
   AND p.tenant_id = n.tenant_id AND p.person_id = n.person_id AND c.contact_id = n.contact_id
