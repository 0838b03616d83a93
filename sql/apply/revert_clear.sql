-- What waits for the same person and course gives way: it was decided on an enrolment that is about to change. $1: run.
UPDATE ctok.action a
   SET state = 'superseded', ended_at = rule.now(), ended_run = $1::bigint
  FROM undo_item i
 WHERE i.verdict = 'undo' AND a.tenant_id = ctok.current_tenant() AND a.site_id = i.site_id AND a.person_id = i.person_id
   AND coalesce(a.target_id, 0) = coalesce(i.target_id, 0) AND a.state IN ('open', 'held')
