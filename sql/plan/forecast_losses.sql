-- Who would lose access, or have it shortened, by the plan of run ${1}.
SELECT s.name AS site, coalesce(c.shortname, '') AS course, p.display_name AS name, p.email, coalesce(w.words, a.reason) AS reason
  FROM ctok.plan l
  JOIN ctok.action a ON a.tenant_id = l.tenant_id AND a.plan_id = l.plan_id
  JOIN ctok.site s ON s.tenant_id = a.tenant_id AND s.site_id = a.site_id
  JOIN ctok.person p ON p.tenant_id = a.tenant_id AND p.person_id = a.person_id
  LEFT JOIN ctok.mirror_course c ON c.tenant_id = a.tenant_id AND c.site_id = a.site_id AND c.course_id = a.course_id
  LEFT JOIN rule.report_word w ON w.kind = 'reason' AND w.code = a.reason
 WHERE l.tenant_id = ctok.current_tenant() AND l.run_id = $1::bigint AND NOT a.trial AND a.state IN ('open', 'held')
   AND (a.kind IN ('suspend', 'unenrol') OR (a.after_end > 0 AND (a.before_end = 0 OR a.after_end < a.before_end)))
 ORDER BY s.name, c.shortname, p.display_name, p.email
