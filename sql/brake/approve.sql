-- Approve what is held and asked for, for 48 hours. What staff took away is let go only by its kind. $1: kind, $2: site, $3: course, each NULL for all; $4: who, $5: why.
WITH chosen AS (
    SELECT DISTINCT ON (i.fingerprint) i.tenant_id, i.kind, i.site_id, i.target_id, i.fingerprint
      FROM rule.held_item i
      LEFT JOIN ctok.site s ON s.tenant_id = i.tenant_id AND s.site_id = i.site_id
      LEFT JOIN rule.target_name n ON n.tenant_id = i.tenant_id AND n.target_id = i.target_id
     WHERE i.tenant_id = ctok.current_tenant() AND i.why <> 'enrolments' AND (i.kind = $1 OR $1::text IS NULL AND i.why <> 'staff')
       AND ($2::text IS NULL OR s.name = $2) AND ($3::text IS NULL OR lower(n.course) = lower($3))
), approved AS (
    INSERT INTO ctok.approval (tenant_id, origin, kind, site_id, target_id, who_name, reason, approved_at, expires_at)
    SELECT ctok.current_tenant(), 'approve', coalesce($1, ''), CASE WHEN $2::text IS NULL THEN 0 ELSE (SELECT min(site_id) FROM chosen) END,
           CASE WHEN $3::text IS NULL THEN 0 ELSE (SELECT min(target_id) FROM chosen) END, $4, $5, rule.now(), rule.now() + interval '48 hours'
     WHERE EXISTS (SELECT 1 FROM chosen)
    RETURNING tenant_id, approval_id, expires_at
), released AS (
    INSERT INTO ctok.approval_item (tenant_id, approval_id, fingerprint, kind)
    SELECT c.tenant_id, p.approval_id, c.fingerprint, c.kind
      FROM chosen c
      JOIN approved p ON p.tenant_id = c.tenant_id
    RETURNING 1
)
SELECT p.approval_id, (SELECT count(*) FROM released) AS items, to_char(p.expires_at AT TIME ZONE rule.zone(), 'YYYY-MM-DD HH24:MI') AS until
  FROM approved p
