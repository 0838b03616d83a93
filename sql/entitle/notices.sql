-- The notice of each running debt whose learner was not told, unless its grace has no end: on what day access ends, notices and grace counted. Whoever may have
-- renewed at a source that is silent is not told that they have not. $1: locale.
INSERT INTO mail_new (event, person_id, recipient, template, locale, facts)
SELECT rule.debt_event('grace', d.episode_id, d.opened, 0), d.person_id, p.email, 'grace-notice', $1,
       jsonb_build_object('learner', p.display_name, 'course', coalesce(c.fullname, t.reference),
                          'date', to_char(greatest(d.suspend_at, rule.later(rule.now(), make_interval(days => d.notice_days), rule.zone())) AT TIME ZONE rule.zone(),
                                          'YYYY-MM-DD'))
  FROM ctok.debt_episode d
  JOIN ctok.access a ON a.tenant_id = d.tenant_id AND a.person_id = d.person_id AND a.target_id = d.target_id
                    AND a.state = 'grace' AND a.debt_at = d.debt_at AND NOT a.trial
  JOIN ctok.person p ON p.tenant_id = d.tenant_id AND p.person_id = d.person_id
  JOIN ctok.target t ON t.tenant_id = d.tenant_id AND t.target_id = d.target_id
  LEFT JOIN ctok.mirror_course c ON c.tenant_id = t.tenant_id AND c.site_id = t.site_id AND c.course_id = t.course_id
 WHERE d.cured_at IS NULL AND d.suspend_at <> 'infinity'
   AND NOT EXISTS (SELECT 1 FROM rule.access_waits w WHERE w.tenant_id = d.tenant_id AND w.person_id = d.person_id AND w.target_id = d.target_id)
   AND NOT EXISTS (SELECT 1 FROM ctok.outbox o WHERE o.tenant_id = d.tenant_id AND o.event = rule.debt_event('grace', d.episode_id, d.opened, 0))
