-- A reading is complete.
UPDATE ctok.site_pull
   SET ended_at = clock_timestamp(), complete = true, courses = $2, users = $3, enrolments = $4, completions = $5, changed = $6
 WHERE tenant_id = ctok.current_tenant() AND pull_id = $1
