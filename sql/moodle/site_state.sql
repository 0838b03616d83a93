-- What the last complete reading found the site to be.
SELECT release, identity, read_level, student_role_id FROM ctok.site_state WHERE tenant_id = ctok.current_tenant() AND site_id = $1
