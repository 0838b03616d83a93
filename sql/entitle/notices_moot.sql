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
  LEFT JOIN ctok.action a ON a.tenant_id = o.tenant_id
                         AND a.action_id = CASE WHEN o.event ~ '^ended:a[0-9]+$' THEN substr(o.event, length('ended:a') + 1)::bigint END
  JOIN ctok.access x ON x.tenant_id = o.tenant_id AND x.person_id = coalesce(d.person_id, a.person_id)
                    AND x.target_id = coalesce(d.target_id, a.target_id) AND x.wanted = 'active'
 WHERE o.state IN ('queued', 'deferred', 'doubt') AND o.event LIKE 'ended:%'
