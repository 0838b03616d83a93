-- Persons that ${1} may mean: an address, an id like "#12", or a part of a name. A record that is part of another is found by its id only.
SELECT p.person_id, p.display_name AS name, p.email
  FROM ctok.person p
 WHERE p.tenant_id = ctok.current_tenant()
   AND (p.person_id::text = ltrim($1, '#')
        OR (NOT EXISTS (SELECT 1 FROM ctok.person_merge m
                         WHERE m.tenant_id = p.tenant_id AND m.person_id = p.person_id AND m.merged_at IS NOT NULL AND m.split_at IS NULL)
            AND (EXISTS (SELECT 1 FROM ctok.person_email e WHERE e.tenant_id = p.tenant_id AND e.person_id = p.person_id AND e.email = lower($1))
                 OR strpos(lower(p.display_name), lower($1)) > 0
                 OR EXISTS (SELECT 1 FROM ctok.account a
                              JOIN ctok.mirror_user u ON u.tenant_id = a.tenant_id AND u.site_id = a.site_id AND u.user_id = a.user_id
                             WHERE a.tenant_id = p.tenant_id AND a.person_id = p.person_id AND lower($1) IN (u.username, lower(u.email))))))
 ORDER BY p.email = lower($1) DESC, p.email
 LIMIT 11
