-- Notices that wait although the debt was cured, if it was opened again since or not: the learner must not read that access ends then.
SELECT o.event
  FROM ctok.outbox o
  JOIN ctok.debt_episode d ON d.tenant_id = o.tenant_id AND d.episode_id = rule.event_episode(o.event)
 WHERE o.state IN ('queued', 'deferred', 'doubt') AND o.event LIKE 'grace:%'
   AND (d.cured_at IS NOT NULL OR o.event <> rule.debt_event('grace', d.episode_id, d.opened, 0))
UNION ALL
-- Mails that access has ended, which wait although it is owed again.
SELECT o.event
  FROM ctok.outbox o
  LEFT JOIN ctok.debt_episode d ON d.tenant_id = o.tenant_id AND d.episode_id = rule.event_episode(o.event)
  LEFT JOIN ctok.action a ON a.tenant_id = o.tenant_id AND a.action_id = rule.event_action(o.event)
  JOIN ctok.access x ON x.tenant_id = o.tenant_id AND x.person_id = coalesce(d.person_id, a.person_id)
                    AND x.target_id = coalesce(d.target_id, a.target_id) AND x.wanted = 'active'
 WHERE o.state IN ('queued', 'deferred', 'doubt') AND o.event LIKE 'ended:%'
UNION ALL
-- Reminders that wait although paid time ends on another day by now or the subscription goes on after all, welcomes to what is not open any more, and
-- that access waits, which waits although that is over.
SELECT o.event
  FROM ctok.outbox o
  LEFT JOIN ctok.access x ON x.tenant_id = o.tenant_id AND x.person_id = o.person_id AND x.target_id = rule.event_target(o.event)
 WHERE o.state IN ('queued', 'deferred', 'doubt')
   AND (o.event LIKE 'expiry:%' AND (x.state IS DISTINCT FROM 'active'
                                     OR o.facts ->> 'date' IS DISTINCT FROM rule.last_day(x.ends_at, rule.zone())
                                     OR rule.last_day(x.ends_at, rule.zone())::date <= (rule.now() AT TIME ZONE rule.zone())::date
                                     OR EXISTS (SELECT 1 FROM rule.access_subscription u
                                                 WHERE u.tenant_id = x.tenant_id AND u.person_id = x.person_id AND u.target_id = x.target_id
                                                   AND u.ends_at = x.ends_at AND u.goes_on))
        OR o.event LIKE 'welcome:%' AND x.wanted IS DISTINCT FROM 'active'
        OR o.event LIKE 'held:%' AND (x.state, x.wanted) IS DISTINCT FROM ('held', 'untouched'))
UNION ALL
-- That access is back, which waits although it is taken away again.
SELECT o.event
  FROM ctok.outbox o
  JOIN ctok.action a ON a.tenant_id = o.tenant_id AND a.action_id = rule.event_action(o.event)
  LEFT JOIN ctok.access x ON x.tenant_id = a.tenant_id AND x.person_id = a.person_id AND x.target_id = a.target_id
 WHERE o.state IN ('queued', 'deferred', 'doubt') AND o.event LIKE 'restored:%' AND x.wanted IS DISTINCT FROM 'active'
