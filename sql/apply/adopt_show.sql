-- What would be taken over on a site ($1), as people read it.
SELECT i.site, i.course, p.display_name AS name, p.email, rule.enrolment_words(i.before_status, i.before_start, i.before_end) AS now,
       CASE WHEN i.ends_at = 'infinity' THEN 'without end' ELSE 'until ' || to_char(i.ends_at AT TIME ZONE rule.zone(), 'YYYY-MM-DD') END AS paid,
       i.before_end <> 0 AND (i.wanted_end = 0 OR i.before_end < i.wanted_end) AS extends, i.trial
  FROM adopt_item i
  JOIN ctok.person p ON p.tenant_id = i.tenant_id AND p.person_id = i.person_id
 WHERE i.site_id = $1::bigint
 ORDER BY i.course, p.display_name, p.email
