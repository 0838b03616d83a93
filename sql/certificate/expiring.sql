-- Whose certificate is valid for a few days only is reminded: once for each number of days that the tenant set; where several have passed, the
-- smallest counts. Not of one that a later completion has renewed, nor of one that was never valid for twice as long. $1: locale.
INSERT INTO mail_new (event, person_id, recipient, template, locale, facts)
WITH soon AS MATERIALIZED (
    SELECT i.*, n.certificate_days
      FROM ctok.tenant n
      JOIN ctok.issue i ON i.tenant_id = n.tenant_id AND i.state = 'live' AND i.valid_until > rule.now()
                       -- Asked for by itself, so that the index on valid_until serves.
                       AND i.valid_until <= (SELECT rule.now() + make_interval(days => max(d) + 1)
                                               FROM ctok.tenant o, unnest(o.certificate_days) d WHERE o.tenant_id = ctok.current_tenant())
     WHERE n.tenant_id = ctok.current_tenant() AND 'certificate-expiring' = ANY (n.mails)
)
SELECT due.event || '.' || due.days_before, i.person_id, p.email, 'certificate-expiring', $1,
       jsonb_strip_nulls(jsonb_build_object('learner', p.display_name, 'course', i.course_name, 'serial', i.serial, 'date', due.last_day,
                                            'days', due.days_left::text, 'course_url', rule.course_url(s.url, i.course_id)))
  FROM soon i
  JOIN ctok.site s ON s.tenant_id = i.tenant_id AND s.site_id = i.site_id
  JOIN ctok.person p ON p.tenant_id = i.tenant_id AND p.person_id = i.person_id
 CROSS JOIN LATERAL (
        SELECT 'certificate-expiring:' || i.issue_id AS event, w.last_day, w.last_day::date - w.today AS days_left,
               (SELECT min(d) FROM unnest(i.certificate_days) d
                 WHERE d >= w.last_day::date - w.today AND i.completed_at <= i.valid_until - make_interval(days => 2 * d)) AS days_before
          FROM (SELECT rule.last_day(i.valid_until, rule.zone()) AS last_day, (rule.now() AT TIME ZONE rule.zone())::date AS today) w
       ) due
 WHERE due.days_left >= 1 AND due.days_before IS NOT NULL
   AND NOT EXISTS (SELECT 1 FROM rule.issue_renewed r WHERE r.tenant_id = i.tenant_id AND r.issue_id = i.issue_id)
   AND NOT EXISTS (SELECT 1 FROM unnest(i.certificate_days) d
                     JOIN ctok.outbox o ON o.tenant_id = i.tenant_id AND o.event = due.event || '.' || d
                    WHERE d <= due.days_before)
