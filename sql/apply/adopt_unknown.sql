-- Whom of ${1} (e-mails or "#number") there is nobody for, the first of them.
SELECT x.who
  FROM unnest($1::text[]) WITH ORDINALITY AS x(who, nth)
 WHERE NOT EXISTS (SELECT 1 FROM ctok.person p WHERE p.tenant_id = ctok.current_tenant() AND '#' || p.person_id = x.who)
   AND NOT EXISTS (SELECT 1 FROM ctok.person_email e WHERE e.tenant_id = ctok.current_tenant() AND e.email = lower(x.who))
 ORDER BY x.nth
 LIMIT 1
