-- $1: name of the site.
SELECT s.site_id, coalesce(s.identity, '') AS pinned, coalesce(t.identity, '') AS identity, coalesce(t.student_role_id, 0) AS student_role_id,
       t.site_id IS NOT NULL AS known,
       coalesce(t.last_complete_at < rule.now() - make_interval(secs => s.max_age_s), true) AS stale,
       coalesce(to_char(t.last_complete_at, 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), 'never') AS last_complete
  FROM ctok.site s
  LEFT JOIN ctok.site_state t ON t.tenant_id = s.tenant_id AND t.site_id = s.site_id
 WHERE s.tenant_id = ctok.current_tenant() AND s.name = $1
