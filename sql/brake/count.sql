-- The scopes in which more is wanted than may pass. $1: run, whose night is not compared with itself. Denominators are counted only when
-- some number is high enough to matter.
CREATE TEMP TABLE brake_count ON COMMIT DROP AS
WITH scope AS (
    SELECT kind, CASE grouping(site_id, target_id) WHEN 3 THEN 'tenant' WHEN 1 THEN 'site' ELSE 'course' END AS scope,
           coalesce(site_id, 0) AS site_id, coalesce(target_id, 0) AS target_id,
           count(*) FILTER (WHERE NOT foreseen) AS wanted, count(*) FILTER (WHERE foreseen) AS foreseen
      FROM brake_item
     WHERE kind IS NOT NULL AND apart = ''
     GROUP BY GROUPING SETS ((kind), (kind, site_id), (kind, site_id, target_id))
), risky AS MATERIALIZED (
    SELECT *
      FROM scope
     WHERE wanted > rule.brake_least(kind) AND (scope = 'tenant' OR site_id <> 0) AND (scope <> 'course' OR target_id <> 0)
), managed AS (
    SELECT coalesce(m.site_id, 0) AS site_id, coalesce(m.target_id, 0) AS target_id, count(*) AS base
      FROM (SELECT r.site_id, coalesce(t.target_id, -1) AS target_id
              FROM rule.manual_row r
              LEFT JOIN ctok.target t ON t.tenant_id = r.tenant_id AND t.site_id = r.site_id AND t.course_id = r.course_id
             WHERE r.managed AND r.active
               AND EXISTS (SELECT 1 FROM risky WHERE kind IN ('enrol', 'create_account', 'rename', 'suspend', 'unenrol'))) m
     GROUP BY GROUPING SETS ((), (m.site_id), (m.site_id, m.target_id))
), certified AS (
    SELECT coalesce(i.site_id, 0) AS site_id, coalesce(i.target_id, 0) AS target_id, count(*) AS base
      FROM ctok.issue i
     WHERE i.state = 'live' AND EXISTS (SELECT 1 FROM risky WHERE kind = 'revoke')
     GROUP BY GROUPING SETS ((), (i.site_id), (i.site_id, i.target_id))
), based AS (
    SELECT r.*,
           coalesce(CASE WHEN r.kind IN ('issue', 'mail') THEN
                             (SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY coalesce(s.done, 0))
                                FROM (SELECT t.tenant_id, t.night_id
                                        FROM ctok.night_tally t
                                       WHERE t.tenant_id = ctok.current_tenant() AND t.kind = r.kind AND t.scope = 'tenant'
                                         AND t.night_id <> (SELECT u.night_id FROM ctok.run u WHERE u.run_id = $1::bigint)
                                       ORDER BY t.night_id DESC
                                       LIMIT 30) n
                                LEFT JOIN ctok.night_tally s ON s.tenant_id = n.tenant_id AND s.night_id = n.night_id AND s.kind = r.kind
                                      AND s.scope = r.scope AND s.site_id = r.site_id AND s.target_id = r.target_id)
                         WHEN r.kind = 'revoke' THEN c.base
                         ELSE m.base END, 0) AS base
      FROM risky r
      LEFT JOIN managed m ON m.site_id = r.site_id AND m.target_id = r.target_id
      LEFT JOIN certified c ON c.site_id = r.site_id AND c.target_id = r.target_id
)
SELECT kind, scope, site_id, target_id, wanted, base, rule.brake_limit(kind, base) AS most, foreseen
  FROM based
 WHERE wanted > rule.brake_limit(kind, base)
