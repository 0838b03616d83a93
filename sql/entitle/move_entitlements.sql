-- Known entitlements whose term moved: an older sale came in, or one before it was given back.
UPDATE ctok.entitlement e
   SET starts_at = r.starts_at, ends_at = r.ends_at, cycle = r.cycle
  FROM reckoned r
 WHERE e.tenant_id = (SELECT ctok.current_tenant()) AND e.unit_id = r.unit_id AND e.target_id = r.target_id
   AND (e.starts_at, e.ends_at, e.cycle) IS DISTINCT FROM (r.starts_at, r.ends_at, r.cycle)
