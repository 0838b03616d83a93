-- What the plan of run ${1} would carry out, by site, course and kind.
SELECT s.name AS site, coalesce(c.shortname, nullif(split_part(t.reference, ':', 2), ''), '') AS course, lower(coalesce(w.words, a.kind)) AS kind,
       count(*) AS actions, count(*) FILTER (WHERE a.state = 'held') AS held
  FROM ctok.plan p
  JOIN ctok.action a ON a.tenant_id = p.tenant_id AND a.plan_id = p.plan_id
  JOIN ctok.site s ON s.tenant_id = a.tenant_id AND s.site_id = a.site_id
  LEFT JOIN ctok.target t ON t.tenant_id = a.tenant_id AND t.target_id = a.target_id
  LEFT JOIN ctok.mirror_course c ON c.tenant_id = a.tenant_id AND c.site_id = a.site_id AND c.course_id = a.course_id
  LEFT JOIN rule.report_word w ON w.kind = 'action' AND w.code = a.kind
 WHERE p.tenant_id = ctok.current_tenant() AND p.run_id = $1::bigint AND NOT a.trial AND a.state IN ('open', 'held')
 GROUP BY 1, 2, 3, a.target_id IS NULL
 ORDER BY 1, a.target_id IS NULL DESC, 2, 3
