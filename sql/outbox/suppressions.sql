-- Whom nothing is mailed to, and why; the newest first.
SELECT coalesce(s.address, concat(p.display_name, ' (#', s.person_id, ')')) AS whom,
       rule.suppression_words(s.origin, s.who_name, s.reason, s.since_at) AS why
  FROM ctok.mail_suppression s
  LEFT JOIN ctok.person p ON p.tenant_id = s.tenant_id AND p.person_id = s.person_id
 WHERE s.tenant_id = (SELECT ctok.current_tenant()) AND s.lifted_at IS NULL
 ORDER BY s.since_at DESC, s.suppression_id DESC
