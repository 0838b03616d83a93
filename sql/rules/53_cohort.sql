-- Cohorts (docs/architecture.md, "Cohorts"): who should be a member of which, and what is lacking.

-- Which access makes whom a member: that of the rule that its end goes by, and those of all rules that it runs by now; and any on the site for the
-- site's own cohort.
CREATE VIEW rule.cohort_right WITH (security_invoker = true) AS
SELECT s.tenant_id, s.site_id, s.cohort, a.person_id, a.target_id, a.wanted, a.trial
  FROM ctok.site s
  JOIN ctok.access a ON a.tenant_id = s.tenant_id AND a.site_id = s.site_id
 WHERE s.cohort <> ''
UNION
SELECT a.tenant_id, a.site_id, c.cohort, a.person_id, a.target_id, a.wanted, a.trial
  FROM ctok.rule_cohort c
  JOIN ctok.access a ON a.tenant_id = c.tenant_id AND a.rule_id = c.rule_id
UNION
SELECT a.tenant_id, a.site_id, c.cohort, a.person_id, a.target_id, a.wanted, a.trial
  FROM ctok.rule_cohort c
  JOIN rule.entitlement_live e ON e.tenant_id = c.tenant_id AND e.rule_id = c.rule_id AND NOT e.before_live AND NOT e.trial
                              AND e.starts_at <= rule.now() AND e.ends_at > rule.now()
  JOIN ctok.access a ON a.tenant_id = e.tenant_id AND a.person_id = e.person_id AND a.target_id = e.target_id;

-- The same with what Moodle shows: whether the learner is in the course (`there`), and whether by an enrolment of ours (`ours`).
CREATE VIEW rule.cohort_ground WITH (security_invoker = true) AS
SELECT r.tenant_id, r.site_id, r.cohort, r.person_id, r.target_id, r.wanted, r.trial, k.user_id,
       EXISTS (SELECT 1 FROM ctok.mirror_enrolment m
                WHERE m.tenant_id = r.tenant_id AND m.site_id = r.site_id AND m.course_id = t.course_id AND m.user_id = k.user_id
                  AND m.active) AS there,
       EXISTS (SELECT 1 FROM rule.manual_row m
                WHERE m.tenant_id = r.tenant_id AND m.site_id = r.site_id AND m.course_id = t.course_id AND m.user_id = k.user_id
                  AND m.active AND m.managed) AS ours
  FROM rule.cohort_right r
  JOIN ctok.target n ON n.tenant_id = r.tenant_id AND n.target_id = r.target_id
  JOIN ctok.target t ON t.tenant_id = n.tenant_id AND t.target_id = n.stands_for
  LEFT JOIN ctok.account k ON k.tenant_id = r.tenant_id AND k.site_id = r.site_id AND k.person_id = r.person_id;

-- What each person's place in each cohort rests on. `joins`: access that is live, and given or about to be; `stays`: access that nothing ends;
-- `given`: Moodle shows access; `leaves`: it shows none that we give.
CREATE VIEW rule.cohort_person WITH (security_invoker = true) AS
SELECT g.tenant_id, g.site_id, g.cohort, g.person_id, g.user_id,
       bool_or(g.wanted = 'active' AND NOT g.trial
               AND (g.there OR NOT EXISTS (SELECT 1 FROM ctok.action h
                                            WHERE h.tenant_id = g.tenant_id AND h.person_id = g.person_id AND h.target_id = g.target_id
                                              AND h.state = 'held'))) AS joins,
       bool_or(g.ours AND g.wanted NOT IN ('suspended', 'unenrolled')) AS stays,
       bool_or(g.there AND g.wanted = 'active' AND NOT g.trial) AS given,
       NOT bool_or(g.ours) AS leaves
  FROM rule.cohort_ground g
 GROUP BY g.tenant_id, g.site_id, g.cohort, g.person_id, g.user_id;

-- Places in cohorts that differ from what access asks for. `gap`: 'join' and 'leave' are planned; 'left' somebody took away in Moodle what we had
-- given: it is not given again before access was over; 'missing' the cohort is not there and is not to be made. Of a cohort that no setting names any
-- more nobody is taken out. Accounts that are not touched, and those of which it is not known whose they are, join nothing.
CREATE VIEW rule.cohort_gap WITH (security_invoker = true) AS
SELECT p.tenant_id, p.site_id, p.cohort, c.cohort_id, p.person_id, p.user_id,
       CASE WHEN p.joins AND c.cohort_id IS NULL AND NOT s.make_cohorts THEN 'missing'
            WHEN p.joins AND m.user_id IS NULL THEN CASE WHEN w.user_id IS NULL THEN 'join' ELSE 'left' END
            WHEN NOT p.joins AND NOT p.stays AND m.user_id IS NOT NULL AND w.user_id IS NOT NULL THEN 'leave' END AS gap
  FROM rule.cohort_person p
  JOIN ctok.site s ON s.tenant_id = p.tenant_id AND s.site_id = p.site_id
  JOIN ctok.cohort_state r ON r.tenant_id = p.tenant_id AND r.site_id = p.site_id AND r.failure = ''
  LEFT JOIN ctok.mirror_cohort c ON c.tenant_id = p.tenant_id AND c.site_id = p.site_id AND c.cohort = p.cohort
  LEFT JOIN ctok.mirror_cohort_member m ON m.tenant_id = c.tenant_id AND m.site_id = c.site_id AND m.cohort_id = c.cohort_id AND m.user_id = p.user_id
  LEFT JOIN ctok.cohort_ours w ON w.tenant_id = c.tenant_id AND w.site_id = c.site_id AND w.cohort_id = c.cohort_id AND w.user_id = p.user_id
  LEFT JOIN ctok.mirror_user u ON u.tenant_id = p.tenant_id AND u.site_id = p.site_id AND u.user_id = p.user_id
  LEFT JOIN ctok.person n ON n.tenant_id = p.tenant_id AND n.person_id = p.person_id
 -- (Asked once: where no cohorts were ever read, nothing is looked at.)
 WHERE (SELECT EXISTS (SELECT 1 FROM ctok.cohort_state))
   AND NOT EXISTS (SELECT 1 FROM ctok.protected_account a
                    WHERE a.tenant_id = p.tenant_id AND a.site_id = p.site_id AND a.name IN (u.username, u.email_key, n.email))
   AND NOT EXISTS (SELECT 1 FROM rule.doubtful_account x WHERE x.tenant_id = p.tenant_id AND x.site_id = p.site_id AND x.person_id = p.person_id);
