-- The plan of a revert. What it takes back must not come by itself again: `bars` holds it until somebody approves it. Taking back the
-- undoing of a change lets the change stand. $1: run.
WITH todo AS (
    SELECT * FROM undo_item WHERE verdict = 'undo'
), made AS (
    INSERT INTO ctok.plan (tenant_id, run_id, made_at)
    SELECT ctok.current_tenant(), $1::bigint, rule.now() WHERE EXISTS (SELECT 1 FROM todo)
    RETURNING tenant_id, plan_id
), added AS (
    INSERT INTO ctok.action (tenant_id, plan_id, kind, site_id, person_id, target_id, course_id, user_id, reason, trial, before_status,
                             before_start, before_end, after_status, after_start, after_end, role, fingerprint, state, undoes, ours_after, bars)
    SELECT m.tenant_id, m.plan_id, t.undo_kind, t.site_id, t.person_id, t.target_id, t.course_id, t.user_id, 'revert', false, t.was_status,
           t.was_start, t.was_end, t.undo_status, t.undo_start, t.undo_end, t.role, md5('undo ' || t.action_id || ' ' || m.plan_id), 'open',
           t.action_id, t.undo_ours,
           CASE WHEN t.bars IS NOT NULL THEN NULL WHEN t.kind = 'update_account' THEN u.fingerprint
                WHEN t.kind NOT IN ('adopt', 'release') THEN rule.change_key(t.after_status, t.after_end) END
      FROM todo t
      JOIN ctok.action u ON u.tenant_id = ctok.current_tenant() AND u.action_id = t.action_id
     CROSS JOIN made m
     ORDER BY t.site_id, t.course_id, t.action_id
    RETURNING 1
)
SELECT m.plan_id, (SELECT count(*) FROM added) AS actions FROM made m
