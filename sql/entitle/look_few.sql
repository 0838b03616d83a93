-- Whether the documents are so few that each is looked up, rather than all swept: a look at one costs what some sixty cost in a sweep.
SELECT current_setting('ctok.sweep') <> 'on'
       AND (n.looks < 200
            OR 100 * n.looks = (SELECT count(*) FROM (SELECT FROM ctok.document d WHERE d.tenant_id = (SELECT ctok.current_tenant())
                                                       LIMIT 100 * n.looks) t)) AS yes
  FROM (SELECT count(*) AS looks FROM look_document) n
