-- What the site is, as of this complete reading.
INSERT INTO ctok.site_state (tenant_id, site_id, release, identity, read_level, student_role_id, last_complete_at)
VALUES (ctok.current_tenant(), $1, $2, $3, $4, $5, to_timestamp($6::bigint))
ON CONFLICT (tenant_id, site_id) DO UPDATE
   SET release = excluded.release, identity = excluded.identity, read_level = excluded.read_level,
       student_role_id = excluded.student_role_id, last_complete_at = excluded.last_complete_at
