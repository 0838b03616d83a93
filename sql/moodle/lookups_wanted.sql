-- E-mails of the ledger that no account of the mirror carries and that were not looked up yet; the newest first.
SELECT c.email
  FROM ctok.contact c
 WHERE c.tenant_id = ctok.current_tenant() AND c.email <> ''
   AND NOT EXISTS (SELECT 1 FROM read_user u WHERE u.email_key = c.email)
   AND NOT EXISTS (SELECT 1 FROM ctok.contact o
                     JOIN ctok.mirror_lookup k ON k.tenant_id = o.tenant_id AND k.site_id = $1 AND k.contact_id = o.contact_id
                    WHERE o.tenant_id = c.tenant_id AND o.email = c.email)
 GROUP BY c.email
 ORDER BY max(c.contact_id) DESC
 LIMIT 20000
