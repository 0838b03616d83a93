-- What became of changes of cohorts: state and journal, whose the place is, and the mirror as the next reading will find it. A place that was found to be there
-- is ours only if we had tried before. $1: run, $2: actions, $3: outcomes, $4: reasons.
WITH told AS (
    SELECT a.tenant_id, a.action_id, a.kind, a.site_id, a.user_id, c.cohort_id, r.outcome, r.reason,
           r.outcome IN ('done', 'found') AND a.kind = 'join_cohort' AS joined, r.outcome IN ('done', 'found') AND a.kind = 'leave_cohort' AS has_left,
           r.outcome = 'done' OR (SELECT count(*) FROM ctok.journal j
                                   WHERE j.tenant_id = a.tenant_id AND j.action_id = a.action_id AND j.phase = 'before') > 1 AS ours
      FROM unnest($2::bigint[], $3::text[], $4::text[]) AS r(action_id, outcome, reason)
      JOIN ctok.action a ON a.tenant_id = ctok.current_tenant() AND a.action_id = r.action_id
      JOIN ctok.mirror_cohort c ON c.tenant_id = a.tenant_id AND c.site_id = a.site_id AND c.cohort = a.cohort
), ended AS (
    UPDATE ctok.action a
       SET state = CASE t.outcome WHEN 'done' THEN 'done' WHEN 'found' THEN 'done' WHEN 'refused' THEN 'refused' WHEN 'open' THEN 'open' ELSE 'sending' END,
           failure = t.reason,
           ended_at = CASE WHEN t.outcome IN ('done', 'found', 'refused') THEN rule.now() END,
           ended_run = CASE WHEN t.outcome IN ('done', 'found', 'refused') THEN $1::bigint END
      FROM told t
     WHERE a.tenant_id = t.tenant_id AND a.action_id = t.action_id
), noted AS (
    INSERT INTO ctok.journal (tenant_id, action_id, run_id, phase, outcome, user_id, at)
    SELECT tenant_id, action_id, $1::bigint, 'after', CASE outcome WHEN 'found' THEN 'found done' WHEN 'open' THEN 'not sent' ELSE outcome END,
           user_id, rule.now()
      FROM told
), member AS (
    INSERT INTO ctok.mirror_cohort_member (tenant_id, site_id, cohort_id, user_id)
    SELECT tenant_id, site_id, cohort_id, user_id FROM told WHERE joined
    ON CONFLICT DO NOTHING
), made AS (
    INSERT INTO ctok.cohort_ours (tenant_id, site_id, cohort_id, user_id, action_id)
    SELECT tenant_id, site_id, cohort_id, user_id, action_id FROM told WHERE joined AND ours
    ON CONFLICT DO NOTHING
), no_member AS (
    DELETE FROM ctok.mirror_cohort_member m
     USING told t
     WHERE t.has_left AND m.tenant_id = t.tenant_id AND m.site_id = t.site_id AND m.cohort_id = t.cohort_id AND m.user_id = t.user_id
)
DELETE FROM ctok.cohort_ours o
 USING told t
 WHERE t.has_left AND o.tenant_id = t.tenant_id AND o.site_id = t.site_id AND o.cohort_id = t.cohort_id AND o.user_id = t.user_id
