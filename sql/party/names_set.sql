UPDATE ctok.person p
   SET display_name = c.name
  FROM name_called c
 WHERE p.tenant_id = c.tenant_id AND p.person_id = c.person_id AND p.display_name <> c.name
