-- Pairs all of whose entitlements are older than go-live want nothing of Moodle.
UPDATE ctok.access a
   SET state = 'none', wanted = 'untouched', why = 'before_live', next_change_at = NULL
  FROM (SELECT p.person_id, p.target_id
          FROM dirty_pair p
          JOIN rule.entitlement_live e ON e.tenant_id = (SELECT ctok.current_tenant()) AND e.person_id = p.person_id AND e.target_id = p.target_id
         GROUP BY p.person_id, p.target_id
        HAVING bool_and(e.before_live)) s
 WHERE a.tenant_id = (SELECT ctok.current_tenant()) AND a.person_id = s.person_id AND a.target_id = s.target_id
   AND (a.state, a.wanted, a.next_change_at) IS DISTINCT FROM ('none', 'untouched', NULL::timestamptz)
