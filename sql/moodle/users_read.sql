-- Accounts read one by one that the listings did not bring. One that was not shown is no proof of anything: it stays as it was.
INSERT INTO read_user
SELECT a.user_id, a.username, a.email, a.email_key, a.firstname, a.lastname, a.suspended, a.idnumber, a.auth, a.phone1, a.phone2, a.institution, a.department, a.city, a.country,
       a.lang, a.fields
  FROM read_account a
 WHERE NOT a.deleted AND NOT EXISTS (SELECT 1 FROM read_user u WHERE u.user_id = a.user_id)
UNION ALL
SELECT m.user_id, m.username, m.email, m.email_key, m.firstname, m.lastname, m.suspended, m.idnumber, m.auth, m.phone1, m.phone2, m.institution, m.department, m.city, m.country,
       m.lang, m.fields
  FROM ctok.mirror_user m
 WHERE m.tenant_id = ctok.current_tenant() AND m.site_id = $1
   AND NOT EXISTS (SELECT 1 FROM read_account a WHERE a.user_id = m.user_id)
   AND NOT EXISTS (SELECT 1 FROM read_user u WHERE u.user_id = m.user_id)
