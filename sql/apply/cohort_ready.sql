-- Who joins has access in Moodle by now, who leaves has none by us any more: what a brake holds, or what was refused, holds this too. $1: site, $2: kind.
INSERT INTO cohort_ready (action_id)
SELECT o.action_id
  FROM ctok.action o
  JOIN rule.cohort_person p ON p.tenant_id = o.tenant_id AND p.site_id = o.site_id AND p.person_id = o.person_id AND p.cohort = o.cohort
                           AND CASE o.kind WHEN 'join_cohort' THEN p.given ELSE p.leaves END
 WHERE (SELECT EXISTS (SELECT 1 FROM ctok.action w WHERE w.site_id = $1::bigint AND w.kind = $2 AND w.state = 'open'))
   AND o.tenant_id = ctok.current_tenant() AND o.site_id = $1::bigint AND o.kind = $2 AND o.state = 'open' AND NOT o.trial
   AND o.user_id IS NOT NULL AND o.undoes IS NULL
ON CONFLICT DO NOTHING
