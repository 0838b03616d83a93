-- Findings that no longer hold are cleared; their first seen moment stays on record.
UPDATE ctok.finding f
   SET cleared_at = rule.now(), cleared_run = $1::bigint
 WHERE f.tenant_id = (SELECT ctok.current_tenant()) AND f.cleared_at IS NULL
   AND NOT EXISTS (SELECT 1 FROM finding_seen s WHERE s.finding_id = f.finding_id)
