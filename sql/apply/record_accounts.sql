-- What became of them, in step with the rows of claim_accounts.sql. $1: site, $2: run, $3: actions, $4: outcomes, $5: users, $6: user names,
-- $7: first names, $8: last names, $9: reasons, $10: were they asked for before they were found?
WITH told AS (
    SELECT a.tenant_id, a.action_id, a.person_id, r.outcome, r.user_id, r.username, r.firstname, r.lastname, r.reason,
           -- One that a run asked for, and was cut off before it knew the answer, is of our making too.
           r.outcome = 'done' OR r.asked
           OR EXISTS (SELECT 1 FROM ctok.journal b
                       WHERE b.tenant_id = a.tenant_id AND b.action_id = a.action_id AND b.phase = 'before' AND b.run_id < $2::bigint
                         AND NOT EXISTS (SELECT 1 FROM ctok.journal e
                                          WHERE e.tenant_id = b.tenant_id AND e.action_id = b.action_id AND e.run_id = b.run_id
                                            AND e.phase = 'after' AND e.outcome <> 'doubt')) AS made
      FROM unnest($3::bigint[], $4::text[], $5::bigint[], $6::text[], $7::text[], $8::text[], $9::text[], $10::boolean[])
           AS r(action_id, outcome, user_id, username, firstname, lastname, reason, asked)
      JOIN ctok.action a ON a.tenant_id = ctok.current_tenant() AND a.action_id = r.action_id
), ended AS (
    UPDATE ctok.action a
       SET state = CASE t.outcome WHEN 'done' THEN 'done' WHEN 'found' THEN 'done' WHEN 'refused' THEN 'refused'
                                  WHEN 'open' THEN 'open' ELSE 'sending' END,
           user_id = t.user_id, failure = t.reason,
           ended_at = CASE WHEN t.outcome IN ('done', 'found', 'refused') THEN rule.now() END,
           ended_run = CASE WHEN t.outcome IN ('done', 'found', 'refused') THEN $2::bigint END
      FROM told t
     WHERE a.tenant_id = t.tenant_id AND a.action_id = t.action_id
), noted AS (
    INSERT INTO ctok.journal (tenant_id, action_id, run_id, phase, outcome, user_id, at)
    SELECT tenant_id, action_id, $2::bigint, 'after', CASE outcome WHEN 'found' THEN 'found done' WHEN 'open' THEN 'not sent' ELSE outcome END,
           user_id, rule.now()
      FROM told
), theirs AS (
    INSERT INTO ctok.account (tenant_id, site_id, person_id, user_id, made)
    SELECT tenant_id, $1::bigint, person_id, user_id, made FROM told WHERE outcome IN ('done', 'found')
    ON CONFLICT DO NOTHING
), mirrored AS (
    INSERT INTO ctok.mirror_user (tenant_id, site_id, user_id, username, email, email_key, firstname, lastname, suspended)
    SELECT t.tenant_id, $1::bigint, t.user_id, t.username, p.email, p.email, t.firstname, t.lastname, false
      FROM told t
      JOIN ctok.person p ON p.tenant_id = t.tenant_id AND p.person_id = t.person_id
     WHERE t.outcome IN ('done', 'found')
    ON CONFLICT DO NOTHING
), again AS (
    -- A new one says nothing yet of what the sales are right about.
    INSERT INTO ctok.dirty_user (tenant_id, site_id, user_id)
    SELECT tenant_id, $1::bigint, user_id
      FROM told t
     WHERE outcome = 'found'
        OR (outcome = 'done' AND EXISTS (SELECT 1 FROM ctok.site_field f WHERE f.tenant_id = t.tenant_id AND f.site_id = $1::bigint AND f.policy = 'source'))
    ON CONFLICT DO NOTHING
)
-- What waited for the account knows it now. One that was there already, found, may be protected, somebody else's, staff in the course, or
-- enrolled there: then nothing is written, and the next plan, which sees it in the mirror, says so.
UPDATE ctok.action a
   SET user_id = t.user_id
  FROM told t
 WHERE t.outcome IN ('done', 'found') AND a.tenant_id = t.tenant_id AND a.site_id = $1::bigint AND a.person_id = t.person_id
   AND a.state = 'open' AND a.kind <> 'create_account' AND a.user_id IS NULL
   AND (a.reason <> 'welcome' OR t.made)
   AND (t.outcome = 'done'
        OR NOT EXISTS (SELECT 1 FROM ctok.protected_account p
                         JOIN ctok.person n ON n.tenant_id = t.tenant_id AND n.person_id = t.person_id
                        WHERE p.tenant_id = a.tenant_id AND p.site_id = a.site_id AND p.name IN (t.username, n.email))
       AND NOT EXISTS (SELECT 1 FROM ctok.account k
                        WHERE k.tenant_id = a.tenant_id AND k.site_id = a.site_id AND k.user_id = t.user_id AND k.person_id <> a.person_id)
       AND NOT EXISTS (SELECT 1 FROM ctok.mirror_enrolment m
                        WHERE m.tenant_id = a.tenant_id AND m.site_id = a.site_id AND m.course_id = a.course_id AND m.user_id = t.user_id))
