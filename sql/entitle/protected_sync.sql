-- $1: site names, $2: protected names, in pairs.
WITH said AS (
    SELECT DISTINCT s.tenant_id, s.site_id, p.name
      FROM unnest($1::text[], $2::text[]) AS p(site_name, name)
      JOIN ctok.site s ON s.tenant_id = ctok.current_tenant() AND s.name = p.site_name
), gone AS (
    DELETE FROM ctok.protected_account a
     WHERE NOT EXISTS (SELECT 1 FROM said p WHERE p.tenant_id = a.tenant_id AND p.site_id = a.site_id AND p.name = a.name)
)
INSERT INTO ctok.protected_account (tenant_id, site_id, name)
SELECT tenant_id, site_id, name FROM said
ON CONFLICT DO NOTHING
