-- A cohort could not be made: who was to join it is refused. $1: site, $2: run, $3: ID number, $4: reason.
WITH refused AS (
    UPDATE ctok.action a
       SET state = 'refused', failure = $4, ended_at = rule.now(), ended_run = $2::bigint
     WHERE a.tenant_id = ctok.current_tenant() AND a.site_id = $1::bigint AND a.kind = 'join_cohort' AND a.cohort = $3 AND a.state = 'open' AND NOT a.trial
    RETURNING a.tenant_id, a.action_id, a.user_id
)
INSERT INTO ctok.journal (tenant_id, action_id, run_id, phase, outcome, user_id, at)
SELECT tenant_id, action_id, $2::bigint, 'after', 'refused', user_id, rule.now() FROM refused
