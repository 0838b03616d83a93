-- Taking over is an action that writes nothing: before and after are what the last reading saw. $1: run, $2: site.
WITH made AS (
    INSERT INTO ctok.plan (tenant_id, run_id, made_at)
    SELECT ctok.current_tenant(), $1::bigint, rule.now()
    RETURNING tenant_id, plan_id
), added AS (
    INSERT INTO ctok.action (tenant_id, plan_id, kind, site_id, person_id, target_id, course_id, user_id, reason, trial, before_status,
                             before_start, before_end, after_status, after_start, after_end, role, fingerprint, state)
    SELECT m.tenant_id, m.plan_id, 'adopt', i.site_id, i.person_id, i.target_id, i.course_id, i.user_id, 'adopt', false, i.before_status,
           i.before_start, i.before_end, i.before_status, i.before_start, i.before_end, i.role,
           md5('adopt ' || i.site_id || ' ' || i.person_id || ' ' || i.target_id || ' ' || m.plan_id), 'open'
      FROM adopt_item i
     CROSS JOIN made m
     WHERE i.site_id = $2::bigint
     ORDER BY i.course_id, i.person_id
    RETURNING 1
)
SELECT m.plan_id, (SELECT count(*) FROM added) AS actions FROM made m
