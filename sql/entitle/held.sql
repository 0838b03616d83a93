-- Whose access was paid but not given yet when the payment was disputed, and waits: told once, with the day of the dispute. Who has access keeps
-- it meanwhile and is told nothing, or is told when it is suspended (ended.sql). $1: locale.
INSERT INTO mail_new (event, person_id, recipient, template, locale, facts)
SELECT rule.access_event('held', a.person_id, a.target_id) || '.' || w.document_id, a.person_id, p.email, 'access-held', $1,
       jsonb_build_object('learner', p.display_name, 'course', coalesce(c.fullname, t.reference),
                          'date', to_char(w.since AT TIME ZONE rule.zone(), 'YYYY-MM-DD'))
  FROM (SELECT DISTINCT ON (e.person_id, e.target_id) e.tenant_id, e.person_id, e.target_id, e.document_id, x.since
          FROM rule.document_disputed x
          JOIN ctok.entitlement e ON e.tenant_id = x.tenant_id AND e.document_id = x.document_id
         WHERE x.tenant_id = ctok.current_tenant()
         ORDER BY e.person_id, e.target_id, x.since, e.document_id) w
  JOIN ctok.access a ON a.tenant_id = w.tenant_id AND a.person_id = w.person_id AND a.target_id = w.target_id
                    AND a.state = 'held' AND a.wanted = 'untouched' AND NOT a.trial
  JOIN ctok.person p ON p.tenant_id = a.tenant_id AND p.person_id = a.person_id
  JOIN ctok.target t ON t.tenant_id = a.tenant_id AND t.target_id = a.target_id
  LEFT JOIN ctok.mirror_course c ON c.tenant_id = t.tenant_id AND c.site_id = t.site_id AND c.course_id = t.course_id
 WHERE rule.wants_mail('access-held')
