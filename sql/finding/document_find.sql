-- Documents that ${1} may mean: a number, an id of the source, or "source/number"; "#12" is one by our own.
SELECT d.document_id, s.name AS source, replace(d.kind, '_', ' ') AS kind, d.number
  FROM ctok.document d
  JOIN ctok.source s ON s.tenant_id = d.tenant_id AND s.source_id = d.source_id
 WHERE d.tenant_id = (SELECT ctok.current_tenant())
   AND $1 IN (d.number, d.external_id, s.name || '/' || d.number, s.name || '/' || d.external_id, '#' || d.document_id)
 ORDER BY s.name, d.number, d.document_id
 LIMIT 11
