-- The plan of run ${1} in one row; what stays outside for being older than go-live; certificates that are due.
SELECT count(a.action_id) AS actions, count(DISTINCT a.person_id) AS persons, count(DISTINCT a.target_id) AS courses,
       count(a.action_id) FILTER (WHERE rule.brake_kind(a.kind) = 'enrol') AS enrolments,
       (SELECT count(DISTINCT e.unit_id) FROM rule.entitlement_live e WHERE e.before_live AND NOT e.trial) AS before_units,
       (SELECT count(DISTINCT e.person_id) FROM rule.entitlement_live e WHERE e.before_live AND NOT e.trial) AS before_persons,
       (SELECT count(*) FROM rule.completion_due d WHERE d.due) AS certificates
  FROM ctok.plan p
  JOIN ctok.action a ON a.tenant_id = p.tenant_id AND a.plan_id = p.plan_id AND NOT a.trial AND a.state IN ('open', 'held')
 WHERE p.tenant_id = ctok.current_tenant() AND p.run_id = $1::bigint
