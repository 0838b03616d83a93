-- Certificates to draw, but for those that a brake holds. $1: at most.
SELECT i.issue_id, i.person_id, i.serial, i.learner_name, i.course_name, extract(epoch FROM i.completed_at)::bigint AS completed,
       coalesce(extract(epoch FROM i.valid_until)::bigint, 0) AS valid_until, i.template, i.locale,
       extract(epoch FROM i.issued_at)::bigint AS issued,
       p.email, to_char(i.completed_at AT TIME ZONE rule.zone(), 'YYYY-MM-DD') AS completed_day, rule.last_day(i.valid_until, rule.zone()) AS valid_day
  FROM ctok.issue i
  JOIN ctok.person p ON p.tenant_id = i.tenant_id AND p.person_id = i.person_id
 WHERE i.tenant_id = ctok.current_tenant() AND i.state = 'planned' AND i.held_why = ''
 ORDER BY i.template, i.issue_id
 LIMIT $1::bigint
