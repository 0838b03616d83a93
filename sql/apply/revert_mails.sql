-- Mails of the night of run ${1} about the accesses that are taken back: of debts, of ends, and whatever else is not a certificate.
WITH mail AS (
    SELECT o.event, o.state, o.person_id, coalesce(d.target_id, a.target_id, rule.event_target(o.event)) AS target_id, o.mail_id,
           o.event ~ '^(welcome|restored):' AS opened
      FROM ctok.run r
      JOIN ctok.run n ON n.tenant_id = r.tenant_id AND n.night_id = r.night_id
      JOIN ctok.outbox o ON o.tenant_id = n.tenant_id AND o.queued_run = n.run_id AND o.person_id IS NOT NULL
                        AND o.event NOT LIKE 'certificate%' AND o.state <> 'withdrawn'
      LEFT JOIN ctok.debt_episode d ON d.tenant_id = o.tenant_id AND d.episode_id = rule.event_episode(o.event)
      LEFT JOIN ctok.action a ON a.tenant_id = o.tenant_id AND a.action_id = rule.event_action(o.event)
     WHERE r.tenant_id = ctok.current_tenant() AND r.run_id = $1::bigint
)
SELECT m.event, m.state IN ('sent', 'sending', 'doubt') AS gone,
       -- A notice that announces an end goes with the end, a welcome with the access; another one is still true.
       i.moot AND m.state IN ('queued', 'deferred', 'failed') AS withdraw
  FROM mail m
 CROSS JOIN LATERAL (
        SELECT bool_or(CASE WHEN m.opened THEN u.kind IN ('enrol', 'resume') ELSE u.kind IN ('suspend', 'unenrol') OR m.target_id IS NULL END) AS moot
          FROM undo_item u
         WHERE u.verdict = 'undo' AND u.person_id = m.person_id AND (m.target_id IS NULL OR u.target_id = m.target_id)
       ) i
 WHERE i.moot IS NOT NULL
 ORDER BY m.mail_id
