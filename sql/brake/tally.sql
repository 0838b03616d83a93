-- What this night ($1) and the one before it, which may have been cut off before it counted, carried out: per kind and scope. Nights in which
-- the program of a kind ran have a row of the whole tenant, be it 0.
WITH night AS (
    SELECT DISTINCT r.tenant_id, r.night_id, r.run_id, r.program
      FROM ctok.run r
     WHERE r.tenant_id = ctok.current_tenant()
       AND r.night_id IN ($1::bigint, (SELECT max(o.night_id) FROM ctok.run o
                                        WHERE o.tenant_id = ctok.current_tenant() AND o.night_id < $1::bigint
                                          AND o.program IN ('ctok-apply', 'ctok-certify', 'ctok-mail')))
), item AS (
    SELECT n.tenant_id, n.night_id, coalesce(rule.brake_kind(a.kind), a.kind) AS kind, a.site_id, coalesce(a.target_id, 0) AS target_id
      FROM night n
      JOIN ctok.action a ON a.tenant_id = n.tenant_id AND a.ended_run = n.run_id AND a.state = 'done'
    UNION ALL
    SELECT n.tenant_id, n.night_id, 'issue', i.site_id, i.target_id
      FROM night n
      JOIN ctok.issue i ON i.tenant_id = n.tenant_id AND i.run_id = n.run_id AND i.state IN ('live', 'superseded', 'revoked')
    UNION ALL
    SELECT n.tenant_id, n.night_id, 'mail', 0, 0
      FROM night n
      JOIN ctok.outbox o ON o.tenant_id = n.tenant_id AND o.sent_run = n.run_id AND o.state = 'sent'
), counted AS (
    SELECT tenant_id, night_id, kind, CASE grouping(site_id, target_id) WHEN 3 THEN 'tenant' WHEN 1 THEN 'site' ELSE 'course' END AS scope,
           coalesce(site_id, 0) AS site_id, coalesce(target_id, 0) AS target_id, count(*) AS done
      FROM item
     GROUP BY tenant_id, night_id, GROUPING SETS ((kind), (kind, site_id), (kind, site_id, target_id))
), tally AS (
    SELECT * FROM counted WHERE (scope = 'tenant' OR site_id <> 0) AND (scope <> 'course' OR target_id <> 0)
    UNION ALL
    SELECT DISTINCT n.tenant_id, n.night_id, k.kind, 'tenant', 0, 0, 0
      FROM night n
      JOIN (VALUES ('ctok-apply', 'enrol'), ('ctok-apply', 'create_account'), ('ctok-apply', 'rename'), ('ctok-apply', 'suspend'), ('ctok-apply', 'unenrol'),
                   ('ctok-apply', 'extend'), ('ctok-certify', 'issue'), ('ctok-mail', 'mail')) AS k(program, kind) ON k.program = n.program
     WHERE NOT EXISTS (SELECT 1 FROM counted c WHERE c.night_id = n.night_id AND c.kind = k.kind)
)
INSERT INTO ctok.night_tally AS t (tenant_id, night_id, kind, scope, site_id, target_id, done)
SELECT tenant_id, night_id, kind, scope, site_id, target_id, done FROM tally
ON CONFLICT (tenant_id, kind, scope, site_id, target_id, night_id) DO UPDATE SET done = excluded.done WHERE t.done <> excluded.done
