-- What is held and asked for, in groups; of what staff took away only if its kind is asked for. $1: kind, $2: site, $3: course, each NULL for all.
SELECT i.kind, regexp_replace(rule.brake_words(i.kind), CASE count(*) WHEN 1 THEN 's$' ELSE '^$' END, '') AS words, coalesce(s.name, '') AS site, coalesce(n.course, '') AS course,
       lower(coalesce(w.words, i.why)) AS why, count(*) AS items
  FROM rule.held_item i
  LEFT JOIN ctok.site s ON s.tenant_id = i.tenant_id AND s.site_id = i.site_id
  LEFT JOIN rule.target_name n ON n.tenant_id = i.tenant_id AND n.target_id = i.target_id
  LEFT JOIN rule.held_word w ON w.code = i.why
 WHERE i.tenant_id = ctok.current_tenant() AND i.why <> 'enrolments' AND (i.kind = $1 OR $1::text IS NULL AND i.why <> 'staff') AND ($2::text IS NULL OR s.name = $2)
   AND ($3::text IS NULL OR lower(n.course) = lower($3))
 GROUP BY i.kind, s.name, n.course, w.words, i.why
 ORDER BY i.kind, s.name, n.course, i.why
