-- Courses that ${1} may mean: the short name, what rules call it, or "site/name".
SELECT t.target_id, s.name AS site, n.course
  FROM ctok.target t
  JOIN ctok.site s ON s.tenant_id = t.tenant_id AND s.site_id = t.site_id
  JOIN rule.target_name n ON n.tenant_id = t.tenant_id AND n.target_id = t.target_id
 WHERE t.tenant_id = (SELECT ctok.current_tenant()) AND t.same_as IS NULL
   AND lower($1) IN (lower(n.course), lower(t.reference), lower(split_part(t.reference, ':', 2)), lower(s.name || '/' || n.course))
 ORDER BY s.name, n.course
