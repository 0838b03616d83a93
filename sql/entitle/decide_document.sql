-- Sales that ${1} may mean: a number, an id of the source, or "source/number"; with the learners' rights that they gave, to course ${3} and of person ${2}
-- alone if these are named.
SELECT d.document_id, replace(d.kind, '_', ' ') AS kind, d.number, s.name AS source,
       (SELECT count(*) FROM ctok.entitlement e
         WHERE e.tenant_id = d.tenant_id AND e.document_id = d.document_id AND ($2::bigint IS NULL OR e.person_id = $2::bigint)
           AND ($3::bigint IS NULL OR e.target_id = $3::bigint)) AS rights
  FROM ctok.document d
  JOIN ctok.source s ON s.tenant_id = d.tenant_id AND s.source_id = d.source_id
 WHERE d.tenant_id = (SELECT ctok.current_tenant()) AND d.kind <> 'credit_note'
   AND $1 IN (d.number, d.external_id, s.name || '/' || d.number, s.name || '/' || d.external_id)
 ORDER BY s.name, d.number, d.document_id
 LIMIT 11
