-- Whose paid time is over in a few days is reminded of it: once for each number of days that the tenant set. Where several have passed (the
-- nights before did not run) the smallest counts, and those above it are past. A term shorter than twice that has no need of it, nor has what
-- renews by itself, as its rule says or, of a subscription that is known, this itself: one that is to end is no exception. And whoever may have
-- renewed at a source that is silent is not told that they have not. $1: locale; $2: the largest number of days: only who is that near the end is
-- looked at.
INSERT INTO mail_new (event, person_id, recipient, template, locale, facts)
SELECT due.event || '.' || due.days_before, a.person_id, p.email, 'expiry-soon', $1,
       jsonb_strip_nulls(jsonb_build_object('learner', p.display_name, 'course', coalesce(c.fullname, t.reference), 'date', due.last_day,
                                            'days', due.days_left::text, 'course_url', rule.course_url(s.url, t.course_id)))
  FROM ctok.tenant n
  JOIN ctok.access a ON a.tenant_id = n.tenant_id AND a.state = 'active' AND a.wanted = 'active' AND NOT a.trial
                    -- An active one's next change is its end, or comes before it.
                    AND a.next_change_at <= rule.now() + make_interval(days => $2::integer + 1)
                    AND a.ends_at > rule.now() AND a.ends_at <= rule.now() + make_interval(days => $2::integer + 1)
  JOIN ctok.product_rule r ON r.tenant_id = a.tenant_id AND r.rule_id = a.rule_id AND r.on_expiry <> 'keep'
  JOIN ctok.target t ON t.tenant_id = a.tenant_id AND t.target_id = a.target_id
  JOIN ctok.account k ON k.tenant_id = a.tenant_id AND k.site_id = a.site_id AND k.person_id = a.person_id
  JOIN ctok.managed m ON m.tenant_id = a.tenant_id AND m.site_id = a.site_id AND m.course_id = t.course_id AND m.user_id = k.user_id
                     AND m.written_status = 0
  JOIN ctok.site s ON s.tenant_id = a.tenant_id AND s.site_id = a.site_id
  JOIN ctok.person p ON p.tenant_id = a.tenant_id AND p.person_id = a.person_id
  LEFT JOIN ctok.mirror_course c ON c.tenant_id = t.tenant_id AND c.site_id = t.site_id AND c.course_id = t.course_id
 CROSS JOIN LATERAL (
        SELECT rule.access_event('expiry', a.person_id, a.target_id) || '.' || w.last_day AS event, w.last_day,
               w.last_day::date - w.today AS days_left,
               (SELECT min(d) FROM unnest(n.expiry_days) d
                 WHERE d >= w.last_day::date - w.today AND a.starts_at <= a.ends_at - make_interval(days => 2 * d)) AS days_before
          FROM (SELECT rule.last_day(a.ends_at, rule.zone()) AS last_day, (rule.now() AT TIME ZONE rule.zone())::date AS today) w
       ) due
 WHERE n.tenant_id = ctok.current_tenant() AND 'expiry-soon' = ANY (n.mails)
   AND due.days_left >= 1 AND due.days_before IS NOT NULL
   AND NOT coalesce((SELECT bool_or(u.goes_on) FROM rule.access_subscription u
                      WHERE u.tenant_id = a.tenant_id AND u.person_id = a.person_id AND u.target_id = a.target_id AND u.ends_at = a.ends_at), r.renews)
   AND NOT EXISTS (SELECT 1 FROM rule.access_waits w WHERE w.tenant_id = a.tenant_id AND w.person_id = a.person_id AND w.target_id = a.target_id)
   AND NOT EXISTS (SELECT 1 FROM unnest(n.expiry_days) d
                     JOIN ctok.outbox o ON o.tenant_id = n.tenant_id AND o.event = due.event || '.' || d
                    WHERE d <= due.days_before)
