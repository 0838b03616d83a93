-- Actions that were under way when a run was cut off: what Moodle shows as done, is done, and the enrolment is ours.
WITH arrived AS (
    SELECT a.*, m.status, m.time_start, m.time_end, coalesce(a.ours_after, a.kind <> 'unenrol') AS ours
      FROM ctok.action a
      JOIN rule.sending_read s ON s.tenant_id = a.tenant_id AND s.action_id = a.action_id
      JOIN ctok.account k ON k.tenant_id = a.tenant_id AND k.site_id = a.site_id AND k.person_id = a.person_id
      LEFT JOIN rule.manual_row m ON m.tenant_id = a.tenant_id AND m.site_id = a.site_id AND m.course_id = a.course_id AND m.user_id = k.user_id
     WHERE a.target_id IS NOT NULL
       AND CASE WHEN a.kind = 'unenrol' THEN m.user_id IS NULL
                -- Level 3 shows no dates: that the status arrived must do.
                WHEN m.read_level = 3 THEN m.active = (a.after_status = 0)
                ELSE m.status = a.after_status AND m.time_end = a.after_end AND m.time_start IN (a.after_start, 0) END
), done AS (
    UPDATE ctok.action a
       SET state = 'done', ended_at = rule.now(), ended_run = $1::bigint, failure = ''
      FROM arrived r
     WHERE a.tenant_id = r.tenant_id AND a.action_id = r.action_id
    RETURNING a.tenant_id, a.action_id
), noted AS (
    INSERT INTO ctok.journal (tenant_id, action_id, run_id, phase, outcome, user_id, status, time_start, time_end, at)
    SELECT r.tenant_id, r.action_id, $1::bigint, 'after', 'found done', k.user_id, r.status, r.time_start, r.time_end, rule.now()
      FROM arrived r
      JOIN done d ON d.tenant_id = r.tenant_id AND d.action_id = r.action_id
      JOIN ctok.account k ON k.tenant_id = r.tenant_id AND k.site_id = r.site_id AND k.person_id = r.person_id
), ours AS (
    INSERT INTO ctok.managed AS g (tenant_id, site_id, course_id, user_id, action_id, written_start, written_end, written_status)
    SELECT r.tenant_id, r.site_id, r.course_id, k.user_id, r.action_id, r.after_start, r.after_end, r.after_status
      FROM arrived r
      JOIN ctok.account k ON k.tenant_id = r.tenant_id AND k.site_id = r.site_id AND k.person_id = r.person_id
     WHERE r.ours
    ON CONFLICT (tenant_id, site_id, course_id, user_id) DO UPDATE
       SET written_start = excluded.written_start, written_end = excluded.written_end, written_status = excluded.written_status
), not_ours AS (
    DELETE FROM ctok.managed g
     USING arrived r, ctok.account k
     WHERE NOT r.ours AND k.tenant_id = r.tenant_id AND k.site_id = r.site_id AND k.person_id = r.person_id
       AND g.tenant_id = r.tenant_id AND g.site_id = r.site_id AND g.course_id = r.course_id AND g.user_id = k.user_id
)
INSERT INTO dirty_pair
SELECT person_id, target_id FROM arrived
ON CONFLICT DO NOTHING
