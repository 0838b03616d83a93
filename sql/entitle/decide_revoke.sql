-- Decision ${1} was wrong, says ${2}, because of ${3}. One that no reconcile has seen yet never was.
UPDATE ctok.decision
   SET revoked_at = rule.now(), revoked_who = $2, revoked_reason = $3, ended_at = CASE WHEN begun_at IS NULL THEN rule.now() END,
       ended_why = CASE WHEN begun_at IS NULL THEN 'revoked' END
 WHERE tenant_id = (SELECT ctok.current_tenant()) AND decision_id = $1::bigint AND revoked_at IS NULL AND ended_at IS NULL
