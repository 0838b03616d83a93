-- The run that ${1} means: its number, or 'last' for the newest that changed something.
SELECT r.run_id, r.program, r.night_id, to_char(r.effective_at AT TIME ZONE rule.zone(), 'YYYY-MM-DD HH24:MI') AS at
  FROM ctok.run r
 WHERE r.tenant_id = ctok.current_tenant()
   AND CASE WHEN $1 = 'last' THEN EXISTS (SELECT 1 FROM rule.run_action x WHERE x.tenant_id = r.tenant_id AND x.run_id = r.run_id)
            ELSE r.run_id::text = $1 END
 ORDER BY r.run_id DESC
 LIMIT 1
