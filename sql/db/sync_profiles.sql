-- Profile fields of the accounts of the tenant's sites: $1 sites, $2 fields, $3 kept fields, $4 policies, in step. Writes only what differs;
-- accounts of a site whose fields changed are looked at again.
WITH wanted AS (
    SELECT s.tenant_id, s.site_id, w.field, w.said_as, w.policy
      FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) AS w (site, field, said_as, policy)
      JOIN ctok.site s ON s.tenant_id = ctok.current_tenant() AND s.name = w.site
), gone AS (
    DELETE FROM ctok.site_field f
     WHERE f.tenant_id = ctok.current_tenant()
       AND NOT EXISTS (SELECT 1 FROM wanted w WHERE w.site_id = f.site_id AND w.field = f.field)
    RETURNING f.site_id
), said AS (
    INSERT INTO ctok.site_field AS f (tenant_id, site_id, field, said_as, policy)
    SELECT tenant_id, site_id, field, said_as, policy FROM wanted
    ON CONFLICT (tenant_id, site_id, field) DO UPDATE SET said_as = excluded.said_as, policy = excluded.policy
     WHERE (f.said_as, f.policy) IS DISTINCT FROM (excluded.said_as, excluded.policy)
    RETURNING f.site_id
)
INSERT INTO ctok.dirty_user (tenant_id, site_id, user_id)
SELECT DISTINCT k.tenant_id, k.site_id, k.user_id
  FROM (SELECT site_id FROM gone UNION SELECT site_id FROM said) c
  JOIN ctok.account k ON k.tenant_id = ctok.current_tenant() AND k.site_id = c.site_id
ON CONFLICT DO NOTHING
