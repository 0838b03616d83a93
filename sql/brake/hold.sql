-- Each limit exceeded holds; the holds of the last judgement of these kinds give way. $1: run, $2: kinds.
WITH before AS (
    UPDATE ctok.hold h SET standing = false
     WHERE h.tenant_id = ctok.current_tenant() AND h.standing AND h.kind = ANY ($2::text[])
    RETURNING h.kind, h.scope, h.site_id, h.target_id, h.since_at
)
INSERT INTO ctok.hold (tenant_id, run_id, kind, scope, site_id, target_id, wanted, base, most, foreseen, since_at)
SELECT ctok.current_tenant(), $1::bigint, c.kind, c.scope, c.site_id, c.target_id, c.wanted, c.base, c.most, c.foreseen,
       coalesce(b.since_at, rule.now())
  FROM brake_count c
  LEFT JOIN before b ON b.kind = c.kind AND b.scope = c.scope AND b.site_id = c.site_id AND b.target_id = c.target_id
 ORDER BY c.kind, c.site_id, c.target_id
