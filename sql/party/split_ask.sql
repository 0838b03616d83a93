-- Merge ${1} was wrong, says ${2}, because of ${3}. One that no reconcile has seen yet never was.
UPDATE ctok.person_merge
   SET split_who = $2, split_reason = $3, split_asked_at = rule.now(), split_at = CASE WHEN merged_at IS NULL THEN rule.now() END
 WHERE tenant_id = (SELECT ctok.current_tenant()) AND merge_id = $1::bigint AND split_at IS NULL
