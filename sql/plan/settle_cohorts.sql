-- Changes of cohorts that were under way when a run was cut off: what Moodle shows as done, is done. $1: run.
WITH arrived AS (
    SELECT a.*, c.cohort_id
      FROM ctok.action a
      JOIN rule.sending_read s ON s.tenant_id = a.tenant_id AND s.action_id = a.action_id
      JOIN ctok.cohort_state r ON r.tenant_id = a.tenant_id AND r.site_id = a.site_id AND r.failure = ''
      JOIN ctok.mirror_cohort c ON c.tenant_id = a.tenant_id AND c.site_id = a.site_id AND c.cohort = a.cohort
     WHERE a.cohort <> ''
       AND (a.kind = 'join_cohort')
           = EXISTS (SELECT 1 FROM ctok.mirror_cohort_member m
                      WHERE m.tenant_id = c.tenant_id AND m.site_id = c.site_id AND m.cohort_id = c.cohort_id AND m.user_id = a.user_id)
), done AS (
    UPDATE ctok.action a
       SET state = 'done', ended_at = rule.now(), ended_run = $1::bigint, failure = ''
      FROM arrived r
     WHERE a.tenant_id = r.tenant_id AND a.action_id = r.action_id
    RETURNING a.tenant_id, a.action_id, a.user_id
), ours AS (
    INSERT INTO ctok.cohort_ours (tenant_id, site_id, cohort_id, user_id, action_id)
    SELECT tenant_id, site_id, cohort_id, user_id, action_id FROM arrived WHERE kind = 'join_cohort'
    ON CONFLICT DO NOTHING
), not_ours AS (
    DELETE FROM ctok.cohort_ours o
     USING arrived r
     WHERE r.kind = 'leave_cohort' AND o.tenant_id = r.tenant_id AND o.site_id = r.site_id AND o.cohort_id = r.cohort_id AND o.user_id = r.user_id
)
INSERT INTO ctok.journal (tenant_id, action_id, run_id, phase, outcome, user_id, at)
SELECT tenant_id, action_id, $1::bigint, 'after', 'found done', user_id, rule.now() FROM done
