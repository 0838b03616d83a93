-- Who was given access just now: for the first time, or again after it had been suspended. What an operator takes back is no news to the
-- learner. Where accounts have passwords in Moodle, a welcome says how to sign in. $1: locale, $2: run that ended the actions, $3: these actions; NULL for all of the run.
INSERT INTO mail_new (event, person_id, recipient, template, locale, facts)
SELECT CASE WHEN a.kind = 'resume' THEN 'restored:a' || a.action_id
            -- A welcome that was withdrawn before it was sent was none.
            WHEN w.event IS NOT NULL THEN w.welcome || '.a' || a.action_id
            ELSE w.welcome END,
       a.person_id, p.email, CASE a.kind WHEN 'enrol' THEN 'welcome' ELSE 'restored' END, $1,
       jsonb_strip_nulls(jsonb_build_object('learner', p.display_name, 'course', coalesce(c.fullname, t.reference),
                                            'course_url', rule.course_url(s.url, a.course_id), 'until', CASE WHEN x.why <> 'allowed' THEN rule.last_day(x.ends_at, rule.zone()) END)
                         || CASE WHEN a.kind = 'enrol' AND s.passwords
                                 THEN jsonb_build_object('username', u.username, 'password_url', rule.password_url(s.url)) ELSE '{}' END)
  FROM ctok.action a
  JOIN ctok.access x ON x.tenant_id = a.tenant_id AND x.person_id = a.person_id AND x.target_id = a.target_id AND x.state = 'active'
  JOIN ctok.person p ON p.tenant_id = a.tenant_id AND p.person_id = a.person_id
  JOIN ctok.target t ON t.tenant_id = a.tenant_id AND t.target_id = a.target_id
  JOIN ctok.site s ON s.tenant_id = a.tenant_id AND s.site_id = a.site_id
  LEFT JOIN ctok.account k ON k.tenant_id = a.tenant_id AND k.site_id = a.site_id AND k.person_id = a.person_id
  LEFT JOIN ctok.mirror_user u ON u.tenant_id = k.tenant_id AND u.site_id = k.site_id AND u.user_id = k.user_id
  LEFT JOIN ctok.mirror_course c ON c.tenant_id = t.tenant_id AND c.site_id = t.site_id AND c.course_id = t.course_id
 CROSS JOIN LATERAL (
        SELECT e.welcome, min(o.event) AS event, bool_or(o.state <> 'withdrawn') AS given
          FROM (SELECT rule.access_event('welcome', a.person_id, a.target_id) AS welcome) e
          LEFT JOIN ctok.outbox o ON o.tenant_id = a.tenant_id AND o.person_id = a.person_id
                                 AND (o.event = e.welcome OR starts_with(o.event, e.welcome || '.a'))
         GROUP BY e.welcome
       ) w
 WHERE a.tenant_id = ctok.current_tenant() AND a.ended_run = $2::bigint AND ($3::bigint[] IS NULL OR a.action_id = ANY ($3::bigint[]))
   AND a.state = 'done' AND NOT a.trial AND a.undoes IS NULL AND a.after_status = 0
   AND (a.kind = 'enrol' AND rule.wants_mail('welcome') OR a.kind = 'resume' AND rule.wants_mail('restored'))
   AND (a.kind = 'resume' OR w.given IS NOT TRUE)
