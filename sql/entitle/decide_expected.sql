-- What ${1} may mean among that which is expected and not sold: quotes, orders without an invoice, and what is not paid yet.
SELECT DISTINCT CASE x.kind WHEN 'unpaid' THEN replace(coalesce(d.kind, 'document'), '_', ' ') ELSE x.kind END AS kind, x.number, s.name AS source,
       CASE x.kind WHEN 'unpaid' THEN 'it is not paid' ELSE 'nothing is invoiced' END AS why
  FROM rule.expected_line x
  JOIN ctok.source s ON s.tenant_id = x.tenant_id AND s.source_id = x.source_id
  LEFT JOIN ctok.document d ON x.kind = 'unpaid' AND d.tenant_id = x.tenant_id AND d.source_id = x.source_id AND d.external_id = x.document_key
 WHERE x.tenant_id = (SELECT ctok.current_tenant())
   AND $1 IN (x.number, x.document_key, s.name || '/' || x.number, s.name || '/' || x.document_key)
 ORDER BY source, number, kind
 LIMIT 1
