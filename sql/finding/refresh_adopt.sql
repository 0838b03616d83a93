-- Ids had ten digits once: what is open under one goes on, and keeps its age, under the longer one.
UPDATE ctok.finding f
   SET finding_id = s.finding_id
  FROM finding_seen s
 WHERE f.tenant_id = (SELECT ctok.current_tenant()) AND f.cleared_at IS NULL AND length(f.finding_id) = 11
   AND s.class = f.class AND left(s.finding_id, 11) = f.finding_id
