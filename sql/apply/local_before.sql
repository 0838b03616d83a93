-- Actions that only say whose an enrolment is: nothing is sent for them. $1: plan, $2: run, $3: site.
WITH taken AS (
    SELECT a.* FROM ctok.action a
     WHERE a.tenant_id = ctok.current_tenant() AND a.plan_id = $1::bigint AND a.site_id = $3::bigint AND a.kind IN ('adopt', 'release')
       AND a.state = 'open'
), noted AS (
    INSERT INTO ctok.journal (tenant_id, action_id, run_id, phase, outcome, user_id, status, time_start, time_end, roles, at)
    SELECT t.tenant_id, t.action_id, $2::bigint, 'before', 'sending', t.user_id, t.before_status, t.before_start, t.before_end, m.roles, rule.now()
      FROM taken t
      LEFT JOIN rule.manual_row m ON m.tenant_id = t.tenant_id AND m.site_id = t.site_id AND m.course_id = t.course_id AND m.user_id = t.user_id
)
SELECT action_id FROM taken
