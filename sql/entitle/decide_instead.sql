-- What was noted about matter ${1} and no reconcile has seen, never was: another decision takes its place.
UPDATE ctok.decision
   SET ended_at = rule.now(), ended_why = 'superseded'
 WHERE tenant_id = (SELECT ctok.current_tenant()) AND matter = $1 AND begun_at IS NULL AND ended_at IS NULL
