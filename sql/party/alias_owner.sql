-- Whose the address ${1} is.
SELECT k.person_id, p.display_name AS name
  FROM ctok.person_email k
  JOIN ctok.person p ON p.tenant_id = k.tenant_id AND p.person_id = k.person_id
 WHERE k.tenant_id = (SELECT ctok.current_tenant()) AND k.email = $1
