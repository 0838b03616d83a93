-- Accounts to read one by one: those of the mirror that no listing has, and with $2 all that were listed.
SELECT u.user_id
  FROM ctok.mirror_user u
 WHERE u.tenant_id = ctok.current_tenant() AND u.site_id = $1
   AND NOT EXISTS (SELECT 1 FROM read_listing l WHERE l.user_id = u.user_id)
UNION
SELECT user_id FROM read_listing WHERE $2::boolean
