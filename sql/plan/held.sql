-- How many actions of the tenant are held and want a person tonight. What staff took away in Moodle somebody decided already; it is a finding.
SELECT count(*) AS held FROM ctok.action a WHERE a.tenant_id = ctok.current_tenant() AND a.state = 'held' AND a.held_why <> 'staff'
