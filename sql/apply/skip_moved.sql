-- Actions whose enrolment is no longer what they were decided on are skipped and replanned. $1: site, $2: run.
WITH moved AS (
    UPDATE ctok.action a
       SET state = 'skipped', failure = 'the enrolment changed since this was planned', ended_at = rule.now(), ended_run = $2::bigint
      FROM ctok.action o
      LEFT JOIN rule.manual_row m ON m.tenant_id = o.tenant_id AND m.site_id = o.site_id AND m.course_id = o.course_id AND m.user_id = o.user_id
     WHERE o.tenant_id = ctok.current_tenant() AND o.site_id = $1::bigint AND o.state = 'open' AND NOT o.trial
       AND o.target_id IS NOT NULL AND o.user_id IS NOT NULL AND o.undoes IS NULL
       AND (m.status, m.time_start, m.time_end) IS DISTINCT FROM (o.before_status, o.before_start, o.before_end)
       AND a.tenant_id = o.tenant_id AND a.action_id = o.action_id
    RETURNING a.tenant_id, a.site_id, a.user_id, a.course_id
)
INSERT INTO ctok.dirty_access (tenant_id, site_id, user_id, course_id)
SELECT DISTINCT tenant_id, site_id, user_id, course_id FROM moved
ON CONFLICT DO NOTHING
