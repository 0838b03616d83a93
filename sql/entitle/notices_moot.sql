-- Notices that wait although the debt was cured: the learner must not read that access ends.
SELECT o.event
  FROM ctok.outbox o
  JOIN ctok.debt_episode d ON d.tenant_id = o.tenant_id
                         AND d.episode_id = CASE WHEN o.event LIKE 'grace:%' THEN substr(o.event, length('grace:') + 1)::bigint END
 WHERE o.state IN ('queued', 'deferred', 'doubt') AND d.cured_at IS NOT NULL
