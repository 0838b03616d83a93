-- Take the next changes of cohorts that are ready: from here on they are under way. $1: site, $2: at most, $3: run.
WITH taken AS (
    UPDATE ctok.action a SET state = 'sending'
     WHERE a.tenant_id = ctok.current_tenant()
       AND a.action_id IN (SELECT o.action_id
                             FROM cohort_ready r
                             JOIN ctok.action o ON o.tenant_id = ctok.current_tenant() AND o.action_id = r.action_id AND o.state = 'open'
                             JOIN ctok.mirror_cohort c ON c.tenant_id = o.tenant_id AND c.site_id = o.site_id AND c.cohort = o.cohort
                            WHERE o.site_id = $1::bigint
                            ORDER BY o.action_id LIMIT $2::bigint)
    RETURNING a.tenant_id, a.action_id, a.site_id, a.cohort, a.user_id
), noted AS (
    INSERT INTO ctok.journal (tenant_id, action_id, run_id, phase, outcome, user_id, at)
    SELECT tenant_id, action_id, $3::bigint, 'before', 'sending', user_id, rule.now() FROM taken
)
SELECT t.action_id, c.cohort_id, t.user_id
  FROM taken t
  JOIN ctok.mirror_cohort c ON c.tenant_id = t.tenant_id AND c.site_id = t.site_id AND c.cohort = t.cohort
 ORDER BY c.cohort_id, t.action_id
