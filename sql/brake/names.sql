-- Are these the names of a kind, a site, a course? $1, $2, $3, each NULL if not asked for.
SELECT $1::text IS NULL OR $1::text = 'taken_away' OR rule.brake_least($1) IS NOT NULL OR EXISTS (SELECT 1 FROM ctok.action a WHERE a.tenant_id = ctok.current_tenant() AND a.state = 'held' AND a.kind = $1) AS kind,
       $2::text IS NULL OR EXISTS (SELECT 1 FROM ctok.site s WHERE s.tenant_id = ctok.current_tenant() AND s.name = $2) AS site,
       $3::text IS NULL OR EXISTS (SELECT 1 FROM rule.target_name n WHERE n.tenant_id = ctok.current_tenant() AND lower(n.course) = lower($3)) AS course
