-- Whose certificate waits for how their name is spelled is asked for it: once for each completion, and no more than once in 14 days,
-- however many certificates wait. $1: locale.
INSERT INTO mail_new (event, person_id, recipient, template, locale, facts)
SELECT DISTINCT ON (w.person_id)
       w.event, w.person_id, p.email, 'certificate-waiting', $1,
       jsonb_build_object('learner', p.display_name, 'course', coalesce(c.fullname, t.reference),
                          'date', to_char(w.completed_at AT TIME ZONE rule.zone(), 'YYYY-MM-DD'))
  FROM rule.certificate_waiting w
  JOIN ctok.person p ON p.tenant_id = w.tenant_id AND p.person_id = w.person_id
  JOIN ctok.target t ON t.tenant_id = w.tenant_id AND t.target_id = w.target_id
  LEFT JOIN ctok.mirror_course c ON c.tenant_id = t.tenant_id AND c.site_id = t.site_id AND c.course_id = t.course_id
 WHERE w.tenant_id = ctok.current_tenant() AND rule.wants_mail('certificate-waiting')
   AND NOT EXISTS (SELECT 1 FROM ctok.outbox o
                    WHERE o.tenant_id = w.tenant_id AND o.person_id = w.person_id AND o.template = 'certificate-waiting'
                      AND (o.event = w.event OR o.state <> 'withdrawn' AND o.queued_at > rule.now() - interval '14 days'))
 ORDER BY w.person_id, w.completed_at DESC, w.event
