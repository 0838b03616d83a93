-- A person's account is the one account of the site that carries one of the person's addresses: looked for when something about the
-- person moved. Several are nobody's: the finding AMBIGUOUS_ACCOUNT says so.
INSERT INTO ctok.account (tenant_id, site_id, person_id, user_id, made)
SELECT k.tenant_id, u.site_id, k.person_id, min(u.user_id), false
  FROM (SELECT DISTINCT person_id FROM dirty_pair) p
  JOIN ctok.person_email k ON k.person_id = p.person_id
  JOIN ctok.mirror_user u ON u.tenant_id = k.tenant_id AND u.email_key = k.email
  LEFT JOIN ctok.account a ON a.tenant_id = k.tenant_id AND a.site_id = u.site_id AND a.person_id = k.person_id
 WHERE a.person_id IS NULL
 GROUP BY k.tenant_id, u.site_id, k.person_id
HAVING count(*) = 1
ON CONFLICT DO NOTHING
