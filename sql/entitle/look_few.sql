-- Whether the documents are so few that each is looked up, rather than all swept. (Of all there are no more are counted than matter.)
SELECT rule.few(n.looks, (SELECT count(*) FROM (SELECT FROM ctok.document d WHERE d.tenant_id = (SELECT ctok.current_tenant()) LIMIT 25 * n.looks) t)) AS yes
  FROM (SELECT count(*) AS looks FROM look_document) n
