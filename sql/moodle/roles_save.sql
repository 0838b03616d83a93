-- Ids of roles by short name, as far as they are known by now. $1: site, $2: names, $3: ids.
INSERT INTO ctok.site_role AS r (tenant_id, site_id, shortname, role_id)
SELECT DISTINCT ON (n.shortname) ctok.current_tenant(), $1::bigint, n.shortname, n.role_id
  FROM unnest($2::text[], $3::bigint[]) AS n(shortname, role_id)
 ORDER BY n.shortname
ON CONFLICT (tenant_id, site_id, shortname) DO UPDATE SET role_id = excluded.role_id WHERE r.role_id <> excluded.role_id
