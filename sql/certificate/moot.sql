-- Questions about names that wait unsent although the certificate does not, and reminders of certificates that were renewed, are not valid any
-- more, or end on another day.
SELECT o.event
  FROM ctok.outbox o
 WHERE o.tenant_id = ctok.current_tenant() AND o.state IN ('queued', 'deferred', 'doubt') AND o.event LIKE 'certificate-waiting:%'
   AND NOT EXISTS (SELECT 1 FROM rule.certificate_waiting w WHERE w.tenant_id = o.tenant_id AND w.event = o.event)
UNION ALL
SELECT o.event
  FROM ctok.outbox o
  LEFT JOIN ctok.issue i ON i.tenant_id = o.tenant_id
                        AND i.issue_id = substring(o.event FROM '^certificate-expiring:([0-9]+)')::bigint AND i.state = 'live'
 WHERE o.tenant_id = ctok.current_tenant() AND o.state IN ('queued', 'deferred', 'doubt') AND o.event LIKE 'certificate-expiring:%'
   AND (o.facts ->> 'date' IS DISTINCT FROM rule.last_day(i.valid_until, rule.zone())
        OR rule.last_day(i.valid_until, rule.zone())::date <= (rule.now() AT TIME ZONE rule.zone())::date
        OR EXISTS (SELECT 1 FROM rule.issue_renewed r WHERE r.tenant_id = i.tenant_id AND r.issue_id = i.issue_id))
