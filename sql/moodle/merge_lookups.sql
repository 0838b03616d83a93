-- Look-ups: e-mails that nobody or several accounts carry are remembered; one that a single account carries by now is forgotten.
WITH removed AS (
    DELETE FROM ctok.mirror_lookup k
     USING ctok.contact c
      JOIN (SELECT email_key FROM read_user WHERE email_key <> '' GROUP BY email_key HAVING count(*) = 1) u ON u.email_key = c.email
     WHERE k.tenant_id = ctok.current_tenant() AND k.site_id = $1 AND c.tenant_id = k.tenant_id AND c.contact_id = k.contact_id
    RETURNING k.contact_id
), added AS (
    INSERT INTO ctok.mirror_lookup (tenant_id, site_id, contact_id, accounts)
    SELECT c.tenant_id, $1, c.contact_id, r.accounts
      FROM read_lookup r
      JOIN ctok.contact c ON c.tenant_id = ctok.current_tenant() AND c.email = r.email
     WHERE r.accounts <> 1
    ON CONFLICT DO NOTHING
    RETURNING contact_id
)
SELECT (SELECT count(*) FROM removed) + (SELECT count(*) FROM added) AS changed
