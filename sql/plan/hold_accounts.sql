-- Nobody gets an account, and Moodle's mail about it, for enrolments that are all held.
UPDATE ctok.action a
   SET state = CASE WHEN n.needless THEN 'held' ELSE 'open' END, held_why = CASE WHEN n.needless THEN 'enrolments' ELSE '' END
  FROM (SELECT o.tenant_id, o.site_id, o.person_id, bool_and(o.state = 'held') AS needless
          FROM ctok.action o
         WHERE o.tenant_id = ctok.current_tenant() AND o.state IN ('open', 'held') AND o.kind <> 'create_account' AND o.reason <> 'welcome' AND NOT o.trial
           AND o.user_id IS NULL
         GROUP BY o.tenant_id, o.site_id, o.person_id) n
 WHERE a.tenant_id = n.tenant_id AND a.site_id = n.site_id AND a.person_id = n.person_id AND a.kind = 'create_account' AND NOT a.trial
   AND (a.state = 'open' AND n.needless OR a.state = 'held' AND a.held_why = 'enrolments' AND NOT n.needless)
