-- Welcome courses (docs/architecture.md, "Roles and the welcome course").

-- Where each site's welcome course is in Moodle, by its own name or by that of the target it turned out to be.
CREATE VIEW rule.welcome_course WITH (security_invoker = true) AS
SELECT s.tenant_id, s.site_id, t.target_id, t.course_id, s.welcome_since AS since, s.role
  FROM ctok.site s
  JOIN ctok.target n ON n.tenant_id = s.tenant_id AND n.target_id = s.welcome_target
  JOIN ctok.target t ON t.tenant_id = n.tenant_id AND t.target_id = n.stands_for;

-- Accounts of our making that were not welcomed yet. Once that was done it is not done again, whatever staff made of it; what was refused is open again
-- of itself. A course that the learner bought is that purchase's.
CREATE VIEW rule.welcome_due WITH (security_invoker = true) AS
SELECT w.tenant_id, w.site_id, c.person_id, w.target_id, w.course_id, c.user_id, c.trial, w.role
  FROM rule.welcome_course w
  JOIN ctok.action c ON c.tenant_id = w.tenant_id AND c.site_id = w.site_id AND c.kind = 'create_account' AND c.state = 'done' AND c.ended_at >= w.since
  JOIN ctok.account k ON k.tenant_id = c.tenant_id AND k.site_id = c.site_id AND k.person_id = c.person_id AND k.user_id = c.user_id AND k.made
  JOIN ctok.mirror_course m ON m.tenant_id = w.tenant_id AND m.site_id = w.site_id AND m.course_id = w.course_id AND m.manual
 WHERE NOT EXISTS (SELECT 1 FROM ctok.action a
                    WHERE a.tenant_id = w.tenant_id AND a.person_id = c.person_id AND a.target_id = w.target_id AND a.state IN ('sending', 'done', 'refused'))
   AND NOT EXISTS (SELECT 1 FROM ctok.access x WHERE x.tenant_id = w.tenant_id AND x.person_id = c.person_id AND x.target_id = w.target_id)
   AND NOT EXISTS (SELECT 1 FROM ctok.mirror_enrolment e
                    WHERE e.tenant_id = w.tenant_id AND e.site_id = w.site_id AND e.course_id = w.course_id AND e.user_id = c.user_id);

-- Enrolments of ours that are a welcome and nothing else: who buys the course has it by the sale from then on.
CREATE VIEW rule.welcome_row WITH (security_invoker = true) AS
SELECT g.tenant_id, g.site_id, g.course_id, g.user_id
  FROM ctok.managed g
  JOIN ctok.action w ON w.tenant_id = g.tenant_id AND w.action_id = g.action_id AND w.reason = 'welcome'
  JOIN rule.manual_row m ON m.tenant_id = g.tenant_id AND m.site_id = g.site_id AND m.course_id = g.course_id AND m.user_id = g.user_id AND m.active
 WHERE NOT EXISTS (SELECT 1 FROM rule.accounted_row a
                    WHERE a.tenant_id = g.tenant_id AND a.site_id = g.site_id AND a.course_id = g.course_id AND a.user_id = g.user_id);
