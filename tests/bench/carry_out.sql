-- Every waiting action was carried out, also what the brakes held and a person released, as Moodle would show it: accounts, enrolments of
-- ours, the mirror. Run by the owner, for the tenant of the connection.
INSERT INTO ctok.account (tenant_id, site_id, person_id, user_id, made)
SELECT tenant_id, site_id, person_id, 100000000 + person_id, true
  FROM ctok.action
 WHERE state IN ('open', 'held') AND kind = 'create_account';

INSERT INTO ctok.mirror_user (tenant_id, site_id, user_id, username, email, email_key, firstname, lastname, suspended)
SELECT a.tenant_id, a.site_id, 100000000 + a.person_id, p.email, p.email, p.email, 'Learner', a.person_id::text, false
  FROM ctok.action a
  JOIN ctok.person p ON p.tenant_id = a.tenant_id AND p.person_id = a.person_id
 WHERE a.state IN ('open', 'held') AND a.kind = 'create_account';

INSERT INTO ctok.managed (tenant_id, site_id, course_id, user_id, action_id, written_start, written_end, written_status)
SELECT a.tenant_id, a.site_id, a.course_id, k.user_id, a.action_id, a.after_start, a.after_end, a.after_status
  FROM ctok.action a
  JOIN ctok.account k ON k.tenant_id = a.tenant_id AND k.site_id = a.site_id AND k.person_id = a.person_id
 WHERE a.state IN ('open', 'held') AND a.target_id IS NOT NULL;

INSERT INTO ctok.mirror_enrolment AS m (tenant_id, site_id, course_id, user_id, method, active, status, time_start, time_end, time_created,
                                        roles, read_level)
SELECT tenant_id, site_id, course_id, user_id, 'manual', true, 0, written_start, written_end, written_start, 'student', 1
  FROM ctok.managed
ON CONFLICT (tenant_id, site_id, course_id, user_id, method) DO UPDATE
   SET active = true, time_start = excluded.time_start, time_end = excluded.time_end;

UPDATE ctok.action a
   SET state = 'done', ended_at = now(), ended_run = 1,
       user_id = coalesce(a.user_id, k.user_id)
  FROM ctok.account k
 WHERE a.state IN ('open', 'held') AND k.tenant_id = a.tenant_id AND k.site_id = a.site_id AND k.person_id = a.person_id;

ANALYZE;
