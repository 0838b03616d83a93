-- The newest runs that changed something in Moodle, or whose enrolments are ours, and how much of it was taken back since. $1: at most.
WITH newest AS (
    SELECT r.*
      FROM ctok.run r
     WHERE r.tenant_id = ctok.current_tenant()
       AND EXISTS (SELECT 1 FROM rule.run_action x WHERE x.tenant_id = r.tenant_id AND x.run_id = r.run_id)
     ORDER BY r.run_id DESC
     LIMIT $1::bigint
), done AS (
    SELECT n.run_id, a.kind, count(*) AS actions,
           count(*) FILTER (WHERE EXISTS (SELECT 1 FROM ctok.action u
                                           WHERE u.tenant_id = a.tenant_id AND u.undoes = a.action_id AND u.state = 'done')) AS undone
      FROM newest n
      JOIN rule.run_action x ON x.tenant_id = n.tenant_id AND x.run_id = n.run_id
      JOIN ctok.action a ON a.tenant_id = x.tenant_id AND a.action_id = x.action_id
     GROUP BY n.run_id, a.kind
)
SELECT n.run_id, n.night_id, n.program, to_char(n.effective_at AT TIME ZONE rule.zone(), 'YYYY-MM-DD HH24:MI') AS at,
       string_agg(d.actions || ' ' || lower(coalesce(w.words, d.kind)), ', ' ORDER BY d.kind) AS actions, sum(d.undone) AS undone
  FROM newest n
  JOIN done d ON d.run_id = n.run_id
  LEFT JOIN rule.report_word w ON w.kind = 'action' AND w.code = d.kind
 GROUP BY n.run_id, n.night_id, n.program, n.effective_at
 ORDER BY n.run_id DESC
