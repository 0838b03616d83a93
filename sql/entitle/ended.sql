-- Whose access was taken away without a notice that announced it (`grace_days = 0`, or nothing left that was paid) is told now that it
-- was, whose was suspended as a notice had announced, that it is paused, and whose payment is under dispute, that it waits: once per debt, and once more each time that a person took it back and it was done again. $1: locale, $2: run that ended the actions, $3: these actions; NULL for all of the run.
INSERT INTO mail_new (event, person_id, recipient, template, locale, facts)
SELECT coalesce(rule.debt_event('ended', d.episode_id, d.opened, r.redone), 'ended:a' || a.action_id), a.person_id, p.email,
       CASE WHEN x.state = 'held' THEN 'access-held' WHEN v.noticed THEN 'suspended' WHEN x.why = 'term' THEN 'access-ended' ELSE 'access-revoked' END, $1,
       jsonb_build_object('learner', p.display_name, 'course', coalesce(c.fullname, t.reference),
                          'date', to_char(rule.now() AT TIME ZONE rule.zone(), 'YYYY-MM-DD'))
  FROM ctok.action a
  JOIN ctok.access x ON x.tenant_id = a.tenant_id AND x.person_id = a.person_id AND x.target_id = a.target_id
                    -- Reckoned anew after a removal, nothing is wanted of what has ended.
                    AND (x.wanted IN ('suspended', 'unenrolled') OR x.state IN ('ended', 'revoked'))
                    -- What a person decided they tell the learner themselves: they know why.
                    AND x.why NOT IN ('denied', 'dropped', 'decision')
  LEFT JOIN ctok.debt_episode d ON d.tenant_id = x.tenant_id AND d.person_id = x.person_id AND d.target_id = x.target_id
                               AND d.debt_at = x.debt_at AND d.cured_at IS NULL
 CROSS JOIN LATERAL (
        SELECT count(*) AS redone, max(u.ended_at) AS undone_at
          FROM ctok.action u
          JOIN ctok.action k ON k.tenant_id = u.tenant_id AND k.action_id = u.undoes AND k.kind IN ('suspend', 'unenrol')
         WHERE u.tenant_id = a.tenant_id AND u.person_id = a.person_id AND u.target_id = a.target_id AND u.state = 'done'
           AND u.action_id < a.action_id
       ) r
 CROSS JOIN LATERAL (
        SELECT EXISTS (SELECT 1 FROM ctok.outbox o
                        WHERE o.tenant_id = a.tenant_id AND o.event = rule.debt_event('grace', d.episode_id, d.opened, 0) AND o.state <> 'withdrawn'
                          AND (r.undone_at IS NULL OR o.queued_at > r.undone_at)) AS noticed
       ) v
  JOIN ctok.person p ON p.tenant_id = a.tenant_id AND p.person_id = a.person_id
  JOIN ctok.target t ON t.tenant_id = a.tenant_id AND t.target_id = a.target_id
  LEFT JOIN ctok.mirror_course c ON c.tenant_id = t.tenant_id AND c.site_id = t.site_id AND c.course_id = t.course_id
 WHERE a.tenant_id = ctok.current_tenant() AND a.ended_run = $2::bigint AND ($3::bigint[] IS NULL OR a.action_id = ANY ($3::bigint[]))
   AND a.state = 'done' AND a.kind IN ('suspend', 'unenrol') AND NOT a.trial
   AND (NOT v.noticed OR a.kind = 'suspend' AND x.why = 'term' AND rule.wants_mail('suspended'))
   AND NOT EXISTS (SELECT 1 FROM ctok.outbox o WHERE o.tenant_id = a.tenant_id AND o.event = rule.debt_event('ended', d.episode_id, d.opened, r.redone))
